"""`verify`: whether a release is as it was published, without any network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InvalidParameter
from layers.release import shelf, sums
from layers.release.sums import Flaw


@dataclass(frozen=True, slots=True)
class Verdict:
    """`flaws`: what is not as it was published, none for a sound release. `signed`: whether a signature was checked.

    `trusted`: whether it was checked with a key that the reader brought, which alone proves who published.
    """

    files: int
    flaws: tuple[Flaw, ...]
    signed: bool
    trusted: bool


def verify(folder: Path, key: Path | None = None) -> Verdict:
    """Check every file of the release in `folder`; `key`: the publisher's public key, as got from the publisher.

    Raises InvalidParameter when there is no release or no such key, InvalidData when its checksums cannot be read.
    """
    from layers.release import signing  # cryptography takes long to load, and the server never checks

    folder = folder.resolve()
    if not (folder / sums.FILE).is_file():
        raise InvalidParameter(
            f"{folder}: không phải bản phát hành / no release: {sums.FILE} is not there.{_inside(folder)}"
        )
    text = (folder / sums.FILE).read_bytes()
    digests = sums.read(text)
    signed = (folder / sums.SIGNATURE).is_file()
    found = list(sums.flaws(folder, digests))
    # The key inside proves nothing by itself, so a release that was signed must not lose its signature unseen.
    if not signed and (key is not None or signing.PUBLIC_KEY in digests):
        found.append(Flaw(sums.SIGNATURE, sums.MISSING))
    elif signed:
        inside = folder / signing.PUBLIC_KEY
        public = _read(key or inside) if key is not None or inside.is_file() else b""
        found.extend(signing.flaws(text, (folder / sums.SIGNATURE).read_bytes(), public))
    return Verdict(len(digests), tuple(found), signed, key is not None)


def _inside(folder: Path) -> str:
    """The way out for whoever names the folder of all releases."""
    latest = folder / shelf.LATEST
    if not (latest / sums.FILE).is_file():
        return ""
    return f" Thư mục này giữ các bản phát hành, mới nhất là / it holds releases, the newest is: {latest.resolve()}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidParameter(f"{path}: {error.strerror}; the public key of the publisher was expected.") from None


def told(verdict: Verdict) -> Iterator[str]:
    """The verdict in words."""
    yield from map(str, verdict.flaws)
    if verdict.flaws:
        return
    yield f"Nguyên vẹn / Sound: {verdict.files} tệp / files."
    if verdict.trusted:
        yield "Chữ ký đúng khóa đã cho / Signed by the key you gave."
    elif verdict.signed:
        yield (
            "Chữ ký khớp khóa nằm trong bản phát hành; muốn biết ai ký, hãy cho khóa của họ / The signature fits the "
            "key inside the release; to know whose it is, name their key: --key minisign.pub"
        )
    else:
        yield "Không có chữ ký / Not signed."
