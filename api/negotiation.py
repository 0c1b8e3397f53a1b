"""The forms of an answer: which address has which, and which one a request is given. The one place that decides it.

`f` wins over `Accept`. An address with one form gives it to everybody; where there are several, an `Accept` that none
of them fits is answered with 406. Pure functions of path, query and headers, so that a cache can ask them too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette._utils import get_route_path
from starlette.types import Scope

LANGUAGES = ("vi", "en")
"""Of pages; the first one where nothing else is wished."""
LONGEST_HEADER = 1_000
"""So much of `Accept` is read; no client says more that matters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One form: the names that `f` knows it by, its media type, and what else `Accept` may call it."""

    names: tuple[str, ...]
    media_type: str
    title: str
    also: tuple[str, ...] = ()

    @property
    def f(self) -> str:
        """The name that our own links use."""
        return self.names[0]


class NotAcceptable(Exception):
    """The client takes none of the forms that there are; `allowed` lists them."""

    def __init__(self, path: str, kinds: Iterable[Kind]) -> None:
        self.allowed = tuple(kind.media_type for kind in kinds)
        names = ", ".join(kind.f for kind in kinds)
        super().__init__(
            f"None of what Accept asks for is given at {path[:200]!a}; there are: {', '.join(self.allowed)}. Ask for "
            f"one of them, send no Accept, or write f= with one of: {names}."
        )


JSON = Kind(("json",), "application/json", "JSON")
HTML = Kind(("html",), "text/html", "HTML", ("application/xhtml+xml",))
GEOJSON = Kind(("geojson", "json"), "application/geo+json", "GeoJSON", ("application/json", "application/vnd.geo+json"))
JSON_FG = Kind(("jsonfg",), "application/fg+json", "JSON-FG", ("application/vnd.ogc.fg+json",))
CSV = Kind(("csv",), "text/csv", "CSV")
SCHEMA = Kind(("json",), "application/schema+json", "JSON Schema", ("application/json",))
TILEJSON = Kind(("tilejson",), "application/json", "TileJSON 3.0")
MVT = Kind(("mvt",), "application/vnd.mapbox-vector-tile", "MVT")

_COLLECTION = "/api/collections/{collection}"
OFFERED: dict[str, tuple[Kind, ...]] = {
    "/api": (JSON, HTML),
    "/api/conformance": (JSON, HTML),
    "/api/collections": (JSON, HTML),
    _COLLECTION: (JSON, HTML),
    f"{_COLLECTION}/schema": (SCHEMA, HTML),
    f"{_COLLECTION}/schema/geojson": (SCHEMA, HTML),
    f"{_COLLECTION}/queryables": (SCHEMA, HTML),
    f"{_COLLECTION}/sortables": (SCHEMA, HTML),
    f"{_COLLECTION}/items": (GEOJSON, JSON_FG, HTML, CSV),
    f"{_COLLECTION}/items/{{feature_id}}": (GEOJSON, JSON_FG, HTML),
    f"{_COLLECTION}/items/{{feature_id}}/history": (JSON, HTML),
    f"{_COLLECTION}/items/{{feature_id}}/versions": (JSON, HTML),
    f"{_COLLECTION}/items/{{feature_id}}/versions/{{version}}": (GEOJSON, HTML),
    f"{_COLLECTION}/items/{{feature_id}}/diff": (JSON, HTML),
    f"{_COLLECTION}/items/{{unit}}/successors": (JSON, HTML),
    f"{_COLLECTION}/items/{{unit}}/predecessors": (JSON, HTML),
    "/api/units": (GEOJSON, HTML),
    "/api/counts": (JSON, HTML),
    "/api/counts/units": (JSON, HTML),
    "/api/timeline": (JSON, HTML),
    "/api/changes": (JSON, HTML),
    f"{_COLLECTION}/styles": (JSON, HTML),
    f"{_COLLECTION}/tiles": (JSON, HTML),
    f"{_COLLECTION}/tiles/{{matrix_set}}": (JSON, TILEJSON, HTML),
    "/api/tileMatrixSets": (JSON, HTML),
    "/api/tileMatrixSets/{matrix_set}": (JSON, HTML),
    "/api/documents": (JSON, HTML),
    "/api/documents/{document_id}": (JSON, HTML),
    "/api/targets": (JSON, HTML),
    "/api/deadlines": (JSON, HTML),
}
"""What an address offers, the form first that is given where nothing is wished."""
_ADDRESSES = re.compile("|".join(f"({re.sub(r'{[a-z_]+}', '[^/]+', path)})" for path in OFFERED))
_KINDS = tuple(OFFERED.values())


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request is given: its form, None where nothing offered fits, and the language of a page."""

    kind: Kind | None
    language: str


def offered(path: str) -> tuple[Kind, ...]:
    """The forms of the answers at this path (as asked, without the query); none where there is nothing to choose."""
    found = _ADDRESSES.fullmatch(path)
    return () if found is None or found.lastindex is None else _KINDS[found.lastindex - 1]


def wish(path: str, query: bytes, accept: str, accept_language: str) -> Wish | None:
    """What a request for `path` is given; None where the address has nothing to choose."""
    kinds = offered(path)
    if not kinds:
        return None
    texts = dict(parse_qsl(query.decode("latin-1"))) if query else {}
    language = language_of(texts.get("lang", ""), accept_language)
    if "f" in texts:
        return Wish(next((kind for kind in kinds if texts["f"] in kind.names), None), language)
    return Wish(kinds[0] if len(kinds) == 1 else preferred(kinds, accept[:LONGEST_HEADER]), language)


def language_of(wanted: str, accept_language: str) -> str:
    """The language of a page: the one that `lang` asks for, else the best liked of Accept-Language, else Vietnamese."""
    return wanted if wanted in LANGUAGES else _language(accept_language[:LONGEST_HEADER])


def variant(scope: Scope) -> str:
    """A short name of the answer that this request is given among those of its address: part of a cache's key.

    The same for every way to ask for the same answer. Reads path, query, Accept and Accept-Language, nothing else.
    """
    found = wish_of(scope)
    if found is None:
        return ""
    if found.kind is None:
        return "none"
    return f"{found.kind.f}-{found.language}" if found.kind is HTML else found.kind.f


def wish_of(scope: Scope) -> Wish | None:
    """`wish` of an ASGI request."""
    accept: list[str] = []
    languages: list[str] = []
    for name, value in scope["headers"]:
        if name == b"accept":
            accept.append(value.decode("latin-1"))
        elif name == b"accept-language":
            languages.append(value.decode("latin-1"))
    return wish(get_route_path(scope), scope["query_string"], ",".join(accept), ",".join(languages))


@lru_cache(maxsize=512)
def preferred(kinds: tuple[Kind, ...], accept: str) -> Kind | None:
    """The kind that an `Accept` header likes best, the earlier one of equals; None when it likes none.

    The most specific range that fits a kind decides how well it is liked (RFC 9110). Parameters of a range other than
    `q` are not looked at, and ranges that cannot be read are passed over; of nothing else, everything is welcome.
    """
    ranges = _weighed(accept)
    if not ranges:
        return kinds[0]
    liked = [(_quality(kind, ranges), -place, kind) for place, kind in enumerate(kinds)]
    quality, _, best = max(liked, key=lambda one: one[:2])
    return best if quality > 0 else None


@lru_cache(maxsize=512)
def _language(accept_language: str) -> str:
    ranges = _weighed(accept_language)
    liked = {
        language: max((weight for name, weight in ranges.items() if name.partition("-")[0] == language), default=0.0)
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda language: liked[language])
    return best if liked[best] > 0 else LANGUAGES[0]


def _quality(kind: Kind, ranges: dict[str, float]) -> float:
    for name in (kind.media_type, *kind.also):
        if name in ranges:
            return ranges[name]
    whole = kind.media_type.partition("/")[0] + "/*"
    return ranges.get(whole, ranges.get("*/*", 0.0))


def _weighed(header: str) -> dict[str, float]:
    """The ranges of an Accept header with their weights, in lower case; what cannot be read is left out."""
    ranges: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [text[2:].strip() for text in parameters if text.startswith("q=")]
        weight = _weight(weights[0]) if weights else 1.0
        if name and weight is not None:
            ranges[name] = max(weight, ranges.get(name, 0.0))
    return ranges


def _weight(text: str) -> float | None:
    readable = re.fullmatch(r"[01](\.[0-9]{0,3})?", text)
    return min(float(text), 1.0) if readable else None
