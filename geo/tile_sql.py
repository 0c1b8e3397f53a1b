"""The SQL that draws a vector tile from `seen`: rows with an id, their attributes and `geometry` (WGS 84).

Every statement knows the tile as :zoom, :row, :col; its buffered box as :west, :south, :east, :north (degrees); the
way to tile units as :shift_x, :shift_y, :scale_x, :scale_y, from degrees where :flat, else from metres of EPSG:3857;
its west side as :origin and units per degree as :across and :up; its :top, and :half of the world, in units.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Select, column, text
from sqlalchemy.sql.selectable import CTE, TextualSelect

EXTENT = 4096
BUFFER = 128
"""Units around a tile that it holds too, so that a sign of 32 pixels on its edge is drawn whole by both neighbours."""
PIXEL = 8
"""Units of one pixel where a tile is drawn 512 pixels wide, as MapLibre and QGIS do."""
SHAPE_BYTES, MOST_POINTS, MOST_MARKS = 200_000, 4_000, 7_000
"""What a crowded tile spends on shapes; how many others may each be a point; else how many points stand for them."""

_ENVELOPE = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
_SIZE = """greatest((ST_XMax(geometry) - ST_XMin(geometry)) * :across, (ST_YMax(geometry) - ST_YMin(geometry)) * :up)"""
_X = "((ST_XMin(geometry) + ST_XMax(geometry)) / 2 - :origin) * :across"
_Y = "(1 - asinh(tan(radians((ST_YMin(geometry) + ST_YMax(geometry)) / 2))) / pi()) * :half - :top"
_IN_REACH = f"{_X} BETWEEN -{BUFFER} AND {EXTENT + BUFFER} AND {_Y} BETWEEN -{BUFFER} AND {EXTENT + BUFFER}"
# Most features lie inside the buffered tile: moved, scaled and set on the grid they are ready, at a third of the cost
# of ST_AsMVTGeom, which is left to clip those on the edge. MVT wants outer rings clockwise as seen, y pointing down.
_SHAPE = f"""
CASE
  WHEN size < {PIXEL} AND ST_Dimension(geometry) > 0 THEN NULL
  WHEN geometry @ {_ENVELOPE} THEN ST_ForcePolygonCCW(ST_SnapToGrid(
    ST_TransScale(CASE WHEN :flat THEN geometry ELSE ST_Transform(geometry, 3857) END,
      :shift_x, :shift_y, :scale_x, :scale_y), 1))
  ELSE ST_AsMVTGeom(ST_Transform(geometry, 3857), ST_TileEnvelope(:zoom, :col, :row), {EXTENT}, {BUFFER}, true)
END"""
# What the grid swallows, smaller than a pixel or thinner than a unit, is a point at the centre of its box.
_SHAPE_OR_POINT = f"""
CASE
  WHEN NOT ST_IsEmpty(shape) THEN shape
  WHEN (size < {PIXEL} OR geometry @ {_ENVELOPE} OR ST_Area(geometry) * :across * :up < size) AND {_IN_REACH}
    THEN ST_MakePoint(round({_X}), round({_Y}))
END"""


def _drawn(attributes: str, source: str) -> str:
    """A sub-select: these columns and the geometry in tile units, of rows that are measured already.

    OFFSET 0 keeps the planner from computing `shape` twice.
    """
    return f"""
    SELECT {attributes}, {_SHAPE_OR_POINT} AS tile_geometry
    FROM (SELECT *, {_SHAPE} AS shape FROM ({source}) AS measured OFFSET 0) AS drawn"""


def _encoded(rows: str) -> str:
    # Ordered, so that the same data make the same bytes.
    return f"""
    SELECT ST_AsMVT(tile, :name, {EXTENT}, 'tile_geometry') AS tile
    FROM (SELECT * FROM ({rows}) AS rows WHERE tile_geometry IS NOT NULL ORDER BY id) AS tile"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A statement that makes a tile from `seen`; `steps` are results that it is made through, in order."""

    tile: TextualSelect
    steps: tuple[CTE, ...]

    @classmethod
    def of(cls, tile: str, **steps: str) -> "Drawing":
        """From SQL, each step under its name."""
        results = (
            text(sql).columns().cte(name).prefix_with("MATERIALIZED", dialect="postgresql")
            for name, sql in steps.items()
        )
        return cls(text(tile).columns(column("tile", LargeBinary)), tuple(results))

    def over(self, rows: Select[Any] | TextualSelect) -> TextualSelect:
        """The statement over these rows."""
        seen: CTE = rows.cte("seen").prefix_with("NOT MATERIALIZED", dialect="postgresql")
        return self.tile.add_cte(seen, *self.steps)


def every(attributes: tuple[str, ...]) -> Drawing:
    """Every row as a feature of its own with these attributes; NULL where there are more than :most."""
    drawn = _drawn(", ".join(attributes), f"SELECT *, {_SIZE} AS size FROM few")
    return Drawing.of(
        f"SELECT CASE WHEN (SELECT count(*) FROM few) <= :most THEN ({_encoded(drawn)}) END AS tile",
        few="SELECT * FROM seen LIMIT :most + 1",
    )


_LOOK = "layer, status, condition, location_accuracy"
# Rows are read once, and their boxes once; their geometries again, by `position`, for the few that keep their shape.
_SIZED = f"""
SELECT id, {_LOOK}, version, position, kept_in, stored,
  greatest((east - west) * :across, (north - south) * :up) AS size, ((west + east) / 2 - :origin) * :across AS x,
  (1 - asinh(tan(radians((south + north) / 2))) / pi()) * :half - :top AS y
FROM (SELECT id, {_LOOK}, version, position, kept_in, pg_column_size(geometry) AS stored, ST_XMin(geometry) AS west,
  ST_XMax(geometry) AS east, ST_YMin(geometry) AS south, ST_YMax(geometry) AS north FROM seen OFFSET 0) AS boxed
"""
# Sizes in steps of a quarter octave; 16 bytes stored are a vertex, which takes some 2.5 in a tile, and hardly more than
# one vertex a unit can be seen.
_LOAD = f"""
SELECT ceil(4 * ln(greatest(size, {PIXEL}) / {PIXEL}) / ln(2))::int AS step, count(*) AS features,
  sum(45 + octet_length(id) + 2.5 * least(stored / 16, size)) AS bytes
FROM sized GROUP BY step
"""
_LOOKS = f"SELECT count(*) AS features FROM sized GROUP BY {_LOOK}"
# The smallest step whose shapes, with all larger ones, fit; and, where points must be shared, the smallest cell with
# which the points of every look fit. Cells divide a tile, so those of neighbours are the same.
_GRAIN = f"""
SELECT {PIXEL} * 2 ^ (first / 4.0 - 0.25) AS smallest,
  CASE WHEN (SELECT sum(features) FROM load WHERE step < first) > {MOST_POINTS} THEN coalesce((
    SELECT min(side) FROM (SELECT {PIXEL} * 2 ^ n AS side FROM generate_series(0, 9) AS n) AS sides
    WHERE (SELECT sum(least(features, ({EXTENT} / side) ^ 2)) FROM looks) <= {MOST_MARKS}), {EXTENT}) END AS cell
FROM (SELECT coalesce(max(step) FILTER (WHERE above > {SHAPE_BYTES}) + 1, 1) AS first
  FROM (SELECT step, sum(bytes) OVER (ORDER BY step DESC) AS above FROM load) AS steps) AS chosen
"""
_SHAPES = _drawn(
    f"id, {_LOOK}, version, NULL::int AS count",
    "SELECT sized.*, CASE kept_in WHEN 'feature'::regclass THEN (SELECT geometry FROM feature WHERE ctid = position) "
    "ELSE (SELECT geometry FROM feature_past WHERE ctid = position) END AS geometry FROM sized, grain "
    "WHERE size > smallest OFFSET 0",
)
_POINTS = f"""
SELECT id, {_LOOK}, version, NULL::int AS count, ST_MakePoint(round(x), round(y)) AS tile_geometry
FROM sized, grain WHERE cell IS NULL AND size <= smallest
  AND x BETWEEN -{BUFFER} AND {EXTENT + BUFFER} AND y BETWEEN -{BUFFER} AND {EXTENT + BUFFER}
"""
# One for all of a look in a cell, where the largest of them is; of the buffer only whole cells, as in the neighbour.
_MARKS = f"""
SELECT id, {_LOOK}, version, count, ST_MakePoint(round(largest[2]), round(largest[3])) AS tile_geometry
FROM (SELECT CASE count(*) WHEN 1 THEN min(id) END AS id, {_LOOK},
    CASE count(*) WHEN 1 THEN min(version) END AS version, nullif(count(*), 1)::int AS count,
    max(ARRAY[size, x, y]) AS largest
  FROM (SELECT *, floor({BUFFER} / cell) * cell AS reach FROM sized, grain
    WHERE cell IS NOT NULL AND size <= smallest) AS small
  WHERE x >= -reach AND x < {EXTENT} + reach AND y >= -reach AND y < {EXTENT} + reach
  GROUP BY floor(x / cell), floor(y / cell), {_LOOK}) AS marks
"""
CROWDED = Drawing.of(
    _encoded(f"{_SHAPES} UNION ALL {_POINTS} UNION ALL {_MARKS}"), sized=_SIZED, load=_LOAD, looks=_LOOKS, grain=_GRAIN
)
"""The largest shapes, and the others as points; where those are too many, one for all of the same look in a cell."""
