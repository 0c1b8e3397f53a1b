"""The files that the browser may fetch: chosen kinds out of chosen folders, never a package file or a source map."""

import mimetypes
import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.encoding import DENSE, chosen, compressed
from api.release_files import ADDRESS, ReleaseFiles
from geo.settings import Settings

KINDS = {
    ".css": "text/css",
    ".geojson": "application/geo+json",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
ASSETS = ("build", "src", "styles", "fonts", "icons", "images")
PACKAGES = (
    "leaflet/dist",
    "pbf/index.js",
    "swagger-ui-dist",
    "@fontsource/be-vietnam-pro",
    "geographiclib-geodesic/geographiclib-geodesic.min.js",
    "proj4/dist/proj4.js",
)
BASEMAP = ("neighbour-land.geojson", "far-land.geojson", "rivers.geojson", "archipelagos.geojson")


BUILT = PurePosixPath("build")
_BROTLI = re.compile(r"(^|,)\s*br\s*(,|$)")
FOR_EVER = "public, max-age=31536000, immutable"
"""Of what never changes at its address: a built file is named by what it holds, a package can be asked by version."""


class AllowedFiles(StaticFiles):
    """Files of one folder whose path begins with an allowed part and whose kind is allowed; all else is not there."""

    def __init__(self, folder: Path, allowed: tuple[str, ...]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._allowed = tuple(PurePosixPath(path) for path in allowed)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 304 when the client has it; 404 for whatever is not allowed.

        The client always asks for a newer one, but at an address that tells the version.
        """
        asked = PurePosixPath(path)
        parts = (asked, *asked.parents)
        if asked.suffix not in KINDS or not any(allowed in parts for allowed in self._allowed):
            raise HTTPException(404)
        if self.directory is None or not Path(self.directory).is_dir():
            raise HTTPException(404)
        answer = await super().get_response(path, scope)
        if BUILT in parts or "v" in parse_qs(scope["query_string"].decode("latin-1")):
            answer.headers["Cache-Control"] = FOR_EVER
        return _packed(answer, Headers(scope=scope))


def _packed(answer: Response, asked: Headers) -> Response:
    """A text of a file as small as it gets; it is made once, unlike an answer."""
    kind = answer.headers.get("content-type", "")
    if not isinstance(answer, FileResponse) or answer.status_code != 200 or "range" in asked or kind.startswith(DENSE):
        return answer
    accepted, path = asked.get("accept-encoding", ""), Path(answer.path)
    coding = "br" if _BROTLI.search(accepted) and _brotli(path).is_file() else chosen(accepted.encode("latin-1"))
    if not coding:
        answer.headers.add_vary_header("Accept-Encoding")
        return answer
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    headers |= {"etag": f"W/{headers['etag']}", "content-encoding": coding, "vary": "Accept-Encoding"}
    return Response(_once(path, headers["etag"], coding), 200, headers)


def _brotli(path: Path) -> Path:
    """Where the build put the file compressed, beside it."""
    return path.with_name(f"{path.name}.br")


@lru_cache(512)
def _once(path: Path, _: str, coding: str) -> bytes:
    return _brotli(path).read_bytes() if coding == "br" else compressed(path.read_bytes(), coding, best=True)


def whole_page(request: Request, path: Path) -> Response:
    """An HTML file of ours, or 304 when the client has it; 503 while it is not installed."""
    if not path.is_file():
        raise HTTPException(503, f"The page {path.name} is not installed; the API answers at /api.")
    return StaticFiles(directory=path.parent).file_response(path, path.stat(), request.scope)


def install(app: FastAPI, settings: Settings) -> None:
    """Serve our own assets, the chosen packages, the base map, and the releases where a folder of them is named."""
    for suffix, kind in KINDS.items():
        mimetypes.add_type(kind, suffix)
    app.mount("/assets", AllowedFiles(settings.web, ASSETS), "assets")
    app.mount("/vendor", AllowedFiles(settings.web / "node_modules", PACKAGES), "vendor")
    app.mount("/basemap", AllowedFiles(settings.data / "basemap", BASEMAP), "basemap")
    if settings.releases is not None:
        app.mount(ADDRESS, ReleaseFiles(settings.releases), "releases")
