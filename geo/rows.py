"""Light rows of features for a list: in groups, in an order, and any window of them at once.

The whole order is made once in each version of the data and kept: a reader who jumps to the middle of 100 000 rows is
answered out of it. What differs between features beside their names are small numbers, so one scan of the index of
names (`feature_name`) brings them in order, and the rest is put in order here, where it costs a tenth.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal_column, select

from geo import ledger, past, units
from geo.due import Due, due
from geo.listing import filters_key
from geo.query import FeatureQuery, conditions, in_a_row
from geo.status import STATUSES
from geo.store import hurry, name_patterns
from geo.tables import admin_unit, admin_unit_within, data_version, feature, feature_unit
from geo.units import COLLECTIONS, UnitCollection, published

Sort = Literal["name", "layer", "status", "district", "due"]
Group = Literal["layer", "status", "district", "due", "none"]
SORTS: tuple[Sort, ...] = get_args(Sort)
GROUPS: tuple[Group, ...] = get_args(Group)
MOST_ROWS = 200
"""So many rows are in one window at most."""
MOST_KEPT = 2_000_000
"""So many ids are kept in all orders together, at some 25 bytes each."""
_CHUNK = 500
_SEVERAL, _NONE = "several", "none"
_STAGES = sorted(STATUSES, key=lambda code: (code == "unknown", STATUSES[code].rank))
"""Statuses in the order of the life cycle; what is not known stands behind."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How rows are laid out. `layers`: all of them, in the order of the catalog. `falling`: the order is turned round,
    within each group. `sort` None: by name, and what has the words of `q` in a row before the rest."""

    layers: tuple[str, ...]
    group: Group = "none"
    sort: Sort | None = None
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A group: its code (a layer, a status, a unit, a year; `several` units, `none`), its first row, and how many."""

    key: str
    first: int
    number: int


class Order:
    """The ids of all that fit, in order, and the groups they fall into. `due`: the dates of those that have one."""

    def __init__(self, ids: Sequence[str], parts: Sequence[Part], due: Mapping[str, Due]) -> None:
        self.parts, self.due, self.matched = tuple(parts), due, len(ids)
        self._chunks = ["\n".join(ids[at : at + _CHUNK]) for at in range(0, len(ids), _CHUNK)]

    def ids(self, first: int, number: int) -> list[str]:
        """Those of the rows from `first` on."""
        chunks = self._chunks[first // _CHUNK : (first + number - 1) // _CHUNK + 1]
        found = [one for chunk in chunks for one in chunk.split("\n")]
        return found[first % _CHUNK :][:number]

    def place_of(self, feature_id: str) -> int | None:
        """Which row it is; None where it is not among them."""
        for number, chunk in enumerate(self._chunks):
            if feature_id in chunk and feature_id in (ids := chunk.split("\n")):
                return number * _CHUNK + ids.index(feature_id)
        return None


_kept: "OrderedDict[Any, tuple[str, Order]]" = OrderedDict()
"""By question and arrangement: the version of the data, and the order; the longest unused leaves first."""
_lock = threading.Lock()


def order(connection: Connection, query: FeatureQuery, wanted: Arrangement) -> Order:
    """The features that `query` lets through, arranged. Its own order, limit and `after` do not count."""
    version = str(connection.execute(select(data_version.c.version)).scalar_one())
    key = filters_key(connection, query), wanted, ledger.day_of(query.clocks)
    with _lock:
        known = _kept.get(key)
        if known is not None and known[0] == version:
            _kept.move_to_end(key)
            return known[1]
    made = _made(connection, query, wanted)
    with _lock:
        _kept[key] = version, made
        _kept.move_to_end(key)
        while len(_kept) > 1 and sum(held.matched + _CHUNK for _, held in _kept.values()) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def generation(query: FeatureQuery, level: str = "commune") -> UnitCollection | None:
    """The units of this level that hold on the day of the question; None where there are none."""
    day = ledger.day_of(query.clocks).isoformat()
    held = (one for one in COLLECTIONS.values() if one.level == level)
    return next((one for one in held if (one.valid_from or "") <= day <= (one.valid_to or "9999")), None)


def grouping(query: FeatureQuery) -> UnitCollection:
    """The units that rows are grouped by: districts while there are any, the units of today after them."""
    return generation(query, "district") or COLLECTIONS[units.TODAY]


def unit_names(connection: Connection, query: FeatureQuery) -> dict[str, str]:
    """The units that rows are grouped by: full names by id, in the order of their names."""
    name = admin_unit.c.name.collate("vi-x-icu")
    found = select(admin_unit.c.id, admin_unit.c.full_name).where(published(grouping(query)))
    return {row.id: row.full_name for row in connection.execute(found.order_by(name, admin_unit.c.id))}


def _made(connection: Connection, query: FeatureQuery, wanted: Arrangement) -> Order:
    hurry(connection, query)
    dates = due(connection, query.clocks)
    patterns = name_patterns(connection, query.q)
    codes = {name: one for name, one in _CODES.items() if name in (wanted.group, wanted.sort)}
    first = in_a_row(patterns) if patterns and wanted.sort is None else literal_column("0")
    # Of the past, names stand in the properties alone.
    then = feature.c.properties["name_vi"].astext.collate("vi-x-icu")
    name = feature.c.name_vi if query.clocks is None else then
    falling = wanted.falling and wanted.sort in (None, "name")
    rows = (
        select(feature.c.id, first.label("first"), *(one.label(f"by_{name}") for name, one in codes.items()))
        .where(*conditions(query, patterns))
        .order_by(*((name.desc(), feature.c.id.desc()) if falling else (name, feature.c.id)))
    )
    if "district" in codes:
        rows = _with_units(rows, grouping(query))
    told = rows.subquery("told")
    parts = [told.c.first, *(func.coalesce(told.c[f"by_{one}"], "") for one in codes), told.c.id]
    # One text for all: to fetch 100 000 rows one by one costs three times as much.
    text = func.string_agg(func.concat_ws("\t", *parts), literal_column("E'\\n'"))
    state = query.asks_for_state() or "status" in codes
    found = connection.execute(past.at(query.clocks, select(text), state=state)).scalar_one() or ""
    places = {
        "layer": {layer: place for place, layer in enumerate(wanted.layers)},
        "status": {code: place for place, code in enumerate(_STAGES)},
        "district": {unit: place for place, unit in enumerate(unit_names(connection, query))}
        if "district" in codes
        else {},
    }
    return _arranged(found, tuple(codes), wanted, dates, places)


_CODES: dict[str, ColumnElement[Any]] = {
    "layer": feature.c.layer,
    "status": feature.c.status,
    "district": literal_column("in_units.unit"),
}
"""By what rows are grouped and ordered, where the database tells it."""


def _with_units(rows: Select[Any], collection: UnitCollection) -> Select[Any]:
    """With the one unit of the generation that a feature is in, or `several`."""
    goals = select(admin_unit.c.id).where(published(collection))
    least, most = func.min(admin_unit_within.c.within), func.max(admin_unit_within.c.within)
    inside = (
        select(feature_unit.c.feature, case((least == most, least), else_=_SEVERAL).label("unit"))
        .join_from(feature_unit, admin_unit_within, admin_unit_within.c.unit == feature_unit.c.unit)
        .where(admin_unit_within.c.within.in_(goals))
        .group_by(feature_unit.c.feature)
        .subquery("in_units")
    )
    return rows.select_from(feature.outerjoin(inside, inside.c.feature == feature.c.id))


def _arranged(
    found: str, codes: tuple[str, ...], wanted: Arrangement, dates: Mapping[str, Due], places: Mapping[str, Any]
) -> Order:
    """The rows by group and code; within them they keep the order in which they come, which is that of their names."""
    rows = [line.split("\t") for line in found.split("\n")] if found else []

    def keys(name: str | None, letters: int = 10) -> list[str]:
        if name in codes:
            at = 1 + codes.index(name)
            return [row[at] or _NONE for row in rows]
        if name == "due":
            return [dates[row[-1]].last[:letters] if row[-1] in dates else _NONE for row in rows]
        return [""] * len(rows) if name == "none" else [row[0] for row in rows]

    def ranks(name: str | None, told: Collection[str], *, falling: bool = False) -> dict[str, int]:
        """Of each key its place; what is not told comes last, whichever way the others run."""
        known, behind = places.get(name or "", {}), [key for key in (_SEVERAL, _NONE) if key in told]
        ahead = sorted(set(told).difference(behind), key=lambda key: (known.get(key, 0), key), reverse=falling)
        return {key: place for place, key in enumerate([*ahead, *behind])}

    groups, sorts = keys(wanted.group, len("2026")), keys(wanted.sort)
    by_group, by_sort = ranks(wanted.group, groups), ranks(wanted.sort, sorts, falling=wanted.falling)
    weights = [by_group[group] * len(by_sort) + by_sort[one] for group, one in zip(groups, sorts, strict=True)]
    numbers, parts, first = Counter(groups), [], 0
    for key in by_group if wanted.group != "none" else ():
        parts.append(Part(key, first, numbers[key]))
        first += numbers[key]
    return Order([rows[place][-1] for place in sorted(range(len(rows)), key=weights.__getitem__)], parts, dates)
