"""The features of a collection: a page of them, one of them, and the history of one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import GeoJsonAnswer, JsonAnswer, described, feature_collection, now, with_members
from api.dependencies import (
    CLOCKS,
    FILTERS,
    FORM,
    PAGING,
    box,
    clocks,
    feature_form,
    feature_query,
    form,
    known_until,
    readable,
    transaction,
    valid,
)
from api.links import GEOJSON, HTML, JSON, Links, link_header
from api.office import Office, freshness
from api.parameters import BBOX, BBOX_CRS, DATETIME, LIMIT, NEXT, asked, limit
from api.routes.collections import known
from api.routes.units import became, fates_links, related_units
from geo import ledger, office_store, store, unit_store, units
from geo.crs import Crs
from geo.errors import FeatureNotFound
from geo.page import Page
from layers import returnables
from layers.catalog import Catalog

OF_PROJECTS = (*FILTERS, *PAGING, *FORM)
OF_UNITS = (DATETIME, LIMIT, BBOX, BBOX_CRS, NEXT, *FORM)
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
    if collection in units.COLLECTIONS:
        texts = asked(*OF_UNITS)(request)
        written = form(texts, returnables.UNIT)
        page = unit_store.items(
            connection,
            unit_store.UnitQuery((units.COLLECTIONS[collection],), valid(texts), box(texts), written),
            limit=limit(texts.get("limit")),
            after=texts.get("next", ""),
        )
        members: dict[str, Any] = {}
    elif collection in catalog.tables:
        office = Office.of(request, connection, collection)
        texts = asked(*office.paging)(request)
        asked_for = office.query(connection, texts)
        page, written, members = office_store.items(connection, office.table, asked_for), asked_for.form, {}
    else:
        texts = asked(*OF_PROJECTS)(request)
        query = feature_query(connection, catalog, texts, catalog.collection(collection))
        page, written = store.items(connection, query), query.form
        members = became(connection, query)
    links = Links.of(request)
    related = [*_related(links, collection, page, texts), *fates_links(links, members)]
    of_ours = collection in catalog.collections
    stamp = {"timeStamp": now(known_until(texts) if of_ours else None)}
    headers = content_crs(written.crs) | link_header(related) | freshness(catalog, collection)
    return GeoJsonAnswer(_collection(page, stamp | members, related), headers)


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


def _collection(page: Page, members: Mapping[str, Any], related: list[dict[str, Any]]) -> bytes:
    return feature_collection(
        page.features,
        {
            "numberMatched": page.matched,
            "numberReturned": page.returned,
            **members,
            "links": related,
        },
    )


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
        written = form(texts, returnables.UNIT)
        text = unit_store.item(connection, units.COLLECTIONS[collection], feature_id, written)
        own = _links_of_item(links, collection, feature_id, texts)
        related = [*own, *related_units(links, collection, feature_id)]
    elif collection in catalog.tables:
        office = Office.of(request, connection, collection)
        written = office.form(texts)
        text = office_store.item(connection, office.table, feature_id, written)
        related = _links_of_item(links, collection, feature_id, texts)
    else:
        within = catalog.collection(collection)
        written = feature_form(connection, texts, within)
        text = store.item(connection, within.layer_id, feature_id, written, within.only, clocks(texts))
        related = links_of_feature(links, collection, feature_id, texts)
    headers = content_crs(written.crs) | link_header(related) | freshness(catalog, collection)
    return GeoJsonAnswer(with_members(text, {"links": related}), headers)


def links_of_feature(links: Links, collection: str, feature_id: str, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """What stands as `links` in the answer with one feature; `texts`: of the query string."""
    history = f"/api/collections/{collection}/items/{feature_id}/history"
    return [
        *_links_of_item(links, collection, feature_id, texts),
        links.link("alternate", f"/du-an/{feature_id}", HTML, "Trang của dự án / its page"),
        links.link("version-history", history, JSON, "Lịch sử / its history"),
    ]


def _links_of_item(links: Links, collection: str, item: str, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    path = f"/api/collections/{collection}"
    return [*links.own(f"{path}/items/{item}", GEOJSON, texts), links.link("collection", path, JSON)]


@router.get(
    "/api/collections/{collection}/items/{feature_id}/history",
    **described("The history of one feature", JSON, schema="History", errors=[_NOT_FOUND]),
)
def history(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """Every statement about its status with basis and source, newest first, and every clause that names it."""
    texts = asked()(request)
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    readable(feature_id)
    if collection in units.COLLECTIONS:
        raise FeatureNotFound(f"Units of {collection} have no history; their successions are told by resolutions.")
    if collection in catalog.tables:
        raise FeatureNotFound(f"{collection} is a table of the office, which keeps no history here.")
    path = f"/api/collections/{collection}/items/{feature_id}"
    links = Links.of(request)
    related = [
        *links.own(f"{path}/history", JSON, texts),
        links.link("collection", f"/api/collections/{collection}", JSON),
        links.link("related", path, GEOJSON, "Đối tượng / the feature"),
    ]
    told = store.history(connection, catalog.collection(collection).layer_id, feature_id)
    orders = ledger.mandates(connection, features=[feature_id])
    return JsonAnswer(with_members(told, {"orders": orders, "links": related}), link_header(related))
