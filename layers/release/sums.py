"""The checksums of a release: `SHA256SUMS`, as `sha256sum -c` reads it, and what no longer agrees with it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.errors import InvalidData
from geo.status import Words

FILE = "SHA256SUMS"
SIGNATURE = f"{FILE}.minisig"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\0\r\n\\]+)")
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Flaw:
    """One file of a release that is not as it was published."""

    file: str
    words: Words

    def __str__(self) -> str:
        return f"{self.file}: {self.words.vi} / {self.words.en}"


CHANGED = Words("đã bị thay đổi", "changed since it was published")
MISSING = Words("không còn", "missing")
ADDED = Words("không thuộc bản phát hành", "not part of the release")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def written(digests: dict[str, str]) -> bytes:
    """The text of `SHA256SUMS`: one line per file, sorted by path; paths have forward slashes."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def read(text: bytes) -> dict[str, str]:
    """The digests by path. Raises InvalidData for a line that is none, and for a path that leads out of the folder."""
    digests: dict[str, str] = {}
    for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        path = PurePosixPath(match[2]) if match else PurePosixPath("..")
        if match is None or path.is_absolute() or ".." in path.parts or str(path) in digests:
            raise InvalidData(
                f"{FILE}, dòng / line {number}: không đọc được / not a checksum and a path: {line[:80]!a}"
            )
        digests[str(path)] = match[1]
    return digests


def flaws(folder: Path, digests: dict[str, str]) -> Iterator[Flaw]:
    """The files under `folder` that differ from `digests`, are missing, or stand there without being named."""
    there = {str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if not path.is_dir()}
    for path in sorted(digests):
        if path not in there or (folder / path).is_symlink():
            yield Flaw(path, MISSING)
        elif digest(folder / path) != digests[path]:
            yield Flaw(path, CHANGED)
    for path in sorted(there - digests.keys() - {FILE, SIGNATURE}):
        yield Flaw(path, ADDED)
