"""What a copy of features needs to answer without a database: their states, their units, the words that find them."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Text, cast, func, literal_column, select

from geo import past
from geo.errors import InvalidParameter
from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import admin_unit_within, feature, feature_unit, status_period

MOST = 5_000
"""So many features one copy carries at most."""
_INFINITE: ColumnElement[Any] = literal_column("'infinity'")


def count(connection: Connection, query: FeatureQuery) -> int:
    """How many features `query` lets through, MOST + 1 standing for all that is more."""
    found = select(feature.c.id).where(*conditions(query, name_patterns(connection, query.q))).limit(MOST + 1)
    number = select(func.count()).select_from(found.subquery())
    return int(connection.execute(past.at(query.clocks, number)).scalar_one())


def enclosing(connection: Connection) -> dict[str, list[str]]:
    """Of each unit the units of any generation that it lies in, itself among them."""
    unit, within = admin_unit_within.c.unit, admin_unit_within.c.within
    found = connection.execute(select(unit, func.array_agg(within)).group_by(unit))
    return {row[0]: row[1] for row in found}


def carried(connection: Connection, query: FeatureQuery) -> dict[str, dict[str, Any]]:
    """Of each feature that `query` lets through, by its id, what its published text does not tell.

    `states`: [from, to, members], oldest first, as known at the clocks of the query: `from` is null for what was before
    every day told, `to` for what lasts, and `members` are those of the published text that differ from day to day.
    `units`: every unit, of any generation, by which the filter finds the feature. `search`: its folded names.
    Raises InvalidParameter beyond MOST features.
    """
    period, known = status_period.c, query.clocks.known if query.clocks else None
    holds = period.known_to == _INFINITE if known is None else (period.known_from <= known) & (period.known_to > known)
    members = cast(literal_column("'{'").concat(period.members).concat(literal_column("'}'")), JSON)
    # Infinite days have no form in JSON.
    first, last = (
        func.nullif(cast(day, Text), end)
        for day, end in ((period.valid_from, "-infinity"), (period.valid_to, "infinity"))
    )
    states = select(func.array_agg(func.json_build_array(first, last, members)))
    units = (
        select(func.array_agg(admin_unit_within.c.within.distinct()))
        .join_from(feature_unit, admin_unit_within, admin_unit_within.c.unit == feature_unit.c.unit)
        .where(feature_unit.c.feature == feature.c.id)
    )
    found = (
        select(
            feature.c.id,
            feature.c.search,
            states.where(period.feature == feature.c.id, holds).correlate(feature).scalar_subquery().label("states"),
            units.correlate(feature).scalar_subquery().label("units"),
        )
        .where(*conditions(query, name_patterns(connection, query.q)))
        .order_by(feature.c.id)
        .limit(MOST + 1)
    )
    rows = connection.execute(past.at(query.clocks, found)).all()
    if len(rows) > MOST:
        raise InvalidParameter(
            f"Một bản mang theo có tối đa {MOST} đối tượng / one copy carries at most {MOST} features: "
            "chọn ít hơn bằng / choose fewer with --layer, --district."
        )
    return {
        row.id: {
            "search": row.search,
            "states": sorted(row.states or (), key=lambda state: state[0] or ""),
            "units": sorted(row.units or ()),
        }
        for row in rows
    }
