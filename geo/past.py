"""The tables as they stood on the two clocks of a question, under their own names.

A statement over `feature` and `feature_unit` is written once. Where a past is asked for, both names mean what these
common table expressions hold, and every condition, order and form of the statement goes on as it is.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Select,
    Text,
    TextClause,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.sql.selectable import HasCTE
from sqlalchemy.types import TypeEngine

from geo.clocks import Clocks
from geo.tables import feature_unit, status_period

_Statement = TypeVar("_Statement", bound=HasCTE)
_TYPES: dict[str, TypeEngine[Any]] = {"clock_day": Date(), "clock_known": DateTime(timezone=True)}

_COLUMNS = (
    "id, layer, geometry, properties, version, withdrawn, changeset, search, geojson, known_from, head_bytes, "
    "state_bytes, ctid, tableoid"
)
# The tables themselves are called by their schema too, whatever `feature` means around here.
# No condition stands inside of UNION ALL: only then does PostgreSQL take both tables for one, with the indexes of both.
_NOW_AND_THEN = f"""
SELECT {_COLUMNS}, 'infinity'::timestamptz AS known_to FROM public.feature
UNION ALL SELECT {_COLUMNS}, known_to FROM public.feature_past"""
_KNOWN_THEN = "{one}.known_from <= :clock_known AND {one}.known_to > :clock_known"
# By bytes: to count the letters of a text up to the place takes longer than all the rest. The state that holds to this
# day, as known now, stands there already.
_TOLD = """overlay(convert_to(edition.geojson, 'UTF8') PLACING convert_to(period.members, 'UTF8')
    FROM edition.head_bytes + 1 FOR edition.state_bytes)"""
_CURRENT = "period.valid_to = 'infinity' AND period.known_to = 'infinity'{current}"
_TEXT = f"""
CASE WHEN {_CURRENT} THEN edition.geojson ELSE convert_from({_TOLD}, 'UTF8') END AS geojson,
CASE WHEN {_CURRENT} THEN convert_to(edition.geojson, 'UTF8') ELSE {_TOLD} END AS bytes"""
_STATE = """
SELECT edition.id, edition.layer, edition.geometry, edition.properties, edition.version, edition.withdrawn,
  edition.changeset, period.status, period.condition, period.since AS valid_from, edition.search, {text},
  edition.ctid, edition.tableoid
FROM {edition} AS edition
JOIN status_period AS period ON period.feature = edition.id
  AND period.valid_from <= :clock_day AND period.valid_to > :clock_day AND {period}"""
_STATE_NOW = _STATE.format(
    text=_TEXT.format(current=""), edition="public.feature", period="period.known_to = 'infinity'"
)
_PERIOD_THEN = _KNOWN_THEN.format(one="period")
_STATE_THEN = f"""
{
    _STATE.format(
        text=_TEXT.format(current=" AND edition.known_to = 'infinity'"),
        edition=f"({_NOW_AND_THEN})",
        period=_PERIOD_THEN,
    )
}
WHERE {_KNOWN_THEN.format(one="edition")}"""
# Without its row. Of those that were withdrawn there are few, found by an index of their own; PostgreSQL makes an
# anti-join of this, where NOT withdrawn is asked.
_STATE_ALONE = """
SELECT period.feature AS id, period.status, period.condition, period.since AS valid_from, {gone} AS withdrawn
FROM status_period AS period {joins}
WHERE period.valid_from <= :clock_day AND period.valid_to > :clock_day AND {period}"""
_GONE = "LEFT JOIN public.{table} AS {table} ON {table}.id = period.feature AND {table}.withdrawn"
_ALONE_NOW = _STATE_ALONE.format(
    gone="feature.id IS NOT NULL", joins=_GONE.format(table="feature"), period="period.known_to = 'infinity'"
)
_ALONE_THEN = _STATE_ALONE.format(
    gone="(feature.id IS NOT NULL OR feature_past.id IS NOT NULL)",
    joins=f"""{_GONE.format(table="feature")} AND feature.known_from <= :clock_known
  {_GONE.format(table="feature_past")} AND {_KNOWN_THEN.format(one="feature_past")}""",
    period=_PERIOD_THEN,
)
_PRESENT_THEN = f"""
{_STATE.format(text=_TEXT.format(current=""), edition="public.feature", period=_PERIOD_THEN)}
WHERE edition.known_from <= :clock_known"""
_SUPERSEDED_THEN = f"""
{_STATE.format(text=_TEXT.format(current=" AND false"), edition="public.feature_past", period=_PERIOD_THEN)}
WHERE {_KNOWN_THEN.format(one="edition")}"""
# UNION, because the planner knows then how many features these are, and not of UNION ALL.
INSIDE = f"""
SELECT feature FROM public.feature_unit AS located WHERE unit = ANY (:units) AND known_from <= :clock_known
UNION SELECT feature FROM public.feature_unit_past AS located
WHERE unit = ANY (:units) AND {_KNOWN_THEN.format(one="located")}"""
"""The features that were located in one of :units, as known at :clock_known."""
PRESENT = "feature.tableoid = CAST('public.feature' AS regclass)"
"""Whether a row of then is still the edition that is published; its `ctid` is then one of the table."""
BYTES: ColumnElement[bytes] = literal_column("feature.bytes", LargeBinary)
"""The text of a row of then, as it leaves: as a text, PostgreSQL would look at every letter of it once more."""
_STATELESS_THEN = f"""
SELECT {_COLUMNS} FROM ({_NOW_AND_THEN}) AS edition WHERE {_KNOWN_THEN.format(one="edition")}"""
_FEATURE_UNIT = f"""
SELECT feature, unit
FROM (SELECT feature, unit, known_from, 'infinity'::timestamptz AS known_to FROM public.feature_unit
  UNION ALL SELECT feature, unit, known_from, known_to FROM public.feature_unit_past) AS located
WHERE {_KNOWN_THEN.format(one="located")}"""


def at(
    clocks: Clocks | None, statement: _Statement, *, state: bool = True, alone: bool = False, nest: bool = False
) -> _Statement:
    """The statement over the tables as they stood then; as it is where `clocks` is None.

    `state`: whether it asks for status, condition or text, which differ from day to day; what does not is found faster.
    `alone`: whether it asks for nothing of a feature but these, its id, and whether it was withdrawn: then its row is
    not looked for.
    `nest`: the names mean the past inside of this statement only, not in what it becomes a part of.
    """
    if clocks is None or (clocks.known is None and not state):
        return statement
    if clocks.known is None:
        state_now = _ALONE_NOW if alone else _STATE_NOW
        return statement.add_cte(_named("feature", state_now, clock_day=clocks.day), nest_here=nest)
    units = _named("feature_unit", _FEATURE_UNIT, clock_known=clocks.known)
    features = (
        _named("feature", _ALONE_THEN if alone else _STATE_THEN, clock_day=clocks.day, clock_known=clocks.known)
        if state
        else _named("feature", _STATELESS_THEN, clock_known=clocks.known)
    )
    return statement.add_cte(features, units, nest_here=nest)


def known_period(known: datetime | None) -> ColumnElement[bool]:
    """The periods of statuses as known at an instant; None: now."""
    period = status_period.c
    if known is None:
        return period.known_to == literal_column("'infinity'")
    return and_(period.known_from <= known, period.known_to > known)


def inside(clocks: Clocks | None, units: Sequence[str]) -> Select[tuple[str]]:
    """The features that were located in one of these units, as known then."""
    if clocks is None or clocks.known is None:
        return select(feature_unit.c.feature).where(feature_unit.c.unit == func.any(list(units)))
    located = text(INSIDE).bindparams(
        bindparam("units", list(units), unique=True),
        bindparam("clock_known", clocks.known, type_=_TYPES["clock_known"]),
    )
    return select(located.columns(column("feature", Text)).subquery("located").c.feature)


def told(clocks: Clocks | None, present: Select[Any], superseded: Select[Any]) -> ColumnElement[Any]:
    """What one row of then tells: `present` finds it among the editions still published, `superseded` among the others.

    Both tell one column, never NULL of a row that is there. Each looks into one table, which costs a third less than
    to look into both as one.
    """
    if clocks is None or clocks.known is None:
        return at(clocks, present, nest=True).scalar_subquery()
    values = {"clock_day": clocks.day, "clock_known": clocks.known}
    editions = ((present, _PRESENT_THEN), (superseded, _SUPERSEDED_THEN))
    found = (one.add_cte(_named("feature", sql, **values), nest_here=True) for one, sql in editions)
    return func.coalesce(*(one.scalar_subquery() for one in found))


def _named(name: str, sql: str, **values: date | datetime) -> CTE:
    rows = _written(sql, *values).bindparams(**values)
    return rows.columns().cte(name).prefix_with("NOT MATERIALIZED", dialect="postgresql")


@cache
def _written(sql: str, *names: str) -> TextClause:
    """The text, read once: to look for its parameters takes longer than to give them values."""
    return text(sql).bindparams(*(bindparam(one, type_=_TYPES[one]) for one in names))
