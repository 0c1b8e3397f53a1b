"""One page of a collection, whatever keeps it: our layers, the administrative units, a table of the office."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, Select

from api.dependencies import FILTERS, FORM, PAGING, box, feature_query, form, valid
from api.negotiation import CSV, HTML, JSON_FG, Kind
from api.office import Office
from api.parameters import BBOX, BBOX_CRS, DATETIME, LIMIT, NEXT, asked, limit
from api.routes.units import became
from geo import listing, office_store, store, unit_store, units
from geo.errors import InvalidParameter
from geo.form import Form
from geo.outgoing import Column
from geo.page import Page
from geo.query import MAX_LIMIT
from layers import returnables
from layers.catalog import Catalog
from layers.export import columns, own_columns

OF_PROJECTS = (*FILTERS, *PAGING, *FORM)
OF_UNITS = (DATETIME, LIMIT, BBOX, BBOX_CRS, NEXT, *FORM)
MOST_SHOWN = 500
"""Nobody reads more rows of a page at once, and a browser shows them slowly."""
Table = tuple[Iterable[Column], Select[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a request for items is answered with.

    `texts`: of the query string. `members`: what the answer tells beside its features. `table`: makes the same page as
    columns and rows, where somebody may ask for that.
    """

    texts: dict[str, str]
    form: Form
    page: Page
    members: dict[str, Any]
    table: Callable[[], Table] | None = None


def found(request: Request, connection: Connection, collection: str, kind: Kind | None) -> Found:
    """The page that is asked for, in a form of this kind. Raises whatever its parameters are worth."""
    catalog: Catalog = request.app.state.catalog
    most = MOST_SHOWN if kind is HTML else MAX_LIMIT
    if collection in units.COLLECTIONS:
        return _of_units(request, connection, collection, kind, most)
    if collection in catalog.tables:
        return _of_office(request, connection, collection, kind, most)
    texts = asked(*OF_PROJECTS)(request)
    within = catalog.collection(collection)
    query = feature_query(connection, catalog, texts, within)
    query = replace(query, limit=min(query.limit, most), form=formed(query.form, kind, collection))

    def table() -> Table:
        return columns(within.layers), store.one_page(connection, query)

    page = listing.items(connection, replace(query, form=_read(query.form, kind)))
    return Found(texts, query.form, page, became(connection, query), table)


def _of_units(request: Request, connection: Connection, collection: str, kind: Kind | None, most: int) -> Found:
    texts = asked(*OF_UNITS)(request)
    written = formed(form(texts, returnables.UNIT), kind, collection)
    query = unit_store.UnitQuery((units.COLLECTIONS[collection],), valid(texts), box(texts), written)
    number, begin = min(limit(texts.get("limit")), most), texts.get("next", "")

    def table() -> Table:
        return unit_store.COLUMNS, unit_store.one_page(query, limit=number, after=begin)

    page = unit_store.items(connection, replace(query, form=_read(written, kind)), limit=number, after=begin)
    return Found(texts, written, page, {}, table)


def _of_office(request: Request, connection: Connection, collection: str, kind: Kind | None, most: int) -> Found:
    office = Office.of(request, connection, collection)
    texts = asked(*office.paging)(request)
    query = office.query(connection, texts)
    query = replace(query, limit=min(query.limit, most), form=formed(query.form, kind, collection))

    def table() -> Table:
        return own_columns(office.layer.fields.values()), office_store.one_page(connection, office.table, query)

    page = office_store.items(connection, office.table, replace(query, form=_read(query.form, kind)))
    return Found(texts, query.form, page, {}, table)


def formed(written: Form, kind: Kind | None, collection: str) -> Form:
    """How features are written, in an answer of this kind. Raises InvalidParameter."""
    if kind is CSV and not written.geometry:
        raise InvalidParameter("skipGeometry: a table tells places in its last columns; leave it out.")
    return replace(written, fg=collection) if kind is JSON_FG else written


def _read(written: Form, kind: Kind | None) -> Form:
    """The form in which a page is read: a table takes nothing but the numbers and `next` from it."""
    return Form(geometry=False) if kind is CSV else written
