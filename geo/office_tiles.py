"""One vector tile of an office's own table: each row a feature, or, where they are too many, points with a count."""

from sqlalchemy import Connection, Text, cast, func, select, text

from geo.office import OfficeTable
from geo.office_relation import OfficeQuery, Relation
from geo.store import FILTER_SECONDS
from geo.tile_sql import BUFFER, EXTENT, Drawing, every
from geo.tiles import LARGEST, MOST_FEATURES, Tile, draw

CELL = 64
"""Units of a cell of a crowded tile: 64 by 64 points at most."""
_EVERY = every(("id", "properties"))
_X, _Y = "(ST_X(geometry) - :origin) * :across", "(1 - asinh(tan(radians(ST_Y(geometry)))) / pi()) * :half - :top"
_COUNTED = Drawing.of(
    f"""
    SELECT ST_AsMVT(tile, :name, {EXTENT}, 'place') AS tile FROM (
      SELECT CASE count(*) WHEN 1 THEN min(id) END AS id, nullif(count(*), 1)::int AS count,
        ST_MakePoint(round(avg(x)), round(avg(y))) AS place
      FROM (SELECT id, {_X} AS x, {_Y} AS y FROM seen) AS points
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
    rows = select(own, relation.properties.label("properties"), relation.geometry.label("geometry"))
    found = rows.select_from(relation.table).where(here, *relation.rows(query))
    body = draw(connection, _EVERY, found, name, place, {"most": MOST_FEATURES})
    if body is not None and len(body) <= LARGEST:
        return body
    # The middle of a box is moved at a tenth of the cost of a shape.
    middles = select(own, relation.middle.label("geometry")).select_from(relation.table)
    return draw(connection, _COUNTED, middles.where(here, *relation.rows(query)), name, place, {}) or b""
