"""The SQL that draws a vector tile from `seen`: rows with an id, what they tell, and `geometry` in EPSG:3857; x and y,
the middle of its box, right and down from the north-west of the world, and its longer side, size, in units of zoom 24.

Every statement knows the tile as :zoom, :row, :col; the box that it covers with its buffer as :west, :south, :east,
:north; the way to its units as :scale, :left, :top from those of zoom 24, as :move_x, :move_y, :per_metre from metres.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import LargeBinary, column, text
from sqlalchemy.sql.selectable import CTE, TextualSelect

from geo.past import INSIDE

EXTENT = 4096
BUFFER = 128
"""Units around a tile that it holds too, so that a sign of 32 pixels on its edge is drawn whole by both neighbours."""
PIXEL = 8
"""Units of one pixel where a tile is drawn 512 pixels wide, as MapLibre and QGIS do."""
CLIPPED = 512
"""Only what is wider is cut off at the buffer; the rest stays whole, which no drawing shows."""
SHAPE_BYTES, MOST_POINTS, MOST_MARKS = 200_000, 4_000, 2_500
"""What a crowded tile spends on shapes; how many others may each be a point; else how many points stand for them."""
ENVELOPE = "ST_MakeEnvelope(:west, :south, :east, :north, 3857)"

# Moved, scaled and set on the grid most features are ready, at a tenth of the cost of ST_AsMVTGeom, which is left to
# clip what is large. MVT wants outer rings clockwise as seen, y pointing down.
_SHAPE = f"""
CASE
  WHEN size < {PIXEL} THEN NULL
  WHEN size > {CLIPPED} AND NOT geometry @ {ENVELOPE}
    THEN ST_AsMVTGeom(geometry, ST_TileEnvelope(:zoom, :col, :row), {EXTENT}, {BUFFER}, true)
  ELSE ST_ForcePolygonCCW(ST_SnapToGrid(ST_TransScale(geometry, :move_x, :move_y, :per_metre, -:per_metre), 1))
END"""
# A point, and what the grid swallows, smaller than a pixel or thinner than a unit, stands at the middle of its box.
_SHAPE_OR_POINT = f"""
CASE
  WHEN NOT ST_IsEmpty(shape) THEN shape
  WHEN (size <= {CLIPPED} OR geometry @ {ENVELOPE} OR ST_Area(geometry) * :per_metre ^ 2 < size)
    AND x BETWEEN -{BUFFER} AND {EXTENT + BUFFER} AND y BETWEEN -{BUFFER} AND {EXTENT + BUFFER}
    THEN ST_MakePoint(round(x), round(y))
END"""
ASKED = {
    "layers": "layer = ANY (:layers)",
    "statuses": "status = ANY (:statuses)",
    "conditions": "condition = ANY (:conditions)",
    "kind": "dimension = :kind",
    "ids": "feature = ANY (:ids)",
    "units": "feature IN (SELECT feature_unit.feature FROM feature_unit WHERE unit = ANY (:units))",
}
"""What may be asked of what is kept for tiles."""
OF_LOOKS = frozenset(("layers", "statuses", "conditions", "kind"))
_KEPT = f"""
SELECT feature AS id, layer, status, condition, location_accuracy, version, name_vi, area_ha, last_told_day, unit_ids,
  x, y, size, geometry
FROM tile_feature JOIN tile_look ON {{look}} WHERE geometry && {ENVELOPE}"""
# How many of a look there are in a box the planner cannot know: it reads a sixth of all features for those of a tile,
# unless their looks are no columns.
_LOOK_OF = {False: "tile_look.look = tile_feature.look", True: "tile_look.look = tile_feature.look + 0"}
# The same of a day, as known then. What is drawn since then was drawn like this; what was known of the others stands
# among the editions that were superseded.
_STATE_THEN = """JOIN status_period AS period ON period.feature = {feature}
  AND period.valid_from <= :clock_day AND period.valid_to > :clock_day AND {known}"""
_KEPT_OF_DAY = f"""
SELECT tile_feature.feature, tile_feature.feature AS id, layer, period.status, period.condition, location_accuracy,
  dimension, version, name_vi, area_ha, period.last_told_day, unit_ids, x, y, size, geometry
FROM tile_feature JOIN tile_look ON {{look}}
{{state}} WHERE geometry && {ENVELOPE}"""
_SUPERSEDED = f"""
SELECT edition.id AS feature, edition.id, layer, period.status, period.condition,
  properties ->> 'location_accuracy' AS location_accuracy, ST_Dimension(geometry)::smallint AS dimension, version,
  properties ->> 'name_vi' AS name_vi,
  CASE WHEN ST_Dimension(geometry) = 0 AND jsonb_typeof(properties -> 'area_ha') = 'number'
    THEN (properties ->> 'area_ha')::double precision END AS area_ha,
  period.last_told_day, told_unit_ids(properties, geojson) AS unit_ids, ST_Transform(geometry, 3857) AS geometry
FROM feature_past AS edition
{{state}} WHERE NOT withdrawn AND edition.known_from <= :clock_known AND edition.known_to > :clock_known
  AND edition.geometry && ST_Transform({ENVELOPE}, 4326) AND NOT EXISTS (
    SELECT FROM tile_feature WHERE tile_feature.feature = edition.id AND tile_feature.known_from <= :clock_known)"""
_KEPT_LOOKS = """
SELECT look, features FROM tile_mark JOIN tile_look USING (look) WHERE level = :zoom AND x = :col AND y = :row"""
MEASURED = "x * :scale - :left AS x, y * :scale - :top AS y, size * :scale AS size"


def kept(asked: Iterable[str], *, by_box: bool) -> str:
    """`seen` out of what is kept for tiles; `asked`: names of ASKED, whose values the statement must know.

    `by_box`: features are found by their place alone, and then held against the filters.
    """
    return " AND ".join([_KEPT.format(look=_LOOK_OF[by_box]), *(ASKED[one] for one in asked)])


def kept_then(asked: Iterable[str], *, known: bool, by_box: bool) -> str:
    """The same as on the day :clock_day; `known`: as known at :clock_known, else now."""
    period = "period.known_from <= :clock_known AND period.known_to > :clock_known"
    state = _STATE_THEN.format(feature="{feature}", known=period if known else "period.known_to = 'infinity'")
    rows = _KEPT_OF_DAY.format(look=_LOOK_OF[by_box], state=state.format(feature="tile_feature.feature"))
    if known:
        others = boxed(_SUPERSEDED.format(state=state.format(feature="edition.id")))
        rows = f"""{rows} AND tile_feature.known_from <= :clock_known
        UNION ALL SELECT feature, id, layer, status, condition, location_accuracy, dimension, version, name_vi, area_ha,
          last_told_day, unit_ids, x, y, size, geometry FROM ({others}) AS superseded"""
    inside = {"units": f"feature IN ({INSIDE})"} if known else {}
    return " AND ".join([f"SELECT * FROM ({rows}) AS rows WHERE true", *((ASKED | inside)[one] for one in asked)])


def kept_looks(asked: Iterable[str]) -> str:
    """How many features of each look have their middle in the tile, without those wider than two tiles."""
    return " AND ".join([_KEPT_LOOKS, *(ASKED[one] for one in asked)])


def boxed(rows: str) -> str:
    """`seen` out of rows that lack only x, y and size."""
    longer = "greatest(ST_XMax(geometry) - ST_XMin(geometry), ST_YMax(geometry) - ST_YMin(geometry))"
    return f"""
    SELECT *, 2 ^ 35 + (ST_XMin(geometry) + ST_XMax(geometry)) / 2 * units AS x,
      2 ^ 35 - (ST_YMin(geometry) + ST_YMax(geometry)) / 2 * units AS y, {longer} * units AS size
    FROM ({rows}) AS rows, (SELECT 2 ^ 35 / (pi() * 6378137) AS units) AS world OFFSET 0"""


_BY_ID = 'id COLLATE "C"'


def _drawn(attributes: str, source: str) -> str:
    """A sub-select: these columns and the geometry in tile units, of rows that are measured already.

    OFFSET 0 keeps the planner from computing `shape` twice.
    """
    return f"""
    SELECT {attributes}, {_SHAPE_OR_POINT} AS tile_geometry
    FROM (SELECT *, {_SHAPE} AS shape FROM ({source}) AS measured OFFSET 0) AS drawn"""


def _encoded(attributes: str, rows: str, most: int | None = None, order: str = _BY_ID) -> str:
    tile, limit = f"ST_AsMVT(tile, :name, {EXTENT}, 'tile_geometry')", ""
    if most is not None:
        tile, limit = f"CASE WHEN count(*) <= {most} THEN {tile} END", f"LIMIT {most + 1}"
    # Ordered, so that the same data make the same bytes.
    return f"""
    SELECT {tile} AS tile FROM (SELECT {attributes}, tile_geometry
      FROM (SELECT * FROM ({rows}) AS rows WHERE tile_geometry IS NOT NULL {limit}) AS seen
      ORDER BY {order}) AS tile"""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A statement that makes a tile from `seen`; `steps` are results that it is made through, in order."""

    tile: str
    steps: tuple[tuple[str, str], ...] = ()

    def over(self, rows: TextualSelect) -> TextualSelect:
        """The statement over these rows."""
        seen: CTE = rows.cte("seen").prefix_with("NOT MATERIALIZED", dialect="postgresql")
        results = (
            text(sql).columns().cte(name).prefix_with("MATERIALIZED", dialect="postgresql") for name, sql in self.steps
        )
        return text(self.tile).columns(column("tile", LargeBinary)).add_cte(seen, *results)


def every(attributes: tuple[str, ...], most: int, *, count_first: bool = False) -> Drawing:
    """Every row as a feature of its own with these attributes; NULL where there are more than `most`.

    `count_first`: before any is drawn, which pays where most tiles have more.
    """
    told = ", ".join(attributes)
    drawn = _drawn(told, f"SELECT {told}, geometry, {MEASURED} FROM seen")
    if not count_first:
        return Drawing(_encoded(told, drawn, most))
    few = f"(SELECT count(*) FROM (SELECT FROM seen LIMIT {most + 1}) AS first_ones) <= {most}"
    return Drawing(f"SELECT CASE WHEN {few} THEN ({_encoded(told, drawn)}) END AS tile")


_LOOK = "layer, status, condition, location_accuracy"
_NEWS = "last_told_day, unit_ids"
_TOLD = f"id, {_LOOK}, version, {_NEWS}, count"
_SIZED = f"SELECT id, {_LOOK}, version, {_NEWS}, geometry, pg_column_size(geometry) AS stored, {MEASURED} FROM seen"
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
_SHAPES = _drawn(_TOLD, "SELECT sized.*, NULL::int AS count FROM sized, grain WHERE size > smallest OFFSET 0")
_POINTS = f"""
SELECT id, {_LOOK}, version, {_NEWS}, NULL::int AS count, ST_MakePoint(round(x), round(y)) AS tile_geometry
FROM sized, grain WHERE cell IS NULL AND size <= smallest
  AND x BETWEEN -{BUFFER} AND {EXTENT + BUFFER} AND y BETWEEN -{BUFFER} AND {EXTENT + BUFFER}
"""
# One for all of a look in a cell, at the mean of their places, which rounding does not push out of it; of the buffer
# only whole cells, as in the neighbour.
_MARKS = f"""
SELECT CASE count(*) WHEN 1 THEN min(id) END AS id, {_LOOK}, CASE count(*) WHEN 1 THEN min(version) END AS version,
  CASE count(*) WHEN 1 THEN min(last_told_day) END AS last_told_day,
  CASE count(*) WHEN 1 THEN min(unit_ids) END AS unit_ids,
  nullif(count(*), 1)::int AS count, ST_MakePoint(floor(avg(x)), floor(avg(y))) AS tile_geometry
FROM (SELECT *, floor({BUFFER} / cell) * cell AS reach FROM sized, grain
  WHERE cell IS NOT NULL AND size <= smallest) AS small
WHERE x >= -reach AND x < {EXTENT} + reach AND y >= -reach AND y < {EXTENT} + reach
GROUP BY floor(x / cell), floor(y / cell), {_LOOK}
"""
# Most have no id.
_IN_ORDER = f"{_BY_ID}, tile_geometry, {_LOOK}"
_STEPS = (("sized", _SIZED), ("load", _LOAD), ("looks", _LOOKS), ("grain", _GRAIN))
_SOME = f"{_SHAPES} UNION ALL {_POINTS} UNION ALL {_MARKS}"
CROWDED = Drawing(_encoded(_TOLD, _SOME, order=_IN_ORDER), _STEPS)
"""The largest shapes, and the others as points; where those are too many, one for all of the same look in a cell."""

# Counted when the features were written: nothing is read of them but the ids of those that are alone, one by one
# (LIMIT), for the planner would rather read them all.
_COUNTED = f"""
SELECT feature AS id, {_LOOK}, version, last_told_day, (SELECT unit_ids FROM tile_feature
    WHERE features = 1 AND location_accuracy = 'commune' AND number = numbers) AS unit_ids,
  nullif(features, 1) AS count, ST_MakePoint(
    floor(sum_x / features * :scale - :left), floor(sum_y / features * :scale - :top)) AS tile_geometry
FROM tile_mark AS mark JOIN tile_look USING (look)
LEFT JOIN LATERAL (SELECT feature, version, last_told_day FROM tile_feature
  WHERE features = 1 AND number = numbers LIMIT 1) AS alone
  ON true
WHERE mark.level = :level AND mark.x = ANY (:columns) AND mark.y BETWEEN :first_row AND :last_row"""
WIDE = "level < :level - 1"
"""Which features are in no cell of :level, because they are wider than two."""


def counted(asked: Iterable[str]) -> Drawing:
    """One point for all of a look in each cell of :level, and what is too wide for these cells, from `seen`.

    The cells are those of :columns from :first_row to :last_row; `asked`: names of OF_LOOKS.
    """
    cells = " AND ".join([_COUNTED, *(ASKED[one] for one in asked)])
    return Drawing(_encoded(_TOLD, f"{_SOME} UNION ALL {cells}", order=_IN_ORDER), _STEPS)
