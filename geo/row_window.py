"""A window of rows as JSON: of each feature what a list shows of it, with the sentence that says where it lies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from geo import past, whereabouts
from geo.due import Due
from geo.query import FeatureQuery
from geo.rows import generation
from geo.status import STATUSES, Words
from geo.units import CITY, COLLECTIONS
from geo.whereabouts import Landmark, Spot

MOST_LANDMARKS, WIDEST_LANDMARK_M = 2_000, 3_000
"""So many landmarks are looked at; what is wider is none, because nobody knows what of it is meant."""
_RUNNING = [code for code, stage in STATUSES.items() if stage.running]
# How far the edge is from the middle: half of what the geometry spans, and the radius of the circle of its area.
_REACH = """
greatest(ST_Distance(ST_MakePoint(ST_XMin({one}.geometry), ST_YMin({one}.geometry))::geography,
                     ST_MakePoint(ST_XMax({one}.geometry), ST_YMax({one}.geometry))::geography) / 2,
  CASE WHEN jsonb_typeof({one}.properties -> 'area_ha') = 'number'
    THEN sqrt(greatest(({one}.properties ->> 'area_ha')::float8, 0) * 10000 / pi()) END)"""
_MIDDLE = "ST_SetSRID(ST_Centroid(ST_Envelope({one}.geometry)), 4326)"
# Landmarks are things that stand there on the day, at a place that somebody measured. The eight nearest on the plane
# hold the nearest on the ground, which the spheroid tells. WITH stands inside, so that a past may put its own before.
_ROWS = text(
    f"""
    SELECT * FROM (WITH landmark AS MATERIALIZED (
      SELECT id, name_vi, name_en, middle, reach FROM (
        SELECT one.id, one.properties ->> 'name_vi' AS name_vi, one.properties ->> 'name_en' AS name_en,
          {_MIDDLE.format(one="one")} AS middle, {_REACH.format(one="one")} AS reach
        FROM feature AS one
        WHERE one.layer = ANY(:landmarks) AND one.status = ANY(:running) AND NOT one.withdrawn
          AND one.properties ->> 'location_accuracy' IN ('surveyed', 'mapped') AND one.geometry IS NOT NULL
        LIMIT :most) AS measured
      WHERE reach <= :widest / 2.0),
    wanted AS MATERIALIZED (
      SELECT asked.position, one.id, one.layer, one.status, one.condition, one.properties, one.geometry, one.geojson,
        {_MIDDLE.format(one="one")} AS middle, {_REACH.format(one="one")} AS reach
      FROM unnest(CAST(:ids AS text[])) WITH ORDINALITY AS asked (id, position) JOIN feature AS one USING (id))
    SELECT wanted.position, wanted.id, wanted.geometry IS NOT NULL AS placed,
      wanted.properties ->> 'location_accuracy' AS accuracy, wanted.reach, near.name_vi,
      near.name_en, near.metres, near.azimuth, near.reach AS landmark_reach,
      json_build_object('id', wanted.id, 'layer', wanted.layer, 'name_vi', wanted.properties ->> 'name_vi',
        'name_en', wanted.properties ->> 'name_en', 'status', wanted.status, 'condition', wanted.condition,
        'accuracy', wanted.properties ->> 'location_accuracy',
        'last_told', wanted.geojson::json -> 'properties' ->> 'last_told',
        'point', CASE WHEN wanted.geometry IS NOT NULL THEN json_build_array(
          round(ST_X(wanted.middle)::numeric, 5), round(ST_Y(wanted.middle)::numeric, 5)) END,
        'bbox', CASE WHEN wanted.geometry IS NOT NULL THEN json_build_array(
          round(ST_XMin(wanted.geometry)::numeric, 5), round(ST_YMin(wanted.geometry)::numeric, 5),
          round(ST_XMax(wanted.geometry)::numeric, 5), round(ST_YMax(wanted.geometry)::numeric, 5)) END)::text AS told
    FROM wanted LEFT JOIN LATERAL (
      SELECT name_vi, name_en, reach, ST_Distance(middle::geography, wanted.middle::geography) AS metres,
        degrees(ST_Azimuth(middle::geography, wanted.middle::geography)) AS azimuth
      FROM (SELECT * FROM landmark WHERE landmark.id <> wanted.id
            ORDER BY landmark.middle <-> wanted.middle LIMIT 8) AS one
      ORDER BY metres LIMIT 1) AS near ON wanted.geometry IS NOT NULL) AS told
    ORDER BY position"""
).columns()
_UNITS = text(
    """
    SELECT DISTINCT located.feature, unit.level || '@' || unit.generation AS held, unit.full_name, unit.id
    FROM feature_unit AS located JOIN admin_unit_within AS inside ON inside.unit = located.unit
    JOIN admin_unit AS unit ON unit.id = inside.within
    WHERE located.feature = ANY(:ids) AND (unit.generation = '2025-07' OR unit.province_code = :city)
    ORDER BY unit.id"""
).columns()


@dataclass(frozen=True, slots=True)
class _Held:
    """Names of the units that a feature is in, by level and generation."""

    names: Mapping[str, Sequence[str]]

    def spot(self, query: FeatureQuery) -> dict[str, Any]:
        """The finest that held on the day; the old districts where a source told nothing else."""
        for level in ("commune", "district"):
            held = generation(query, level)
            if held is not None and (names := self.names.get(f"{level}@{held.generation}")):
                return {"units": names}
        for old in ("communes-2024", "districts-2024", "districts-2025-01"):
            if names := self.names.get(f"{COLLECTIONS[old].level}@{COLLECTIONS[old].generation}"):
                return {"units": names, "former": True}
        return {}


def rows(
    connection: Connection, query: FeatureQuery, ids: Sequence[str], due: Mapping[str, Due], landmarks: Iterable[str]
) -> bytes:
    """These features in this order, as the items of a JSON array: codes and names, `place_vi` and `place_en`, the due
    date that presses most, the middle of its box and the box. `landmarks`: layers whose features others lie near to.
    """
    values: dict[str, Any] = {"ids": list(ids), "landmarks": list(landmarks), "running": _RUNNING}
    values |= {"most": MOST_LANDMARKS, "widest": WIDEST_LANDMARK_M}
    found = connection.execute(past.at(query.clocks, _ROWS), values).all()
    held: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(past.at(query.clocks, _UNITS), {"ids": list(ids), "city": CITY}):
        held[row.feature][row.held].append(row.full_name)
    return b",\n".join(_told(row, _Held(held[row.id]).spot(query), due.get(row.id)) for row in found)


def _told(row: Any, units: Mapping[str, Any], due: Due | None) -> bytes:
    near = None
    if row.metres is not None:
        names = Words(row.name_vi, row.name_en or row.name_vi)
        near = Landmark(names, row.metres, row.azimuth or 0, row.landmark_reach or 0)
    spot = Spot(**units, accuracy=row.accuracy, reach_m=row.reach or 0, landmark=near, placed=row.placed)
    place = whereabouts.sentence(spot)
    more: dict[str, Any] = {"place_vi": place.vi, "place_en": place.en, "due": None, "due_last": None, "verdict": None}
    if due is not None:
        more |= {"due": due.text, "due_last": due.last, "verdict": due.verdict}
    told: str = row.told
    return told.encode()[:-1] + b"," + orjson.dumps(more)[1:]
