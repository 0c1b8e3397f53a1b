"""One vector tile (Mapbox Vector Tile 2.1) as bytes, in the tile matrix set WebMercatorQuad.

A tile of few features holds each of them: shapes on a grid of 4096 units, what is smaller than a pixel as a point. A
tile that would be too large keeps its largest shapes; the others become points at the middle of their boxes, and where
those are too many, one stands for all of the same look in a cell and tells their `count`. No feature is ever lost.

What a tile is drawn from is kept by the database as features are written: a narrow row of each (`tile_feature`), how it
looks (`tile_look`), and how many of a look lie in each cell (`tile_mark`).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    column,
    select,
    text,
)
from sqlalchemy.sql.selectable import TextualSelect

from geo import past
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.edtf import last_told_day
from geo.errors import InvalidParameter, TileNotFound
from geo.kinds import DIMENSION
from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import feature
from geo.tile_sql import (
    BUFFER,
    CROWDED,
    EXTENT,
    MOST_MARKS,
    OF_LOOKS,
    WIDE,
    Drawing,
    boxed,
    counted,
    every,
    kept,
    kept_looks,
    kept_then,
)
from geo.unit_store import OF_COLLECTION, collection_values
from geo.units import UnitCollection

DEEPEST = 24
"""The last zoom of WebMercatorQuad."""
MOST_FEATURES, MOST_SHAPES, LARGEST = 2_000, 2_500, 500_000
"""A tile of more features leaves out names and areas; one of more, or of more bytes uncompressed, is a crowded one."""
MOST_UNITS = 5_000
"""So many there never are."""
FINEST = 17
"""The deepest level of cells in which features are kept counted."""
WITH_BUFFER = 1.2
"""How many times more features a tile has with its buffer, which is 1.13 times as large, at the most as a rule."""
BY_BOX = 11
"""From this zoom on a tile has so few features that its box finds them soonest, whatever else is asked."""
MOSTLY_CROWDED = 13
"""Up to this zoom it is counted first how many features a tile has."""
HALF_WORLD = math.pi * 6_378_137
"""Metres of EPSG:3857 from the middle of the square world to its edge."""
FEATURE_ATTRIBUTES = (
    *("id", "name_vi", "layer", "status", "condition", "location_accuracy", "version", "area_ha"),
    *("last_told_day", "unit_ids"),
)
"""What a feature in a tile tells; a crowded tile leaves out names and areas, and may tell a `count`."""
PLAIN_ATTRIBUTES = tuple(one for one in FEATURE_ATTRIBUTES if one not in ("name_vi", "area_ha"))
UNIT_ATTRIBUTES = ("id", "code", "full_name", "type")

_DRAWINGS = (
    every(FEATURE_ATTRIBUTES, MOST_FEATURES),
    every(PLAIN_ATTRIBUTES, MOST_SHAPES, count_first=True),
    CROWDED,
)
_UNITS = f"""
SELECT {", ".join(UNIT_ATTRIBUTES)}, ST_Transform(geometry, 3857) AS geometry FROM admin_unit
WHERE {OF_COLLECTION} AND geometry && ST_MakeEnvelope(:from_east, :from_north, :to_east, :to_north, 4326)"""
_UNIT_TILE = every(UNIT_ATTRIBUTES, MOST_UNITS).over(text(boxed(_UNITS)).columns())


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

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the tile with its buffer, in metres of EPSG:3857."""
        unit = 2 * HALF_WORLD / EXTENT / 2**self.zoom
        west, north = self.column * EXTENT * unit - HALF_WORLD, HALF_WORLD - self.row * EXTENT * unit
        margin, side = BUFFER * unit, EXTENT * unit
        return west - margin, north - side - margin, west + side + margin, north + margin


def feature_tile(connection: Connection, name: str, query: FeatureQuery, tile: Tile) -> bytes:
    """The features that `query` lets through and that have a place in the tile, as one layer called `name`.

    Empty without any. Of the query, order, limit and `after` do not count.
    """
    values = kept_values(query)
    if values is None:
        rows = _chosen_rows(connection, query, by_box=tile.zoom >= BY_BOX)
        return draw(connection, (drawing.over(rows) for drawing in _DRAWINGS), name, tile, _clock_values(query.clocks))
    asked, known = tuple(values), None if query.clocks is None else query.clocks.known is not None
    by_box = tile.zoom >= BY_BOX
    statements = [_kept(drawing, asked, known, by_box) for drawing in _DRAWINGS]
    if known is None and tile.zoom <= MOSTLY_CROWDED and OF_LOOKS.issuperset(asked):
        looks = [row.features for row in connection.execute(_looks(asked), _grid(tile) | values)]
        number = sum(looks) * WITH_BUFFER
        statements = [*statements[number > MOST_FEATURES : 1 + (number <= MOST_SHAPES)], _counted(asked)]
        values |= _cells(tile, looks)
    return draw(connection, statements, name, tile, values | _clock_values(query.clocks))


def in_tiles(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What tiles tell in a form of their own, out of the published properties of a feature."""
    by_commune = properties.get("location_accuracy") == "commune"
    units = properties.get("unit_ids") if by_commune else None
    return {"last_told_day": last_told_day(properties.get("last_told")), "unit_ids": ",".join(units) if units else None}


def unit_tile(connection: Connection, name: str, collection: UnitCollection, tile: Tile) -> bytes:
    """The units of one generation in the tile, with their generalised outlines, as one layer; empty without any."""
    box = tile.box()
    degrees = {"from_east": box.west, "from_north": box.south, "to_east": box.east, "to_north": box.north}
    return draw(connection, [_UNIT_TILE], name, tile, degrees | collection_values(collection))


def draw(
    connection: Connection, statements: Iterable[TextualSelect], name: str, tile: Tile, values: dict[str, Any]
) -> bytes:
    """The tile as the first statement makes it that makes none too large, else the last; as one layer called `name`.

    `statements`: each a `Drawing` over its rows. `values`: what they bind beside the tile.
    """
    known, body = _grid(tile) | {"name": name} | values, None
    for statement in statements:
        body = connection.execute(statement, known).scalar_one()
        if body is not None and len(body) <= LARGEST:
            break
    return body or b""


def measured(rows: Select[Any]) -> TextualSelect:
    """`seen` out of rows with their `geometry` in EPSG:3857."""
    return text(boxed("SELECT * FROM told")).columns().add_cte(rows.cte("told"))


def kept_values(query: FeatureQuery) -> dict[str, Any] | None:
    """What the query asks, by names of ASKED; None when it asks for more than is kept for tiles."""
    if query.q is not None or query.bbox is not None or query.filter is not None or query.unassigned:
        return None
    values: dict[str, Any] = {
        name: list(asked)
        for name, asked in (
            ("layers", query.layers),
            ("statuses", query.statuses),
            ("conditions", query.conditions),
            ("ids", query.ids),
        )
        if asked
    }
    if query.kind is not None:
        values["kind"] = DIMENSION[query.kind]
    if query.units is not None:
        values["units"] = list(query.units)
    return values


def _clock_values(clocks: Clocks | None) -> dict[str, Any]:
    return {} if clocks is None else {"clock_day": clocks.day, "clock_known": clocks.known}


def _rows(asked: tuple[str, ...], known: bool | None, by_box: bool) -> str:
    """What is kept of today's features; of those of a day, `known` at an instant or now, where that is not None."""
    return kept(asked, by_box=by_box) if known is None else kept_then(asked, known=known, by_box=by_box)


@cache
def _kept(drawing: Drawing, asked: tuple[str, ...], known: bool | None, by_box: bool) -> TextualSelect:
    return drawing.over(text(_rows(asked, known, by_box)).columns())


@cache
def _counted(asked: tuple[str, ...]) -> TextualSelect:
    return counted(asked).over(text(f"{kept(asked, by_box=False)} AND {WIDE}").columns())


@cache
def _looks(asked: tuple[str, ...]) -> TextualSelect:
    return text(kept_looks(asked)).columns(column("look", Integer), column("features", Integer))


def _chosen_rows(connection: Connection, query: FeatureQuery, *, by_box: bool) -> TextualSelect:
    """What is kept of the features that only their own rows let through."""
    chosen = select(feature.c.id).where(*conditions(query, name_patterns(connection, query.q)))
    chosen = past.at(query.clocks, chosen, state=query.asks_for_state(), nest=True)
    known = None if query.clocks is None else query.clocks.known is not None
    rows = f"SELECT * FROM ({_rows((), known, by_box)}) AS rows WHERE id IN (SELECT id FROM chosen)"
    return text(rows).columns().add_cte(chosen.cte("chosen"))


def _cells(tile: Tile, looks: Sequence[int]) -> dict[str, Any]:
    """The finest cells of which features of these numbers fill no more than MOST_MARKS, for the SQL.

    They divide the tile, so those of neighbours are the same; of the buffer only whole ones.
    """
    deeper = range(min(FINEST - tile.zoom, 9), 0, -1)
    finer = next((one for one in deeper if sum(min(number, 4**one) for number in looks) <= MOST_MARKS), 0)
    side, margin = 2**finer, BUFFER * 2**finer // EXTENT
    return {
        "level": tile.zoom + finer,
        "columns": list(range(tile.column * side - margin, (tile.column + 1) * side + margin)),
        "first_row": tile.row * side - margin,
        "last_row": (tile.row + 1) * side + margin - 1,
    }


def _whole(what: str, told: str, last: int) -> int:
    if not (told.isascii() and told.isdigit()):
        raise InvalidParameter(f"{what} {told[:20]!a}: a whole number from 0 to {last} was expected.", (f"0..{last}",))
    if len(told) > len(str(last)) or int(told) > last:
        raise TileNotFound(f"{what} {told[:20]} lies outside the tile matrix set: 0 to {last}.", (f"0..{last}",))
    return int(told)


def _grid(tile: Tile) -> dict[str, Any]:
    """What the SQL must know of the tile."""
    west, south, east, north = tile.bounds()
    metres = 2 * HALF_WORLD / EXTENT / 2**tile.zoom
    return {
        "zoom": tile.zoom, "row": tile.row, "col": tile.column,
        "west": west, "south": south, "east": east, "north": north,
        "scale": 2.0 ** (tile.zoom - DEEPEST), "left": tile.column * EXTENT, "top": tile.row * EXTENT,
        "per_metre": 1 / metres, "move_x": -(west + BUFFER * metres), "move_y": -(north - BUFFER * metres),
    }  # fmt: skip
