"""What is told of vector tiles: the tile matrix set, the tile set of a collection, and TileJSON."""

from collections.abc import Mapping
from typing import Any

from api.links import JSON, MAPLIBRE, MVT, Links
from api.parameters import CRS84
from geo import tiles, units
from geo.tiles import DEEPEST, HALF_WORLD
from layers.catalog import Catalog

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
GEODATA = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
WORTH_ASKING = 16
"""Beyond this zoom a client enlarges the tile it has: its grid of 0.15 m is finer than any source of ours."""
CELL_PX = 256
METRES_PER_PIXEL = 0.000_28
"""Of the screen that scale denominators speak of."""
FEATURE_FIELDS: dict[str, dict[str, str]] = {
    **{name: {"type": "string"} for name in tiles.FEATURE_ATTRIBUTES},
    "version": {"type": "integer"},
    "area_ha": {"type": "number", "description": "of a point whose outline is not known"},
    "last_told_day": {"type": "integer", "description": "20230531: the last day that its newest source may mean"},
    "unit_ids": {"type": "string", "description": "of a place known by its commune alone: its units, with commas"},
    "count": {"type": "integer", "description": "in a crowded tile: for how many features of this look it stands"},
}
UNIT_FIELDS: dict[str, dict[str, str]] = {name: {"type": "string"} for name in tiles.UNIT_ATTRIBUTES}


def style_name(collection: str) -> str:
    """The one style of a collection: projects are drawn by their status, units as outlines."""
    return "outline" if collection in units.COLLECTIONS else "status"


def _fields(catalog: Catalog, collection: str) -> dict[str, dict[str, str]]:
    if collection in catalog.tables:
        return {"id": {"type": "string"}, **{name: {"type": "string"} for name in catalog.tables[collection].fields}}
    return UNIT_FIELDS if collection in units.COLLECTIONS else FEATURE_FIELDS


def _title(catalog: Catalog, collection: str) -> str:
    if collection in units.COLLECTIONS:
        return units.COLLECTIONS[collection].title_vi
    if collection in catalog.tables:
        return catalog.tables[collection].title.vi
    return catalog.collection(collection).title.vi


def tile_set(links: Links, catalog: Catalog, collection: str, filters: Mapping[str, str]) -> dict[str, Any]:
    """The tile set as a list of them shows it; the filters stand in its addresses."""
    path = f"/api/collections/{collection}"
    own = f"{path}/tiles/{MATRIX_SET}"
    tilejson = {**filters, "f": "tilejson"}
    template = links.link("item", f"{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", MVT, "MVT", filters)
    style = links.link("stylesheet", f"{path}/styles/{style_name(collection)}.json", MAPLIBRE, "MapLibre, QGIS")
    return {
        "title": _title(catalog, collection),
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "tileMatrixSetURI": MATRIX_SET_URI,
        "links": [
            links.link("self", own, JSON, parameters=filters),
            links.link("alternate", own, JSON, "TileJSON 3.0", tilejson),
            links.link(TILING_SCHEME, f"/api/tileMatrixSets/{MATRIX_SET}", JSON),
            links.link(GEODATA, path, JSON),
            template | {"templated": True},
            *([] if collection in catalog.tables else [style]),
        ],
    }


def metadata(
    links: Links,
    catalog: Catalog,
    collection: str,
    filters: Mapping[str, str],
    bbox: tuple[float, ...] | None,
    told: Mapping[str, str],
) -> dict[str, Any]:
    """Tile set metadata as OGC 17-083r4 writes it; `told`: whose word the collection is, `bbox` where it reaches."""
    schema = {"type": "object", "properties": _fields(catalog, collection)}
    box = {} if bbox is None else {"lowerLeft": bbox[:2], "upperRight": bbox[2:], "crs": CRS84}
    return {
        **tile_set(links, catalog, collection, filters),
        "layers": [{"id": collection, "dataType": "vector", "propertiesSchema": schema}],
        **({"boundingBox": box} if box else {}),
        **told,
    }


def tile_json(
    links: Links,
    catalog: Catalog,
    collection: str,
    filters: Mapping[str, str],
    bbox: tuple[float, ...] | None,
    told: Mapping[str, str],
) -> dict[str, Any]:
    """TileJSON 3.0; `told`: whose word the collection is, `bbox` where it reaches."""
    fields = {name: field["type"].capitalize() for name, field in _fields(catalog, collection).items()}
    title = _title(catalog, collection)
    return {
        "tilejson": "3.0.0",
        "name": title,
        "attribution": told.get("attribution", ""),
        "scheme": "xyz",
        "tiles": [links.url(f"/api/collections/{collection}/tiles/{MATRIX_SET}/{{z}}/{{y}}/{{x}}", filters)],
        "minzoom": 0,
        "maxzoom": WORTH_ASKING,
        **({"bounds": bbox} if bbox is not None else {}),
        "vector_layers": [
            {"id": collection, "description": title, "fields": fields, "minzoom": 0, "maxzoom": WORTH_ASKING}
        ],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell = 2 * HALF_WORLD / CELL_PX / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / METRES_PER_PIXEL,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD, HALF_WORLD],
        "tileWidth": CELL_PX,
        "tileHeight": CELL_PX,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


DEFINITION = {
    "id": MATRIX_SET,
    "title": "Google Maps Compatible for the World",
    "uri": MATRIX_SET_URI,
    "crs": WEB_MERCATOR,
    "orderedAxes": ["X", "Y"],
    "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
    "tileMatrices": [_matrix(zoom) for zoom in range(DEEPEST + 1)],
}
"""WebMercatorQuad as OGC 17-083r4 writes it."""
