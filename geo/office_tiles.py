"""One vector tile of an office's own table: each row a feature, or, where they are too many, points with a count."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select, text
from sqlalchemy.types import NullType

from geo.office import OfficeTable
from geo.office_relation import OfficeQuery, Relation
from geo.store import FILTER_SECONDS
from geo.tile_sql import BUFFER, EXTENT, MEASURED, Drawing, every
from geo.tiles import MOST_FEATURES, Tile, draw, measured

CELL = 64
"""Units of a cell of a crowded tile: 64 by 64 points at most."""
_EVERY = every(("id", "properties"), MOST_FEATURES)
_COUNTED = Drawing(
    f"""
    SELECT ST_AsMVT(tile, :name, {EXTENT}, 'place') AS tile FROM (
      SELECT CASE count(*) WHEN 1 THEN min(id) END AS id, nullif(count(*), 1)::int AS count,
        ST_MakePoint(floor(avg(x)), floor(avg(y))) AS place
      FROM (SELECT id, {MEASURED} FROM seen) AS points
      WHERE x BETWEEN -{BUFFER} AND {EXTENT + BUFFER} AND y BETWEEN -{BUFFER} AND {EXTENT + BUFFER}
      GROUP BY floor(x / {CELL}), floor(y / {CELL}) ORDER BY floor(x / {CELL}), floor(y / {CELL})
    ) AS tile
    """
)


def tile(connection: Connection, name: str, table: OfficeTable, query: OfficeQuery, place: Tile) -> bytes:
    """The rows that `query` lets through and that have a place in the tile, as one layer called `name`.

    Empty without any. In a tile of too many one point stands for all in a cell, and tells their `count`.
    """
    relation = Relation(table)
    if relation.raw is None:
        return b""
    connection.execute(text(f"SET LOCAL statement_timeout = '{FILTER_SECONDS}s'"))
    box = place.box()
    here = relation.reaches(func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326))
    own = cast(relation.id, Text).label("id")
    wanted = (here, *relation.rows(query))
    shapes = select(own, relation.properties.label("properties"), _in_metres(relation.geometry)).where(*wanted)
    # The middle of a box is moved at a tenth of the cost of a shape.
    middles = select(own, _in_metres(relation.middle)).where(*wanted)
    statements = (_EVERY.over(measured(shapes)), _COUNTED.over(measured(middles)))
    return draw(connection, statements, name, place, {})


def _in_metres(geometry: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.ST_Transform(geometry, 3857, type_=NullType()).label("geometry")
