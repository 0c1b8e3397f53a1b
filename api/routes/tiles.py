"""OGC API – Tiles: the vector tiles of every collection, what their sets hold, and how they are counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api import tile_sets
from api.answered import Answered
from api.answers import JsonAnswer, described
from api.dependencies import FILTERS, feature_query, transaction
from api.links import JSON, MVT, Links, link_header
from api.negotiation import TILEJSON
from api.office import Office, freshness
from api.parameters import Parameter, asked
from api.routes.collections import known, sources
from api.routes.items import CollectionId
from api.tile_sets import DEFINITION, MATRIX_SET, MATRIX_SET_URI, WEB_MERCATOR
from geo import office_store, office_tiles, store, tile_store, tiles, unit_store, units
from geo.errors import TileNotFound
from geo.tiles import DEEPEST, Tile
from layers.catalog import Catalog
from layers.provenance import credit

TILE_FORM = Parameter("f", "The form of the tile.", {"type": "string", "enum": ["mvt"], "default": "mvt"})

router = APIRouter(tags=["Tiles"], route_class=Answered)
Texts = Annotated[dict[str, str], Depends(asked())]
Reading = Annotated[Connection, Depends(transaction, scope="function")]
MatrixSetId = Annotated[str, Path(description=f"`{MATRIX_SET}`, the one that there is")]
_NO_SET = (404, "No such collection, or no such tile matrix set")
_NO_TILE = (404, "No such collection or tile matrix set, or a tile outside of it")
_TILE: dict[str, Any] = described("A vector tile", MVT, (*FILTERS, TILE_FORM), schema="Tile", errors=[_NO_TILE])
_TILE["responses"][204] = {"description": "Nothing lies in this tile"}


@router.get("/api/tileMatrixSets", **described("The tile matrix sets", JSON))
def tile_matrix_sets(request: Request, texts: Texts) -> Response:
    """How tiles are counted; there is one way."""
    one = {"id": MATRIX_SET, "title": DEFINITION["title"], "uri": MATRIX_SET_URI, "crs": WEB_MERCATOR}
    links = Links.of(request)
    link = links.link("self", f"/api/tileMatrixSets/{MATRIX_SET}", JSON)
    own = links.own("/api/tileMatrixSets", JSON, texts)
    return JsonAnswer({"tileMatrixSets": [one | {"links": [link]}], "links": own})


@router.get("/api/tileMatrixSets/{matrix_set}", **described("One tile matrix set", JSON, errors=[_NO_SET]))
def tile_matrix_set(request: Request, matrix_set: MatrixSetId, texts: Texts) -> Response:
    """Its reference system, and the size of every matrix, as OGC 17-083r4 writes it."""
    _known_set(matrix_set)
    own = Links.of(request).own(f"/api/tileMatrixSets/{MATRIX_SET}", JSON, texts)
    return JsonAnswer(DEFINITION, link_header(own))


@router.get("/api/collections/{collection}/tiles", **described("The tile sets of a collection", JSON, errors=[_NO_SET]))
def sets_of_tiles(request: Request, collection: CollectionId, texts: Texts) -> Response:
    """One tile set: vector tiles in WebMercatorQuad."""
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    links = Links.of(request)
    path = f"/api/collections/{collection}"
    return JsonAnswer(
        {
            "links": [*links.own(f"{path}/tiles", JSON, texts), links.link("collection", path, JSON)],
            "tilesets": [tile_sets.tile_set(links, catalog, collection, {})],
        }
    )


@router.get(
    "/api/collections/{collection}/tiles/{matrix_set}",
    **described("What a tile set holds", JSON, FILTERS, errors=[_NO_SET]),
)
def set_of_tiles(request: Request, collection: CollectionId, matrix_set: MatrixSetId, connection: Reading) -> Response:
    """Addresses, extent and fields of the tiles; the filters that are given here stand in the addresses too."""
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    _known_set(matrix_set)
    if collection in units.COLLECTIONS:
        texts = asked()(request)
        bbox = unit_store.extent(connection, units.COLLECTIONS[collection])
    elif collection in catalog.tables:
        office = Office.of(request, connection, collection)
        texts = asked(*office.filters)(request)
        office.query(connection, texts)
        bbox = office_store.extent(connection, office.table)
    else:
        texts = asked(*FILTERS)(request)
        # Whoever takes the addresses from here is told now of a filter that cannot be.
        query = feature_query(connection, catalog, texts, catalog.collection(collection))
        bbox = store.extent(connection, query.layers, query.kind)
    told = credit(sources(catalog, request.app.state.settings.data, collection))
    filters = {name: text for name, text in texts.items() if name not in ("f", "lang")}
    links = Links.of(request)
    own = links.own(f"/api/collections/{collection}/tiles/{matrix_set}", JSON, texts)
    if links.kind is TILEJSON:
        return JsonAnswer(tile_sets.tile_json(links, catalog, collection, filters, bbox, told), link_header(own))
    document = tile_sets.metadata(links, catalog, collection, filters, bbox, told)
    others = [link for link in document["links"] if link["rel"] not in ("self", "alternate")]
    return JsonAnswer({**document, "links": [*own, *others]})


@router.get("/api/collections/{collection}/tiles/{matrix_set}/{tile_matrix}/{tile_row}/{tile_col}", **_TILE)
def one_tile(
    request: Request,
    collection: CollectionId,
    matrix_set: MatrixSetId,
    tile_matrix: Annotated[str, Path(description=f"The zoom, 0 to {DEEPEST}")],
    tile_row: Annotated[str, Path(description="Counted from the north; it stands before the column")],
    tile_col: Annotated[str, Path(description="Counted from the west")],
    connection: Reading,
) -> Response:
    """The features in the tile that pass every filter, as one layer called like the collection.

    Features without a place are in no tile. In a tile of very many features the smaller ones are drawn as points,
    and one point stands for several of the same layer, status, condition and accuracy (`count`).
    """
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    _known_set(matrix_set)
    wanted = Tile.parse(tile_matrix, tile_row, tile_col)
    if collection in units.COLLECTIONS:
        asked(TILE_FORM)(request)
        body = tiles.unit_tile(connection, collection, units.COLLECTIONS[collection], wanted)
    elif collection in catalog.tables:
        office = Office.of(request, connection, collection)
        rows = office.query(connection, asked(*office.filters, TILE_FORM)(request))
        body = office_tiles.tile(connection, collection, office.table, rows, wanted)
    else:
        texts = asked(*FILTERS, TILE_FORM)(request)
        query = feature_query(connection, catalog, texts, catalog.collection(collection))
        body = tile_store.tile(connection, collection, query, wanted)
    kept = freshness(catalog, collection)
    return Response(body, headers=kept, media_type=MVT) if body else Response(status_code=204, headers=kept)


def _known_set(matrix_set: str) -> None:
    if matrix_set != MATRIX_SET:
        raise TileNotFound(f"There is no tile matrix set {matrix_set[:60]!a}; use {MATRIX_SET}.", (MATRIX_SET,))
