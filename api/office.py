"""What the office keeps in tables of its own, as collections like the others: how they are asked and described.

Nothing tells us of a change in such a table, so no answer about one is kept, by us or by anyone.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api import problems
from api.dependencies import FORM, box, condition, form, valid
from api.parameters import (
    BBOX,
    BBOX_CRS,
    DATETIME,
    DISTRICT,
    FILTER,
    FILTER_CRS,
    FILTER_LANG,
    IDS,
    LIMIT,
    NEXT,
    SORTBY,
    STATUS,
    Parameter,
    choose,
    limit,
    listed,
    order,
)
from geo import office_relation, office_store, status, units
from geo.errors import InvalidData, StoreNotReady
from geo.form import Form
from geo.office import OfficeTable, held_against
from geo.office_relation import OfficeQuery
from geo.queryables import Queryable
from layers import returnables
from layers.catalog import Catalog
from layers.definition import OfficeLayer

_NOT_AS_TOLD = "The table of {collection} is not as its definition says; the log of the service tells more."
NOT_KEPT = {"Cache-Control": "no-store"}

_log = logging.getLogger("haiphong.api")


@dataclass(frozen=True, slots=True)
class Office:
    """One table: its definition, and what the database has."""

    layer: OfficeLayer
    table: OfficeTable

    @classmethod
    def of(cls, request: Request, connection: Connection, collection: str) -> "Office":
        """The table of this collection, looked at once by each worker.

        Raises StoreNotReady when it is not as its definition says; the log says why.
        """
        state = request.app.state
        layer = state.catalog.tables[collection]
        looked_at: dict[str, OfficeTable] = state.office_tables
        if collection not in looked_at:
            try:
                looked_at[collection] = held_against(connection, layer.source, layer.file)
            except InvalidData as error:
                _log.error("%s", error)
                raise StoreNotReady(_NOT_AS_TOLD.format(collection=collection)) from None
        return cls(layer, looked_at[collection])

    @property
    def filters(self) -> tuple[Parameter, ...]:
        """What it may be filtered by: status, district and datetime only where the definition maps a column."""
        source = self.layer.source
        mapped = ((STATUS, source.status), (DISTRICT, source.district), (DATETIME, source.days))
        return (BBOX, BBOX_CRS, IDS, FILTER, FILTER_LANG, FILTER_CRS, *(one for one, column in mapped if column))

    @property
    def paging(self) -> tuple[Parameter, ...]:
        """What a page of it takes."""
        return (*self.filters, LIMIT, SORTBY, NEXT, *FORM)

    @property
    def queryables(self) -> dict[str, Queryable]:
        """What a filter may ask."""
        codes = {name: tuple(field.values) for name, field in self.layer.fields.items() if field.values}
        return office_relation.queryables(self.table, codes)

    @property
    def sortables(self) -> dict[str, Queryable]:
        """By what it is sorted."""
        known = self.queryables
        return {name: known[name] for name in office_store.sortables(self.table)}

    @property
    def place(self) -> dict[str, Any]:
        """Its geometry, as a schema tells it."""
        kind = self.layer.source.kind
        return returnables.place(kind, several=self.table.promoted is not None)

    def form(self, texts: dict[str, str]) -> Form:
        """How its features are to be written."""
        return replace(form(texts, self.layer.fields), promoted=self.table.promoted)

    def query(self, connection: Connection, texts: dict[str, str]) -> OfficeQuery:
        """The features that the texts of a query string ask for. Raises InvalidParameter and its like."""
        return OfficeQuery(
            statuses=choose("status", texts["status"], tuple(status.STATUSES)) if "status" in texts else (),
            units=_inside(connection, texts["district"]) if "district" in texts else None,
            bbox=box(texts),
            ids=listed("ids", texts["ids"]) if "ids" in texts else (),
            days=valid(texts),
            filter=condition(texts, self.queryables),
            sortby=order(texts.get("sortby"), office_store.sortables(self.table)),
            limit=limit(texts.get("limit")),
            after=texts.get("next"),
            form=self.form(texts),
        )


def install(app: FastAPI) -> None:
    """Answer 503 where a table is no longer as it was when it was looked at, and look again at the next question."""
    for kind in office_store.CHANGED:
        app.add_exception_handler(kind, _changed)


def _changed(request: Request, error: Exception) -> Response:
    state = request.app.state
    asked = {str(word).partition(".")[0] for word in request.path_params.values()}
    found = sorted(asked & set(state.catalog.tables))
    if not found:
        return problems.handle(request, error)
    state.office_tables.pop(found[0], None)
    _log.error("%s: %s", found[0], str(error).partition("\n")[0])
    return problems.handle(request, StoreNotReady(_NOT_AS_TOLD.format(collection=found[0])))


def _inside(connection: Connection, text: str) -> tuple[str, ...]:
    named = [unit for words in listed("district", text) for unit in units.named(connection, words)]
    return units.within(connection, tuple(dict.fromkeys(named)))


def is_kept(catalog: Catalog, collection: str) -> bool:
    """Whether the collection is a table of the office."""
    return collection in catalog.tables


def freshness(catalog: Catalog, collection: str) -> dict[str, str]:
    """What an answer about the collection says to whoever might keep it."""
    return NOT_KEPT if is_kept(catalog, collection) else {}
