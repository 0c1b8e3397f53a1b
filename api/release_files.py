"""The folder of releases under /releases/, to be read alone; in byte ranges, so that PMTiles work where they lie."""

import re
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ADDRESS = "/releases"
PAGE = "/tai-ve"
DATED = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")
"""How a release is called. What has this name never changes."""
_SITE = "site"
_FOR_EVER = "public, max-age=31536000, immutable"
_TEXT = "text/plain; charset=utf-8"
KINDS = {
    ".atom": "application/atom+xml",
    ".csv": "text/csv; charset=utf-8",
    ".fgb": "application/flatgeobuf",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".md": "text/markdown; charset=utf-8",
    ".minisig": _TEXT,
    ".parquet": "application/vnd.apache.parquet",
    ".pmtiles": "application/vnd.pmtiles",
    ".pub": _TEXT,
    ".qml": "application/xml",
    ".sld": "application/vnd.ogc.sld+xml",
    "": _TEXT,
}
"""Media types that are not those of the machine's own list, by ending."""


class ReleaseFiles(StaticFiles):
    """Files of one folder. Nothing whose name begins with a dot is there, nor what a link leads to outside of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True  # the first release may come after the start
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file or a part of it, 304 when the client has it; of a folder its own page, else ours; 404 otherwise."""
        asked = PurePosixPath(path)
        if any(part.startswith(".") for part in asked.parts) or not self._folder.is_dir():
            raise HTTPException(404)
        if (page := self._page_of(asked, scope)) is not None:
            return page
        answer = await super().get_response("index.html" if path == "." else path, scope)
        if "content-type" in answer.headers and (kind := KINDS.get(asked.suffix)):
            answer.headers["Content-Type"] = kind
        first = asked.parts[0] if asked.parts else ""
        if asked.suffix == ".html" and _SITE not in asked.parts:
            # A page that holds its own scripts is read from the reader's disk, not under our name.
            answer.headers["Content-Disposition"] = f'attachment; filename="{asked.name}"'
        answer.headers["Cache-Control"] = _FOR_EVER if DATED.fullmatch(first) else "no-cache"
        return answer

    def _page_of(self, asked: PurePosixPath, scope: Scope) -> Response | None:
        """Where a reader of the folder itself goes, unless it has a page of its own; None for anything else."""
        if len(asked.parts) > 1 or scope["method"] not in ("GET", "HEAD"):
            return None
        name = asked.name
        if name and not (DATED.fullmatch(name) or name == "latest"):
            return None
        root = scope.get("root_path", "").removesuffix(ADDRESS)
        if (self._folder / name / "index.html").is_file():
            return RedirectResponse(f"{root}{ADDRESS}/{name + '/' if name else ''}index.html", 307)
        query = f"?release={name}" if DATED.fullmatch(name) else ""
        return RedirectResponse(f"{root}{PAGE}{query}", 307)
