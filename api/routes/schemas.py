"""What the features of a collection say, what a filter may ask of them, and by what they are sorted."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described
from api.links import JSON, SCHEMA, Links, link_header
from api.office import Office, freshness
from api.parameters import asked
from api.routes.collections import Reading, known
from api.routes.items import CollectionId
from geo import kinds, units
from geo.status import Words
from layers import returnables
from layers.catalog import Catalog
from layers.collection import Collection

Texts = Annotated[dict[str, str], Depends(asked())]
_NOT_FOUND = (404, "No such collection, or nothing of the kind for it")

router = APIRouter(tags=["Features"], route_class=Answered)


@router.get(
    "/api/collections/{collection}/schema",
    **described("What the features say, as JSON Schema", SCHEMA, errors=[_NOT_FOUND]),
)
def schema(request: Request, collection: CollectionId, connection: Reading, texts: Texts) -> Response:
    """Every property that a feature may have, with its title in Vietnamese and English, its type, unit and codes."""
    known(request.app.state.catalog, collection)
    address = _address(request, collection, "schema")
    if collection in units.COLLECTIONS:
        unit = units.COLLECTIONS[collection]
        words = Words(unit.title_vi, unit.title_en)
        document = returnables.schema(address, words, returnables.UNIT, returnables.place("polygon", several=True))
        return _answer(request, collection, "schema", texts, document)
    if collection in request.app.state.catalog.tables:
        office = Office.of(request, connection, collection)
        document = returnables.schema(address, office.layer.title, office.layer.fields, office.place)
        return _answer(request, collection, "schema", texts, document)
    of = _features(request, collection)
    promoted = of.kind and kinds.promoted(connection, of.layer_ids, of.kind)
    place = returnables.place(of.kind, several=promoted is not None)
    document = returnables.schema(address, of.title, returnables.properties(of.layers), place)
    return _answer(request, collection, "schema", texts, document)


@router.get(
    "/api/collections/{collection}/schema/geojson",
    **described("The shape of one GeoJSON Feature, as JSON Schema", SCHEMA, errors=[_NOT_FOUND]),
)
def geojson_schema(request: Request, collection: CollectionId, texts: Texts) -> Response:
    """The properties with their types alone, where they stand in a Feature: for programs that make a table of them."""
    known(request.app.state.catalog, collection)
    address = _address(request, collection, "schema/geojson")
    if collection in units.COLLECTIONS:
        unit = units.COLLECTIONS[collection]
        return _answer(
            request,
            collection,
            "schema/geojson",
            texts,
            returnables.geojson_schema(address, Words(unit.title_vi, unit.title_en), returnables.UNIT),
        )
    if (layer := request.app.state.catalog.tables.get(collection)) is not None:
        document = returnables.geojson_schema(address, layer.title, layer.fields)
        return _answer(request, collection, "schema/geojson", texts, document)
    of = _features(request, collection)
    return _answer(
        request,
        collection,
        "schema/geojson",
        texts,
        returnables.geojson_schema(address, of.title, returnables.properties(of.layers)),
    )


@router.get(
    "/api/collections/{collection}/queryables",
    **described("What a filter may ask, as JSON Schema", SCHEMA, errors=[_NOT_FOUND]),
)
def queryables(request: Request, collection: CollectionId, connection: Reading, texts: Texts) -> Response:
    """The properties that `filter` understands; any other answers 400 with this list."""
    address = _address(request, collection, "queryables")
    if collection in request.app.state.catalog.tables:
        office = Office.of(request, connection, collection)
        fields = office.layer.fields
        document = returnables.askable_schema(address, office.layer.title, office.queryables, fields, office.place)
        return _answer(request, collection, "queryables", texts, document)
    of = _features(request, collection)
    document = returnables.queryables_schema(address, of.title, of.layers, returnables.place(of.kind))
    return _answer(request, collection, "queryables", texts, document)


@router.get(
    "/api/collections/{collection}/sortables",
    **described("By what features are sorted, as JSON Schema", SCHEMA, errors=[_NOT_FOUND]),
)
def sortables(request: Request, collection: CollectionId, connection: Reading, texts: Texts) -> Response:
    """The properties that `sortby` understands."""
    if collection in request.app.state.catalog.tables:
        office = Office.of(request, connection, collection)
        address = _address(request, collection, "sortables")
        document = returnables.askable_schema(address, office.layer.title, office.sortables, office.layer.fields)
        return _answer(request, collection, "sortables", texts, document)
    of = _features(request, collection)
    return _answer(
        request,
        collection,
        "sortables",
        texts,
        returnables.sortables_schema(_address(request, collection, "sortables"), of.title, of.layers),
    )


def _features(request: Request, collection: str) -> Collection:
    """The collection of features. Raises UnknownLayer, or a 404 for units, which take no filter."""
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    if collection in units.COLLECTIONS:
        raise HTTPException(
            404,
            f"{collection} takes neither filter nor sortby; /api/collections/{collection}/schema tells what it says.",
        )
    return catalog.collection(collection)


def _address(request: Request, collection: str, kind: str) -> str:
    return Links.of(request).url(f"/api/collections/{collection}/{kind}")


def _answer(
    request: Request, collection: str, kind: str, texts: Mapping[str, str], document: dict[str, Any]
) -> Response:
    links, path = Links.of(request), f"/api/collections/{collection}"
    related = [*links.own(f"{path}/{kind}", SCHEMA, texts), links.link("collection", path, JSON)]
    headers = link_header(related) | freshness(request.app.state.catalog, collection)
    return JsonAnswer(document, headers, SCHEMA)
