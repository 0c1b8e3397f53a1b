"""Links and paging: absolute addresses that honour the host that was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SVG = "image/svg+xml"
PNG = "image/png"
SCHEMA = "application/schema+json"
MVT = "application/vnd.mapbox-vector-tile"


@dataclass(frozen=True, slots=True)
class Links:
    """Writes the links of one answer. `base`, without a last slash: scheme, host and the path we are served under."""

    base: str

    @classmethod
    def of(cls, request: Request) -> "Links":
        """Links under the address that the client used."""
        return cls(str(request.base_url).rstrip("/"))

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """The absolute address of `path`, which begins with a slash."""
        query = f"?{urlencode(parameters, safe=',:')}" if parameters else ""
        return f"{self.base}{path}{query}"

    def link(
        self,
        rel: str,
        path: str,
        media_type: str,
        title: str | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One link object of OGC API Common."""
        link = {"rel": rel, "href": self.url(path, parameters), "type": media_type}
        return link | {"title": title} if title else link
