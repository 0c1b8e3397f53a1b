"""A page of features that is asked for plainly, answered without the framework.

Plain are box, district, layer, status, condition, limit and next: what the map and most programs ask. Whatever else
stands in the question, and whatever is wrong with it, takes the way of every other question; links, headers and bytes
are those of that way, because they are made by the same functions.
"""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy import Engine
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from api.dependencies import Territory, selection, territory
from api.encoding import SMALLEST, compressed
from api.headers import add
from api.item_pages import OF_PROJECTS, Found
from api.links import GEOJSON, Links
from api.negotiation import GEOJSON as GEOJSON_FORM
from api.one_feature import RawHeaders
from api.parameters import asked
from api.routes.items import around
from api.routes.units import became
from geo.errors import HaiphongError
from geo.form import WHOLE
from geo.plain import PlainPages
from geo.query import FeatureQuery
from geo.reading import Running
from layers.catalog import Catalog

ROUTE = "/api/collections/{collection}/items"
"""What its answers are counted as."""
_PATH = re.compile("/api/collections/([a-z0-9-]+)/items")
_QUERY = re.compile(b"(?:(?:bbox|district|layer|status|condition|limit|next)=[^&]+&?)*")
_REMEMBERED = 256
_read_texts = asked(*OF_PROJECTS)


@dataclass(frozen=True, slots=True)
class Plain:
    """A page of a collection, asked for plainly by this request."""

    collection: str
    scope: Scope


class OnePage:
    """Makes the answer to `/api/collections/{collection}/items`, in a thread; any number at once.

    `engine`: connections for the names of units.
    """

    def __init__(self, catalog: Catalog, engine: Engine, pages: PlainPages) -> None:
        self._catalog, self._engine, self._pages = catalog, engine, pages
        # Where one type of geometry is promised, the text may have to be written anew.
        self._collections = frozenset(one.id for one in catalog.collections.values() if one.kind is None)
        self._territories: dict[str, tuple[str, Territory, dict[str, Any]]] = {}

    def wanted(self, scope: Scope, headers: dict[bytes, bytes], form: str) -> Plain | None:
        """What is asked for, where it is plain; None where it is anything else."""
        if form != GEOJSON_FORM.f or b"host" not in headers or not _QUERY.fullmatch(scope["query_string"]):
            return None
        found = _PATH.fullmatch(scope["path"])
        return None if found is None or found[1] not in self._collections else Plain(found[1], scope)

    def answer(
        self, wanted: Plain, version: str, coding: str, running: Running
    ) -> tuple[RawHeaders, list[bytes]] | None:
        """Headers and body of the page of this version; None where it cannot be told so, or is no more of it."""
        request = Request(wanted.scope)
        within = self._catalog.collections[wanted.collection]
        try:
            texts = _read_texts(request)
            place, members = self._territory(texts["district"], version) if "district" in texts else (Territory(), {})
            query = selection(self._catalog, texts, within, place, WHOLE)
            told = self._pages.read(query, running)
        except HaiphongError:
            return None  # the route will say what is wrong
        if told is None or told.version != version.partition("@")[0]:
            return None
        found = Found(texts, WHOLE, told.page, members)
        head, tail, own = around(wanted.collection, Links.of(request), found)
        pieces = [head, *told.features, tail]
        headers = MutableHeaders({"Content-Type": GEOJSON} | own)
        add(headers, public=True)
        if coding and sum(map(len, pieces)) >= SMALLEST:
            pieces = [compressed(b"".join(pieces), coding)]
            headers["content-encoding"] = coding
        headers["content-length"] = str(sum(map(len, pieces)))
        return headers.raw, pieces

    def _territory(self, text: str, version: str) -> tuple[Territory, dict[str, Any]]:
        """What `district` means in this version, and what its answer tells of units that are no more."""
        kept = self._territories.get(text)
        if kept is None or kept[0] != version:
            with self._engine.connect() as connection:
                place = territory(connection, text)
                kept = version, place, became(connection, FeatureQuery(named_units=place.named))
            if len(self._territories) >= _REMEMBERED:
                self._territories.clear()
            self._territories[text] = kept
        return kept[1:]
