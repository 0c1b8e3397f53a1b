"""The places that a pair of coordinates may mean, in WGS 84 and in both zones of VN-2000, and the unit of each."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from geo.coordinates import Reading, readings

MERIDIANS = {9210: "105°45'", 9209: "105°30'"}
"""The zones of VN-2000 by EPSG code: the city's, and that of old Hải Dương. The city's is tried first."""
_MOST = 4
# The extent is that of today's units: a pair that lies there in one reading and not in another means that one.
_SPOTS = text(
    """
    WITH given AS (
      SELECT number, srid, ST_Transform(ST_SetSRID(ST_Point(east, north), srid), 4326) AS spot
      FROM unnest(CAST(:numbers AS int[]), CAST(:srids AS int[]), CAST(:easts AS float8[]), CAST(:norths AS float8[]))
           AS told (number, srid, east, north)),
    city AS (SELECT ST_SetSRID(ST_Extent(geometry)::geometry, 4326) AS extent FROM admin_unit
             WHERE level = 'commune' AND generation = '2025-07')
    SELECT given.number, given.srid, ST_X(spot) AS lon, ST_Y(spot) AS lat, spot && city.extent AS in_city,
      ST_X(ST_Transform(spot, 9210)) AS east_9210, ST_Y(ST_Transform(spot, 9210)) AS north_9210,
      ST_X(ST_Transform(spot, 9209)) AS east_9209, ST_Y(ST_Transform(spot, 9209)) AS north_9209,
      (SELECT unit.full_name FROM admin_unit_piece AS piece JOIN admin_unit AS unit ON unit.id = piece.unit
       WHERE piece.geometry && spot AND ST_Intersects(piece.geometry, spot)
         AND unit.level = 'commune' AND unit.generation = '2025-07' ORDER BY unit.id LIMIT 1) AS unit
    FROM given CROSS JOIN city
    """
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One place that coordinates may mean. `srid`: what they were read as. `metres`: by EPSG code, east and north."""

    lon: float
    lat: float
    srid: int
    north_first: bool
    in_city: bool
    unit: str | None
    metres: dict[int, tuple[float, float]]


def spots(connection: Connection, words: str) -> tuple[Spot, ...]:
    """The places that `words` may mean, those in the city's own zone first.

    Where some lie in the extent of the city, no other is told; where none does, those in the country are. None where
    the words are no coordinates.
    """
    told = [(one, srid) for one in readings(words) for srid in (MERIDIANS if one.metres else (4326,))]
    if not told:
        return ()
    values = {
        "numbers": list(range(len(told))),
        "srids": [srid for _, srid in told],
        "easts": [one.east for one, _ in told],
        "norths": [one.north for one, _ in told],
    }
    found = [_spot(row, told[row.number][0]) for row in connection.execute(_SPOTS, values)]
    there = [one for one in found if 102 <= one.lon <= 118 and 6 <= one.lat <= 24]
    inside = [one for one in there if one.in_city] or there
    return tuple(sorted(inside, key=lambda one: (-one.srid, not one.north_first)))[:_MOST]


def _spot(row: Any, reading: Reading) -> Spot:
    metres = {9210: (row.east_9210, row.north_9210), 9209: (row.east_9209, row.north_9209)}
    return Spot(row.lon, row.lat, row.srid, reading.north_first, bool(row.in_city), row.unit, metres)
