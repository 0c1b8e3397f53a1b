"""One vector tile (Mapbox Vector Tile 2.1) as bytes, in the tile matrix set WebMercatorQuad.

A tile of few features holds each of them: shapes on a grid of 4096 units, what is smaller than a pixel as a point. A
tile that would be too large keeps its largest shapes; the others become points at the centres of their boxes, and where
those are too many, one stands for all of the same look in a cell and tells their `count`. No feature is ever lost.
"""

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, Select, and_, case, cast, func, literal_column, select, text
from sqlalchemy.sql.selectable import TextualSelect

from geo import past
from geo.bbox import BBox
from geo.errors import InvalidParameter, TileNotFound
from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import feature
from geo.tile_sql import BUFFER, CROWDED, EXTENT, Drawing, every
from geo.unit_store import OF_COLLECTION, collection_values
from geo.units import UnitCollection

DEEPEST = 24
"""The last zoom of WebMercatorQuad."""
MOST_FEATURES, LARGEST = 2_000, 500_000
"""A tile of more features, or of more bytes before compression, is drawn as a crowded one."""
FLAT = 12
"""From this zoom on a tile is so small that degrees are linear in it: at Hải Phòng within 0.3 units."""
HALF_WORLD = math.pi * 6_378_137
"""Metres of EPSG:3857 from the middle of the square world to its edge."""
FEATURE_ATTRIBUTES = ("id", "name_vi", "layer", "status", "condition", "location_accuracy", "version", "area_ha")
"""What a feature in a tile tells; a crowded tile leaves out names and areas, and may tell a `count`."""
UNIT_ATTRIBUTES = ("id", "code", "full_name", "type")

_AREA = feature.c.properties["area_ha"]
_EVERY_FEATURE, _EVERY_UNIT = every(FEATURE_ATTRIBUTES), every(UNIT_ATTRIBUTES)
_UNITS = text(
    f"""
SELECT {", ".join(UNIT_ATTRIBUTES)}, geometry FROM admin_unit
WHERE {OF_COLLECTION} AND geometry && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
"""
).columns()


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of WebMercatorQuad: `zoom`, and `row` and `column` counted from the north-west."""

    zoom: int
    row: int
    column: int

    @classmethod
    def parse(cls, zoom: str, row: str, column: str) -> "Tile":
        """The tile that three path segments name.

        Raises InvalidParameter for what is no whole number, TileNotFound outside the matrix; both tell the range.
        """
        level = _whole("tileMatrix", zoom, DEEPEST)
        last = 2**level - 1
        return cls(level, _whole("tileRow", row, last), _whole("tileCol", column, last))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude, in degrees WGS 84, of a point in tile units, which count right and down."""
        side = 2**self.zoom
        longitude = (self.column + x / EXTENT) / side * 360 - 180
        latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (self.row + y / EXTENT) / side))))
        return longitude, latitude

    def box(self) -> BBox:
        """The degrees that the tile with its buffer covers."""
        (west, north), (east, south) = self.place(-BUFFER, -BUFFER), self.place(EXTENT + BUFFER, EXTENT + BUFFER)
        return BBox(max(west, -180), south, min(east, 180), north)


def feature_tile(connection: Connection, name: str, query: FeatureQuery, tile: Tile) -> bytes:
    """The features that `query` lets through and that have a place in the tile, as one layer called `name`.

    Empty without any. Of the query, order, limit and `after` do not count.
    """
    box = tile.box()
    rows = (
        select(
            *(feature.c[one] for one in ("id", "layer", "status", "condition", "version")),
            *(feature.c.properties[one].astext.label(one) for one in ("name_vi", "location_accuracy")),
            case((_is_known_by_area_alone(), cast(_AREA.astext, Double))).label("area_ha"),
            # As it is stored: the ORM's type would wrap it in ST_AsEWKB.
            literal_column("feature.geometry").label("geometry"),
            literal_column("feature.ctid").label("position"),
            literal_column("feature.tableoid").label("kept_in"),
        )
        .select_from(feature)
        .where(feature.c.geometry.op("&&")(func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)))
        .where(*conditions(query, name_patterns(connection, query.q)))
    )
    rows = past.at(query.clocks, rows, nest=True)
    body = draw(connection, _EVERY_FEATURE, rows, name, tile, {"most": MOST_FEATURES})
    if body is not None and len(body) <= LARGEST:
        return body
    return draw(connection, CROWDED, rows, name, tile, {}) or b""


def unit_tile(connection: Connection, name: str, collection: UnitCollection, tile: Tile) -> bytes:
    """The units of one generation in the tile, with their generalised outlines, as one layer; empty without any."""
    values = {"most": MOST_FEATURES} | collection_values(collection)
    return draw(connection, _EVERY_UNIT, _UNITS, name, tile, values) or b""


def _is_known_by_area_alone() -> ColumnElement[bool]:
    """A point that stands for so many hectares is drawn as a circle of that size; a shape shows its size itself."""
    return and_(func.ST_Dimension(literal_column("feature.geometry")) == 0, func.jsonb_typeof(_AREA) == "number")


def _whole(what: str, told: str, last: int) -> int:
    if not (told.isascii() and told.isdigit()):
        raise InvalidParameter(f"{what} {told[:20]!a}: a whole number from 0 to {last} was expected.", (f"0..{last}",))
    if len(told) > len(str(last)) or int(told) > last:
        raise TileNotFound(f"{what} {told[:20]} lies outside the tile matrix set: 0 to {last}.", (f"0..{last}",))
    return int(told)


def draw(
    connection: Connection,
    drawing: Drawing,
    rows: Select[Any] | TextualSelect,
    name: str,
    tile: Tile,
    values: dict[str, Any],
) -> bytes | None:
    """The tile that `drawing` makes of these rows, as one layer called `name`; `values`: what else it binds."""
    statement = drawing.over(rows)
    body: bytes | None = connection.execute(statement, _grid(tile) | {"name": name} | values).scalar_one()
    return body


def _grid(tile: Tile) -> dict[str, Any]:
    """What the SQL must know of the tile."""
    box, world = tile.box(), EXTENT * 2**tile.zoom
    (west, north), (_, middle), (_, south) = tile.place(0, 0), tile.place(0, EXTENT / 2), tile.place(0, EXTENT)
    if flat := tile.zoom >= FLAT:
        shift, scale = (-west, -north), (world / 360, -EXTENT / (north - south))
    else:
        metres = 2 * HALF_WORLD / world
        shift = (HALF_WORLD - tile.column * EXTENT * metres, tile.row * EXTENT * metres - HALF_WORLD)
        scale = (1 / metres, -1 / metres)
    return {
        "zoom": tile.zoom, "row": tile.row, "col": tile.column, "flat": flat,
        "west": box.west, "south": box.south, "east": box.east, "north": box.north,
        "shift_x": shift[0], "shift_y": shift[1], "scale_x": scale[0], "scale_y": scale[1],
        "origin": west, "across": world / 360, "up": world / 360 / math.cos(math.radians(middle)), "half": world / 2,
        "top": float(tile.row * EXTENT),
    }  # fmt: skip
