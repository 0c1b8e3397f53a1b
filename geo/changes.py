"""What changed between two days: features whose status or condition is another one on the later day."""

from datetime import date

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Subquery,
    Text,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from geo import past
from geo.clocks import Clocks
from geo.page import Page
from geo.query import FeatureQuery, after, conditions, sort_keys, token
from geo.store import hurry, name_patterns
from geo.tables import feature, status_period

_OF_STATE = {name: name for name in ("status", "status_vi", "status_en", "condition", "valid_from")}
_OF_LATER_STATE = _OF_STATE | {
    "condition_valid_from": "condition_valid_from",
    "basis": "basis",
    "source": "status_source",
    "source_url": "status_source_url",
    "clause": "status_clause",
}


def changes(connection: Connection, query: FeatureQuery, start: date, end: date) -> Page:
    """One page of what changed, by id: JSON objects with the feature, its state `before` (on `start`) and `after`.

    The filters of `query` are judged by its clocks, whose day is `end`. Raises InvalidParameter when `query.after` is
    of another order.
    """
    hurry(connection, query)
    known = query.clocks.known if query.clocks else None
    was, became = _states(Clocks(start, known), "was"), _states(Clocks(end, known), "became")
    changed = (
        select(feature.c.id)
        .join_from(feature, became, became.c.feature == feature.c.id)
        .join(was, was.c.feature == feature.c.id)
        .where(*conditions(query, name_patterns(connection, query.q)))
        .where(or_(was.c.status != became.c.status, was.c.condition != became.c.condition))
    )
    key = sort_keys(FeatureQuery(), [])
    told = func.json_build_object(
        "id", feature.c.id, "layer", feature.c.layer,
        "name_vi", feature.c.properties["name_vi"], "name_en", feature.c.properties["name_en"],
        "before", _chosen(was.c.members, _OF_STATE), "after", _chosen(became.c.members, _OF_LATER_STATE),
    )  # fmt: skip
    rows = (
        changed.add_columns(cast(told, Text).label("told"))
        .where(*after(query, key))
        .order_by(feature.c.id)
        .limit(query.limit + 1)
    )
    found = connection.execute(past.at(query.clocks, rows)).all()
    counted = select(func.count()).select_from(changed.subquery("changed"))
    matched = connection.execute(past.at(query.clocks, counted)).scalar_one()
    shown = found[: query.limit]
    return Page(
        features=b",\n".join(row.told.encode() for row in shown),
        matched=matched,
        returned=len(shown),
        next=token([shown[-1].id]) if len(found) > len(shown) else None,
    )


def _states(clocks: Clocks, name: str) -> Subquery:
    """The state of every feature on the day, as known then."""
    period = status_period.c
    on_day = period.valid_from <= clocks.day, period.valid_to > clocks.day
    return select(status_period).where(*on_day, past.known_period(clocks.known)).subquery(name)


def _chosen(members: ColumnElement[str], names: dict[str, str]) -> ColumnElement[object]:
    whole = cast(literal_column("'{'").concat(members).concat(literal_column("'}'")), JSON)
    return func.json_build_object(*(part for name, own in names.items() for part in (name, whole[own])))
