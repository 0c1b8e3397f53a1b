"""The days on which something is told to have changed: in facts, in documents, in the units of the city."""

from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, text

from geo import past
from geo.interval import ALWAYS, Interval
from geo.query import FeatureQuery, conditions
from geo.store import hurry, name_patterns
from geo.tables import changeset, feature, status_fact
from geo.units import COLLECTIONS

MOST_DATES = 2_000
"""So many dates a timeline tells at most, the newest."""
_PRECISIONS = {4: "year", 7: "month", 10: "day"}
_DOCUMENTS = text("SELECT id, label_vi, label_en, date FROM document WHERE date IS NOT NULL ORDER BY date, id")
_RESOLUTIONS = text(
    """
    SELECT unit.valid_from::text AS date, string_agg(DISTINCT part, '; ' ORDER BY part) AS resolution
    FROM admin_succession JOIN admin_unit AS unit ON unit.id = admin_succession.successor
    CROSS JOIN regexp_split_to_table(admin_succession.resolution, '; *') AS part
    WHERE unit.valid_from IS NOT NULL GROUP BY unit.valid_from
    """
)


def timeline(connection: Connection, query: FeatureQuery, within: Interval = ALWAYS) -> dict[str, Any]:
    """`days`: the dates told in facts of the features that `query` lets through, oldest first; `complete`: all of them.

    Each with its precision, the first and the last day that it may mean (`from`, on which the map changes, and `at`),
    and how many facts of how many features tell it. Dates that cannot lie `within` are left out. `documents` and
    `reorganisations` are told whatever is asked for.
    """
    hurry(connection, query)
    rows = connection.execute(past.at(query.clocks, _dates(connection, query, within))).all()
    days = [
        {
            "date": row.edtf,
            "precision": _PRECISIONS.get(len(row.edtf), "interval"),
            "from": row.valid_from,
            "at": row.valid_latest,
            "facts": row.facts,
            "features": row.features,
        }
        for row in reversed(rows[:MOST_DATES])
    ]
    return {
        "days": days,
        "complete": len(rows) <= MOST_DATES,
        "documents": [dict(row) for row in connection.execute(_DOCUMENTS).mappings()],
        "reorganisations": _reorganisations(connection),
    }


def _dates(connection: Connection, query: FeatureQuery, within: Interval) -> Select[Any]:
    chosen = select(feature.c.id).where(*conditions(query, name_patterns(connection, query.q)))
    told = status_fact.c
    dates = select(
        told.edtf,
        told.valid_from,
        told.valid_latest,
        func.count().label("facts"),
        func.count(told.feature.distinct()).label("features"),
    ).where(told.feature.in_(chosen))
    if query.clocks is None or query.clocks.known is None:
        dates = dates.where(told.retracted_by.is_(None))
    else:
        by_then = select(changeset.c.id).where(changeset.c.recorded_at <= query.clocks.known)
        dates = dates.where(told.changeset.in_(by_then))
        dates = dates.where(or_(told.retracted_by.is_(None), told.retracted_by.not_in(by_then)))
    if within.first is not None:
        dates = dates.where(told.valid_latest >= within.first)
    if within.last is not None:
        dates = dates.where(told.valid_from <= within.last)
    newest = (told.valid_latest.desc(), told.valid_from.desc())
    return dates.group_by(told.edtf, told.valid_from, told.valid_latest).order_by(*newest).limit(MOST_DATES + 1)


def _reorganisations(connection: Connection) -> list[dict[str, Any]]:
    """The days on which a generation of units began, with the resolutions that made it."""
    resolutions = {row.date: row.resolution for row in connection.execute(_RESOLUTIONS)}
    begun = {one.valid_from: one for one in reversed(COLLECTIONS.values()) if one.valid_from is not None}
    return [
        {
            "date": day,
            "label_vi": one.title_vi,
            "label_en": one.title_en,
            "resolution": resolutions.get(day),
        }
        for day, one in sorted(begun.items())
    ]
