"""The features of a collection: a page of them, one of them, and the history of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import GeoJsonAnswer, JsonAnswer, collection_around, described, now, with_members
from api.dependencies import (
    CLOCKS,
    FORM,
    clocks,
    feature_form,
    form,
    known_until,
    readable,
    transaction,
)
from api.item_pages import OF_PROJECTS, Found, formed, found
from api.links import GEOJSON, HTML, JSON, Links, link_header
from api.negotiation import CSV, JSON_FG
from api.office import Office, freshness
from api.parameters import asked
from api.routes.collections import known
from api.routes.units import fates_links, related_units
from geo import crs, json_fg, ledger, office_store, outgoing, store, unit_store, units, versions
from geo.crs import Crs
from geo.errors import FeatureNotFound
from geo.form import Form
from geo.page import Page
from layers import returnables
from layers.catalog import Catalog

CollectionId = Annotated[
    str,
    Path(
        description="An id of /api/collections: `projects`, a layer, a generation of units; or the points, lines or "
        "areas of projects or of a layer: `port-points`, `port-lines`, `port-polygons`"
    ),
]
FeatureId = Annotated[str, Path(description="The id of a feature")]
Reading = Annotated[Connection, Depends(transaction, scope="function")]
_NOT_FOUND = (404, "No such collection, or no such feature in it")
_GONE = (410, "The feature was entered by mistake and withdrawn")

router = APIRouter(tags=["Features"], route_class=Answered)


def _placed(description: dict[str, Any]) -> dict[str, Any]:
    """The description of an answer with places, whose header names their reference system."""
    header = {"description": "`<uri>` of the reference system of every coordinate", "schema": {"type": "string"}}
    description["responses"][200]["headers"] = {"Content-Crs": header}
    return description


@router.get(
    "/api/collections/{collection}/items",
    **_placed(described("A page of features", GEOJSON, OF_PROJECTS, schema="FeatureCollection", errors=[_NOT_FOUND])),
)
def page_of_items(request: Request, collection: CollectionId, connection: Reading) -> Response:
    """Features that pass every filter, those without a place included; `next` leads to the following page.

    Collections of administrative units take datetime, limit, bbox and next.
    """
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    links = Links.of(request)
    told = found(request, connection, collection, links.kind)
    known_by = known_until(told.texts) if collection in catalog.collections else None
    head, tail, headers = around(collection, links, told, known_by)
    headers |= freshness(catalog, collection)
    if links.kind is CSV:
        return _sheet(connection, collection, told, headers)
    body = b"".join((head, told.page.features, tail))
    return GeoJsonAnswer(body, headers, JSON_FG.media_type if links.kind is JSON_FG else None)


def around(
    collection: str, links: Links, told: Found, known_by: datetime | None = None
) -> tuple[bytes, bytes, dict[str, str]]:
    """What stands before and behind the features of a page, and the headers that are its own.

    `known_by`: the instant whose knowledge is asked for.
    """
    related = [*_related(links, collection, told.page, told.texts), *fates_links(links, told.members)]
    numbers = {"numberMatched": told.page.matched, "numberReturned": told.page.returned}
    stamp = {**_of_fg(told.form), "timeStamp": now(known_by)}
    head, tail = collection_around({**numbers, **stamp, **told.members, "links": related})
    return head, tail, content_crs(told.form.crs) | link_header(related)


def _sheet(connection: Connection, collection: str, told: Found, headers: Mapping[str, str]) -> Response:
    """A page as CSV, as the download of the whole collection is written."""
    assert told.table is not None  # noqa: S101 -- whatever is read by `found` can be told as a table
    every, selection = told.table()
    wanted = [one for one in every if told.form.properties is None or one.name in told.form.properties]
    body = b"".join(outgoing.spreadsheet(connection, selection, wanted, crs=told.form.crs))
    named = {"Content-Disposition": f'attachment; filename="{collection}.csv"'}
    return Response(body, headers={**headers, **named}, media_type=CSV.media_type)


def _of_fg(written: Form) -> dict[str, Any]:
    """What a JSON-FG document says of itself; nothing in another form."""
    if written.fg is None:
        return {}
    system = {} if written.crs == crs.CRS84 else {"coordRefSys": written.crs.uri}
    return {"conformsTo": json_fg.CONFORMS_TO, **system}


def content_crs(system: Crs) -> dict[str, str]:
    """The header that names the reference system of an answer."""
    return {"Content-Crs": f"<{system.uri}>"}


def _related(links: Links, collection: str, page: Page, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    path = f"/api/collections/{collection}"
    related = [
        *links.own(f"{path}/items", GEOJSON, texts),
        links.link("collection", path, JSON),
    ]
    if page.next is not None:
        following = {**texts, "next": page.next}
        form = GEOJSON if links.kind is None else links.kind.media_type
        related.append(links.link("next", f"{path}/items", form, parameters=following))
    return related


@router.get(
    "/api/collections/{collection}/items/{feature_id}",
    **_placed(described("One feature", GEOJSON, (*CLOCKS, *FORM), schema="Feature", errors=[_NOT_FOUND, _GONE])),
)
def one_item(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """The feature as it is known now, or on the two clocks of the question.

    Units take no clocks.
    """
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    texts = asked(*(FORM if collection in units.COLLECTIONS else (*CLOCKS, *FORM)))(request)
    readable(feature_id)
    links = Links.of(request)
    if collection in units.COLLECTIONS:
        written = formed(form(texts, returnables.UNIT), links.kind, collection)
        text = unit_store.item(connection, units.COLLECTIONS[collection], feature_id, written)
        own = _links_of_item(links, collection, feature_id, texts)
        related = [*own, *related_units(links, collection, feature_id)]
    elif collection in catalog.tables:
        office = Office.of(request, connection, collection)
        written = formed(office.form(texts), links.kind, collection)
        text = office_store.item(connection, office.table, feature_id, written)
        related = _links_of_item(links, collection, feature_id, texts)
    else:
        within = catalog.collection(collection)
        written = formed(feature_form(connection, texts, within), links.kind, collection)
        text = store.item(connection, within.layer_id, feature_id, written, within.only, clocks(texts))
        related = links_of_feature(links, collection, feature_id, texts)
    body = with_members(text, _of_fg(written) | {"links": related})
    headers = content_crs(written.crs) | link_header(related) | freshness(catalog, collection)
    return GeoJsonAnswer(body, headers, JSON_FG.media_type if links.kind is JSON_FG else None)


def links_of_feature(links: Links, collection: str, feature_id: str, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """What stands as `links` in the answer with one feature; `texts`: of the query string."""
    path = f"/api/collections/{collection}/items/{feature_id}"
    return [
        *_links_of_item(links, collection, feature_id, texts),
        links.link("alternate", f"/du-an/{feature_id}", HTML, "Trang của dự án / its page"),
        links.link("version-history", f"{path}/versions", JSON, "Các phiên bản / its versions"),
        links.link("related", f"{path}/history", JSON, "Diễn biến / the history of its status"),
    ]


def _links_of_item(links: Links, collection: str, item: str, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    path = f"/api/collections/{collection}"
    return [*links.own(f"{path}/items/{item}", GEOJSON, texts), links.link("collection", path, JSON)]


@router.get(
    "/api/collections/{collection}/items/{feature_id}/history",
    **described("The history of one feature", JSON, CLOCKS, schema="History", errors=[_NOT_FOUND]),
)
def history(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """Every statement about its status with basis and source, newest first, and every clause that names it.

    `retracted`: statements that were taken back, by whom and why. `versions`: every state that the feature had.
    With `as-of` what was on record then, with `datetime` the statements that may have begun by that day.
    """
    texts = asked(*CLOCKS)(request)
    then, known = clocks(texts), known_until(texts)
    layer = kept_here(request.app.state.catalog, collection, feature_id)
    path = f"/api/collections/{collection}/items/{feature_id}"
    links = Links.of(request)
    related = [
        *links.own(f"{path}/history", JSON, texts),
        links.link("collection", f"/api/collections/{collection}", JSON),
        links.link("related", path, GEOJSON, "Đối tượng / the feature"),
        links.link("latest-version", path, GEOJSON, "Phiên bản mới nhất / the latest version"),
        links.link("version-history", f"{path}/versions", JSON, "Các phiên bản / its versions"),
    ]
    told = store.history(connection, layer, feature_id, then)
    more = {
        "orders": ledger.mandates(connection, then, features=[feature_id]),
        "retracted": versions.retracted(connection, feature_id, known),
        "versions": versions.every(connection, layer, feature_id, known),
        "links": related,
    }
    return JsonAnswer(with_members(told, more), link_header(related))


def kept_here(catalog: Catalog, collection: str, feature_id: str) -> str | None:
    """The layer of a collection whose features have a history here; None for all of them.

    Raises UnknownLayer, or FeatureNotFound for units, tables of the office, and what can be no id.
    """
    known(catalog, collection)
    readable(feature_id)
    if collection in units.COLLECTIONS:
        raise FeatureNotFound(f"Units of {collection} have no history; their successions are told by resolutions.")
    if collection in catalog.tables:
        raise FeatureNotFound(f"{collection} is a table of the office, which keeps no history here.")
    return catalog.collection(collection).layer_id
