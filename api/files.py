"""The files that the browser may fetch: chosen kinds out of chosen folders, never a package file or a source map."""

import mimetypes
from pathlib import Path, PurePosixPath

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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
ASSETS = ("src", "styles", "fonts", "icons", "images")
PACKAGES = ("leaflet/dist", "swagger-ui-dist", "@fontsource/be-vietnam-pro")
BASEMAP = ("neighbour-land.geojson", "rivers.geojson", "archipelagos.geojson")


class AllowedFiles(StaticFiles):
    """Files of one folder whose path begins with an allowed part and whose kind is allowed; all else is not there."""

    def __init__(self, folder: Path, allowed: tuple[str, ...]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._allowed = tuple(PurePosixPath(path) for path in allowed)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, always checked for a newer one, or 304 when the client has it; 404 for whatever is not allowed."""
        asked = PurePosixPath(path)
        parts = (asked, *asked.parents)
        if asked.suffix not in KINDS or not any(allowed in parts for allowed in self._allowed):
            raise HTTPException(404)
        if self.directory is None or not Path(self.directory).is_dir():
            raise HTTPException(404)
        return await super().get_response(path, scope)


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
