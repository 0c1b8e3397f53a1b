"""Days and instants of a filter, and the fifteen relations of CQL2 between them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, and_, cast, func, literal, or_

from geo.cql2_tree import Call, Constant, Node
from geo.errors import InvalidFilter
from geo.queryables import Kind

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_CITY = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included; `kind` is date or timestamp, None where both ends are open."""

    kind: Kind | None
    start: ColumnElement[Any]
    end: ColumnElement[Any]

    @classmethod
    def at(cls, kind: Kind, moment: ColumnElement[Any]) -> "Period":
        """One day or instant."""
        return cls(kind, moment, moment)

    @classmethod
    def between(
        cls,
        first: tuple[Kind | None, ColumnElement[Any] | None],
        last: tuple[Kind | None, ColumnElement[Any] | None],
    ) -> "Period":
        """From one moment to another, each with its kind, None where that end is open."""
        kinds = {kind for kind, _ in (first, last) if kind is not None}
        kind: Kind | None = None if not kinds else "timestamp" if kinds == {"timestamp"} else "date"
        type_ = DateTime(timezone=True) if kind == "timestamp" else Date()
        start, end = (
            cast(literal(edge), type_) if moment is None else _day(own, moment) if kind == "date" else moment
            for (own, moment), edge in ((first, "-infinity"), (last, "infinity"))
        )
        return cls(kind, start, end)

    def by_day(self) -> "Period":
        """The same in days of the city."""
        return Period("date", _day(self.kind, self.start), _day(self.kind, self.end))


def _day(kind: Kind | None, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.timezone(_CITY, moment), Date) if kind == "timestamp" else moment


def written(node: Node) -> tuple[Any, Any]:
    """Kind and moment of DATE('…'), TIMESTAMP('…'), or a text of an interval; both None for '..'.

    Raises InvalidFilter for anything that is no day or no instant in UTC.
    """
    text = node.operands[0] if isinstance(node, Call) else node
    if not isinstance(text, Constant) or not isinstance(text.value, str):
        raise InvalidFilter("A date is written as text: DATE('2023-02-15'), TIMESTAMP('2023-02-15T07:00:00Z').")
    op = node.op if isinstance(node, Call) else ""
    if not op and text.value == "..":
        return None, None
    try:
        if op != "timestamp" and _DAY.fullmatch(text.value):
            return "date", literal(date.fromisoformat(text.value), Date)
        if op != "date" and _INSTANT.fullmatch(text.value):
            instant = datetime.fromisoformat(text.value.removesuffix("Z")).replace(tzinfo=UTC)
            return "timestamp", literal(instant, DateTime(timezone=True))
    except ValueError:
        pass
    raise InvalidFilter(
        f"{text.value[:60]!r} is no date of the calendar; write DATE('2023-02-15') or "
        "TIMESTAMP('2023-02-15T07:00:00Z')."
    )


def relation(op: str, one: Period, other: Period) -> ColumnElement[bool]:
    """Whether `op` holds between the two; by days of the city where one of them is told in days."""
    if "date" in (one.kind, other.kind):
        one, other = (period if period.kind is None else period.by_day() for period in (one, other))
    return _RELATIONS[op](one, other)


_Relation = Callable[[Period, Period], ColumnElement[bool]]
_INSIDE_OUT = {
    "t_after": "t_before", "t_contains": "t_during", "t_finishedby": "t_finishes", "t_metby": "t_meets",
    "t_overlappedby": "t_overlaps", "t_startedby": "t_starts",
}  # fmt: skip
_RELATIONS: dict[str, _Relation] = {
    "t_before": lambda a, b: a.end < b.start,
    "t_disjoint": lambda a, b: or_(a.end < b.start, a.start > b.end),
    "t_intersects": lambda a, b: and_(a.start <= b.end, a.end >= b.start),
    "t_equals": lambda a, b: and_(a.start == b.start, a.end == b.end),
    "t_during": lambda a, b: and_(a.start > b.start, a.end < b.end),
    "t_starts": lambda a, b: and_(a.start == b.start, a.end < b.end),
    "t_finishes": lambda a, b: and_(a.start > b.start, a.end == b.end),
    "t_meets": lambda a, b: a.end == b.start,
    "t_overlaps": lambda a, b: and_(a.start < b.start, a.end > b.start, a.end < b.end),
}


def _turned(relation_: _Relation) -> _Relation:
    return lambda a, b: relation_(b, a)


_RELATIONS |= {name: _turned(_RELATIONS[turned]) for name, turned in _INSIDE_OUT.items()}
