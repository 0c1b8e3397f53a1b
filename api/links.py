"""Links and paging: absolute addresses that honour the host that was asked, in bodies and in the header `Link`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette._utils import get_route_path

from api.negotiation import Kind, offered, wish_of

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SVG = "image/svg+xml"
PNG = "image/png"
SCHEMA = "application/schema+json"
MVT = "application/vnd.mapbox-vector-tile"
MAPLIBRE = "application/vnd.mapbox.style+json"
_UNQUOTED = "/:@!$&'()*+,;={}~"
"""What may stand in a path as it is; the braces belong to templates."""
IN_HEADER = frozenset(
    ("self", "alternate", "next", "prev", "collection", "license", "describedby", "service-desc", "conformance", "data")
)
"""Relations that the header repeats: what a client follows without reading the body. A header must stay short."""


@dataclass(frozen=True, slots=True)
class Links:
    """Writes the links of one answer. `base`, without a last slash: scheme, host and the path we are served under.

    `kind` is the form of the answer itself and `kinds` those of its address; none where there is nothing to choose.
    """

    base: str
    kind: Kind | None = None
    kinds: tuple[Kind, ...] = ()

    @classmethod
    def of(cls, request: Request) -> "Links":
        """Links under the address that the client used."""
        found = wish_of(request.scope)
        base = str(request.base_url).rstrip("/")
        return cls(base) if found is None else cls(base, found.kind, offered(get_route_path(request.scope)))

    def own(self, path: str, media_type: str, parameters: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The link to this answer, and one to each other form of it; `media_type` where the address has one form."""
        asked = dict(parameters or {})
        shown = media_type if self.kind is None else self.kind.media_type
        bare = {name: text for name, text in asked.items() if name not in ("f", "lang")}
        others = [kind for kind in self.kinds if kind is not self.kind]
        return [
            self.link("self", path, shown, None, asked),
            *(self.link("alternate", path, kind.media_type, kind.title, {**bare, "f": kind.f}) for kind in others),
        ]

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """The absolute address of `path`, which begins with a slash."""
        query = f"?{urlencode(parameters, safe=',:')}" if parameters else ""
        return f"{self.base}{quote(path, safe=_UNQUOTED)}{query}"

    def every(self, rel: str, path: str, title: str) -> list[dict[str, Any]]:
        """A link to each form that the answers at `path` have, as OGC API asks for those to the items."""
        first, *others = offered(path)
        return [
            self.link(rel, path, first.media_type, title),
            *(self.link(rel, path, kind.media_type, f"{title} ({kind.title})", {"f": kind.f}) for kind in others),
        ]

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


def link_header(links: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The header `Link` (RFC 8288) with those of the links that a client follows without reading the body."""
    told = [
        f'<{link["href"]}>; rel="{link["rel"]}"' + (f'; type="{link["type"]}"' if link.get("type") else "")
        for link in links
        if link["rel"] in IN_HEADER
    ]
    return {"Link": ", ".join(told)} if told else {}
