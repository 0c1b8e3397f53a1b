"""Where curated files come from: `provenance.toml` beside them, with a checksum of each file.

The words are written by hand; `[sha256]` at the end is stamped by `stamp`, so that a change of a file that nobody
meant is seen by `haiphong check`.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.findings import Finding

FILE = "provenance.toml"
_STAMP = "\n[sha256]\n"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose word a folder of curated files is: the licence as an SPDX id or in words, and how to name the source."""

    publisher: str
    licence: str
    attribution: str


def told(folder: Path) -> Provenance | None:
    """What the folder's `provenance.toml` says of its files; None where there is none, or it says too little."""
    try:
        words = tomllib.loads((folder / FILE).read_text("utf-8"))
        return Provenance(words["publisher"], words["licence"], words["attribution"])
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError):
        return None


def credit(told: Iterable[Provenance]) -> dict[str, str]:
    """Whose word it is, and under which licence it may be passed on."""
    sources = list(told)
    words = {
        "publisher": [source.publisher for source in sources],
        "attribution": [source.attribution for source in sources],
        "licence": [source.licence for source in sources],
    }
    return {name: "; ".join(dict.fromkeys(several)) for name, several in words.items() if several}


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every data file under `folder`, by its path from there, sorted."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".geojson"))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def stamp(folder: Path) -> None:
    """Write the checksums of today's files to the end of the folder's `provenance.toml`."""
    path = folder / FILE
    words = path.read_text("utf-8").split(_STAMP)[0]
    lines = (f'"{name}" = "{digest}"\n' for name, digest in checksums(folder).items())
    path.write_text(f"{words}{_STAMP}{''.join(lines)}", "utf-8")


def findings(root: Path, folder: Path) -> Iterator[Finding]:
    """What the folder's `provenance.toml` does not know about its files; `root` is left off when a place is named."""
    path = folder / FILE
    file = str(path.relative_to(root))
    if not path.is_file():
        yield Finding("no-provenance", file=file)
        return
    try:
        told = tomllib.loads(path.read_text("utf-8")).get("sha256", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield Finding("unreadable-file", str(error), "TOML", file=file)
        return
    for name, digest in checksums(folder).items():
        if told.get(name) != digest:
            yield Finding("stale-checksum", name, file=file, where=name, field="sha256")
