"""What became of a unit, and what it was made of: the successions that resolutions ordered."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, text

from geo.errors import FeatureNotFound
from geo.units import CITY, COLLECTIONS, UnitCollection

Direction = Literal["successors", "predecessors"]
_NAMED = "{0}.id, {0}.full_name, {0}.level, {0}.generation, {0}.province_code, {0}.valid_from, {0}.valid_to"
_ONE = text(f"SELECT {_NAMED.format('unit')} FROM admin_unit AS unit WHERE id = :unit")
_STEPS = f"""
SELECT {_NAMED.format("other")}, step.relation, step.resolution, step.source, step.note
FROM admin_succession AS step JOIN admin_unit AS other ON other.id = step.{{to}}
WHERE step.{{of}} = :unit ORDER BY other.generation, other.level DESC, step.relation DESC, other.id
"""
_DIRECTIONS = {
    "successors": text(_STEPS.format(of="predecessor", to="successor")),
    "predecessors": text(_STEPS.format(of="successor", to="predecessor")),
}
_TODAY = text(
    f"""
    SELECT {_NAMED.format("now")}, found.relation
    FROM admin_unit_today AS found JOIN admin_unit AS now ON now.id = found.today
    WHERE found.unit = :unit ORDER BY found.relation DESC, now.name COLLATE "vi-x-icu", now.id
    """
)
_ENDED = text(
    f"""
    SELECT {_NAMED.format("unit")} FROM admin_unit AS unit
    WHERE id = ANY(:units) AND valid_to IS NOT NULL ORDER BY valid_to, id
    """
)


def steps(connection: Connection, collection: UnitCollection, unit_id: str, direction: Direction) -> dict[str, Any]:
    """`unit`, and its direct successors or predecessors, each with the relation and its resolution.

    Successors come with `today`, what it became by now through every step. Raises FeatureNotFound.
    """
    unit = connection.execute(_ONE, {"unit": unit_id}).one_or_none()
    if unit is None or collection_of(unit) != collection.id:
        raise FeatureNotFound(f"{collection.id} has no unit {unit_id!r}.")
    told: dict[str, Any] = {
        "unit": _told(unit),
        direction: [
            _told(row) | {name: getattr(row, name) for name in ("relation", "resolution", "source", "note")}
            for row in connection.execute(_DIRECTIONS[direction], {"unit": unit_id})
        ],
    }
    if direction == "successors":
        told["today"] = _today(connection, unit_id) if unit.valid_to else [_told(unit)]
    return told


def fates(connection: Connection, units: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the units that are no more, in the order of their ends; `successors`: the units of today they are in.

    A successor is `whole` where it holds all of the unit, `part` where some of the unit is in it.
    """
    ended = connection.execute(_ENDED, {"units": list(units)}).all()
    return [_told(row) | {"successors": _today(connection, row.id)} for row in ended]


def _today(connection: Connection, unit: str) -> list[dict[str, Any]]:
    return [_told(row) | {"relation": row.relation} for row in connection.execute(_TODAY, {"unit": unit})]


def collection_of(row: Any) -> str | None:
    """The collection that a unit is published in; None for the old units of Hải Dương, which are in none."""
    for one in COLLECTIONS.values():
        if (one.level, one.generation) == (row.level, row.generation):
            return one.id if one.valid_to is None or row.province_code == CITY else None
    return None


def _told(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "full_name": row.full_name,
        "level": row.level,
        "generation": row.generation,
        "collection": collection_of(row),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }
