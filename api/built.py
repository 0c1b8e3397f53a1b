"""The page of the map in few files: what `web/build.mjs` made of the sources, as long as none of them is newer."""

from collections.abc import Iterator
from pathlib import Path

SOURCES = ("index.html", "build.mjs", "package-lock.json", "src", "styles", "icons")


def map_page(web: Path) -> Path:
    """The page to serve: the built one, or the sources where they were changed since or never built."""
    built = web / "build" / "index.html"
    if not built.is_file():
        return web / "index.html"
    made = built.stat().st_mtime_ns
    return built if all(path.stat().st_mtime_ns <= made for path in sources(web)) else web / "index.html"


def sources(web: Path) -> Iterator[Path]:
    """Everything that the page is built from; a folder changes when a file in it comes or goes."""
    for name in SOURCES:
        path = web / name
        if path.exists():
            yield path
            yield from path.rglob("*")
