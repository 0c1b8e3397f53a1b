"""Outlines of units as short as whole numbers make them: a third of the same rings in GeoJSON.

Each ring begins at a point, in steps of 0.0001 degrees (11 m) from zero, and goes on by steps from point to point:
[x, y, dx, dy, …]. The generalised outlines of `data/units/` (±120 m) are written in just these. A unit is a list of
polygons, a polygon a list of rings.
"""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from geo import unit_store
from geo.unit_store import UnitQuery
from geo.units import UnitCollection

DECIMALS = 4
_MOST = 10_000
Ring = list[int]


def of_generation(
    connection: Connection, generation: UnitCollection, ids: Collection[str]
) -> dict[str, list[list[Ring]]]:
    """The outline of every unit that has one, by id; of these units alone where some are named."""
    page = unit_store.items(connection, UnitQuery((generation,)), limit=_MOST)
    told = orjson.loads(b"[" + page.features + b"]")
    return {
        unit["id"]: packed(unit["geometry"]) for unit in told if unit["geometry"] and (not ids or unit["id"] in ids)
    }


def packed(geometry: Mapping[str, Any]) -> list[list[Ring]]:
    """A GeoJSON Polygon or MultiPolygon as polygons of rings of whole numbers."""
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    return [[_steps(ring) for ring in polygon] for polygon in polygons]


def _steps(ring: list[list[float]]) -> Ring:
    steps: Ring = []
    here = (0, 0)
    for lon, lat in ring:
        there = (round(lon * 10**DECIMALS), round(lat * 10**DECIMALS))
        steps += (there[0] - here[0], there[1] - here[1])
        here = there
    return steps
