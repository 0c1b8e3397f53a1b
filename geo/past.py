"""The tables as they stood on the two clocks of a question, under their own names.

A statement over `feature` and `feature_unit` is written once. Where a past is asked for, both names mean what these
common table expressions hold, and every condition, order and form of the statement goes on as it is.
"""

from typing import Any, TypeVar

from sqlalchemy import CTE, Date, DateTime, TextClause, bindparam, text
from sqlalchemy.sql.selectable import HasCTE

from geo.clocks import Clocks

_Statement = TypeVar("_Statement", bound=HasCTE)

_COLUMNS = (
    "id, layer, geometry, properties, version, withdrawn, changeset, search, geojson, known_from, head_bytes, "
    "state_bytes, ctid, tableoid"
)
_EDITIONS_NOW = f"SELECT {_COLUMNS} FROM feature"
_EDITIONS_THEN = f"""
SELECT {_COLUMNS} FROM feature WHERE known_from <= :clock_known
UNION ALL SELECT {_COLUMNS} FROM feature_past WHERE known_from <= :clock_known AND known_to > :clock_known"""
_PERIOD_NOW = "period.known_to = 'infinity'"
_PERIOD_THEN = "period.known_from <= :clock_known AND period.known_to > :clock_known"
# By bytes: to count the letters of a text up to the place takes longer than all the rest.
_TEXT = """
convert_from(substring(convert_to(edition.geojson, 'UTF8') FROM 1 FOR edition.head_bytes)
  || convert_to(period.members, 'UTF8')
  || substring(convert_to(edition.geojson, 'UTF8') FROM edition.head_bytes + edition.state_bytes + 1), 'UTF8')"""
_FEATURE = f"""
SELECT edition.id, edition.layer, edition.geometry, edition.properties, edition.version, edition.withdrawn,
  edition.changeset, period.status, period.condition, period.since AS valid_from, edition.search, {_TEXT} AS geojson,
  edition.ctid, edition.tableoid
FROM ({{editions}}) AS edition
JOIN status_period AS period ON period.feature = edition.id
  AND period.valid_from <= :clock_day AND period.valid_to > :clock_day AND {{period}}"""
_FEATURE_UNIT = """
SELECT feature, unit FROM feature_unit WHERE known_from <= :clock_known
UNION ALL
SELECT feature, unit FROM feature_unit_past WHERE known_from <= :clock_known AND known_to > :clock_known"""
_DAY, _KNOWN = bindparam("clock_day", type_=Date), bindparam("clock_known", type_=DateTime(timezone=True))


def at(clocks: Clocks | None, statement: _Statement, *, nest: bool = False) -> _Statement:
    """The statement over the tables as they stood then; as it is where `clocks` is None.

    `nest`: the names mean the past inside of this statement only, not in what it becomes a part of.
    """
    if clocks is None:
        return statement
    values: dict[str, Any] = {"clock_day": clocks.day}
    if clocks.known is None:
        features = text(_FEATURE.format(editions=_EDITIONS_NOW, period=_PERIOD_NOW)).bindparams(_DAY)
        return statement.add_cte(_named("feature", features.bindparams(**values)), nest_here=nest)
    values |= {"clock_known": clocks.known}
    features = text(_FEATURE.format(editions=_EDITIONS_THEN, period=_PERIOD_THEN)).bindparams(_DAY, _KNOWN)
    units = text(_FEATURE_UNIT).bindparams(_KNOWN).bindparams(clock_known=clocks.known)
    ctes = _named("feature", features.bindparams(**values)), _named("feature_unit", units)
    return statement.add_cte(*ctes, nest_here=nest)


def _named(name: str, rows: TextClause) -> CTE:
    return rows.columns().cte(name).prefix_with("NOT MATERIALIZED", dialect="postgresql")
