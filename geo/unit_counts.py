"""How many features there are in each unit of a generation, under the filters of items."""

from typing import Any

from sqlalchemy import CTE, Connection, Select, Text, cast, distinct, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from geo import past
from geo.query import FeatureQuery, conditions
from geo.store import hurry, name_patterns
from geo.tables import admin_unit, admin_unit_within, feature, feature_unit
from geo.units import UnitCollection, published


def by_unit(connection: Connection, query: FeatureQuery, collection: UnitCollection) -> bytes:
    """JSON: `numberMatched`, `unassigned`, and for every unit of the generation how many there are, by status.

    A feature in several units is counted in each of them, in `numberMatched` once; `unassigned` are those that are in
    none. A unit counts what a filter by its id finds.
    """
    hurry(connection, query)
    statement = _statement(query, name_patterns(connection, query.q), collection)
    body: bytes = connection.execute(past.at(query.clocks, statement)).scalar_one()
    return body


def _statement(query: FeatureQuery, patterns: list[str], collection: UnitCollection) -> Select[Any]:
    matched = select(feature.c.id, feature.c.status).where(*conditions(query, patterns)).cte("matched")
    units = select(admin_unit.c.id, admin_unit.c.full_name).where(published(collection)).cte("units")
    placed = _placed(matched, units)
    tally = (
        select(placed.c.goal, placed.c.status, func.count().label("number"))
        .group_by(placed.c.goal, placed.c.status)
        .cte("tally")
    )
    counted = (
        select(
            tally.c.goal,
            func.sum(tally.c.number).label("number"),
            func.json_object_agg(tally.c.status, aggregate_order_by(tally.c.number, tally.c.status)).label("status"),
        )
        .group_by(tally.c.goal)
        .cte("counted")
    )
    each = func.json_build_object(
        "id", units.c.id,
        "full_name", units.c.full_name,
        "numberMatched", func.coalesce(counted.c.number, 0),
        "status", func.coalesce(counted.c.status, literal_column("'{}'::json")),
    )  # fmt: skip
    listed = select(func.coalesce(func.json_agg(aggregate_order_by(each, units.c.id)), literal_column("'[]'::json")))
    every = select(func.count()).select_from(matched).scalar_subquery()
    assigned = select(func.count(distinct(placed.c.id))).scalar_subquery()
    answer = func.json_build_object(
        "generation", literal(collection.id),
        "numberMatched", every,
        "unassigned", every - assigned,
        "units", listed.select_from(units.outerjoin(counted, counted.c.goal == units.c.id)).scalar_subquery(),
    )  # fmt: skip
    return select(func.convert_to(cast(answer, Text), "UTF8"))


def _placed(matched: CTE, units: CTE) -> CTE:
    """Each matched feature once in each unit that it is in, or in what lies wholly inside that unit."""
    goals = (
        select(admin_unit_within.c.unit, admin_unit_within.c.within.label("goal"))
        .where(admin_unit_within.c.within.in_(select(units.c.id)))
        .cte("goals")
    )
    return (
        select(goals.c.goal, matched.c.id, matched.c.status)
        .select_from(
            matched.join(feature_unit, feature_unit.c.feature == matched.c.id).join(
                goals, goals.c.unit == feature_unit.c.unit
            )
        )
        .distinct()
        .cte("placed")
    )
