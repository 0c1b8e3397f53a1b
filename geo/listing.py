"""A page of features, and how many there are on all pages.

By layer, status and condition the numbers are kept. Else, where few features fit the filters, one pass over them finds
the page and their number; where many do, the page is read in its order, and their number is the one that was counted
before in this version of the data, or is counted now.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.exc import DataError

from geo import past
from geo.errors import InvalidParameter
from geo.form import WHOLE
from geo.page import Page
from geo.query import FeatureQuery, Key, after, conditions, sort_keys, token
from geo.reading import sent, takes_bytes
from geo.store import hurry, name_patterns, text_of
from geo.tables import data_version, feature, feature_number

FEW = 2_000
"""Up to so many features, and twice those of a page, all that fit are gathered before the page is chosen."""
_REMEMBERED = 1_000
_OF_STATE = ("id", "status", "valid_from")
_BETWEEN = b",\n"

_counted: "OrderedDict[Any, tuple[str, int]]" = OrderedDict()
"""By filters: the version of the data in which they were counted, and the number; the longest unused leaves first."""


def items(connection: Connection, query: FeatureQuery) -> Page:
    """One page of the features that `query` lets through, each with its published text.

    Raises InvalidParameter when `query.after` does not belong to this order.
    """
    hurry(connection, query)
    listing = _Listing.of(connection, query)
    if (number := _kept_number(query)) is not None:
        rows = _read(connection, listing.in_order(number))
        return rows.page(query, rows.matched)
    filters = filters_key(connection, query)
    version, matched = _counted.get(filters, ("", 0))
    if matched <= listing.few:
        rows = _read(connection, listing.gathered())
        if rows.matched <= listing.few:
            return rows.page(query, rows.matched)
    rows = _read(connection, listing.in_order(literal_column("0")))
    if rows.version != version:
        counted = select(func.count()).select_from(feature).where(*listing.wanted)
        state, alone = query.asks_for_state(), query.asks_for_state_alone()
        counted = past.at(query.clocks, counted, state=state, alone=alone)
        matched = connection.execute(counted).scalar_one()
        _counted[filters] = rows.version, matched
        while len(_counted) > _REMEMBERED:
            _counted.popitem(last=False)
    return rows.page(query, matched)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the database told: the texts of a page and one more, where the page ends, and of which version they are.

    `matched`: how many were gathered; 0 where they were not.
    """

    texts: Sequence[bytes]
    end: Sequence[str]
    version: str
    matched: int

    def page(self, query: FeatureQuery, matched: int) -> Page:
        more = len(self.texts) > query.limit
        texts = self.texts[: query.limit]
        return Page(_BETWEEN.join(texts), matched, len(texts), token(list(self.end)) if more else None)


@dataclass(frozen=True, slots=True)
class _Listing:
    """The statements of one question."""

    query: FeatureQuery
    wanted: list[ColumnElement[bool]]
    keys: list[tuple[Key, bool]]
    as_bytes: bool

    @classmethod
    def of(cls, connection: Connection, query: FeatureQuery) -> "_Listing":
        patterns = name_patterns(connection, query.q)
        as_bytes = query.clocks is not None and query.form == WHOLE and takes_bytes(connection)
        return cls(query, conditions(query, patterns), sort_keys(query, patterns), as_bytes)

    @property
    def few(self) -> int:
        return FEW + 2 * self.query.limit

    def gathered(self) -> Select[Any]:
        """The page out of all that fit, and their number; wrong where they are more than `few`."""
        beyond = and_(true(), *after(self.query, self.keys)).label("beyond")
        found = (
            select(*self._places(), *self._keys(), beyond)
            .where(*self.wanted)
            .limit(self.few + 1)
            .cte("found")
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        order = self._order([found.c[f"key_{number}"] for number in range(len(self.keys))])
        chosen = (
            select(found, func.row_number().over(order_by=order).label("position"))
            .where(found.c.beyond)
            .order_by(*order)
            .limit(self.query.limit + 1)
            .subquery("chosen")
        )
        return self._told(chosen, select(func.count()).select_from(found).scalar_subquery())

    def in_order(self, matched: ColumnElement[int]) -> Select[Any]:
        """The page alone, read in its order; `matched` is told with it."""
        order = self._order([key.expression for key, _ in self.keys])
        chosen = (
            select(*self._places(), *self._keys(), func.row_number().over(order_by=order).label("position"))
            .where(*self.wanted, *after(self.query, self.keys))
            .order_by(*order)
            .limit(self.query.limit + 1)
            .subquery("chosen")
        )
        return self._told(chosen, matched)

    def _told(self, chosen: Subquery, matched: ColumnElement[int]) -> Select[Any]:
        """A row for each feature, in order: its text; number and version in the first, the end of the page in its last.

        One row without a text where there is no feature.
        """
        position = chosen.c.position
        version = cast(data_version.c.version, Text).label("version")
        head = select(cast(matched, Text).label("matched"), version).subquery("head")
        one = select(past.BYTES if self.as_bytes else text_of(self.query.form)).select_from(feature)
        text = past.told(
            self.query.clocks, one.where(self._at() == chosen.c.place), one.where(feature.c.id == chosen.c.id)
        )
        first, last = func.coalesce(position, 1) == 1, position == self.query.limit
        ends = [cast(chosen.c[f"key_{number}"], Text) for number in range(len(self.keys))]
        told = (
            select(
                text,
                *(case((first, one), else_=null()) for one in (head.c.matched, head.c.version)),
                *(case((last, one), else_=null()) for one in ends),
            )
            .select_from(head.outerjoin(chosen, true()))
            .order_by(position)
        )
        return past.at(self.query.clocks, told, state=self._asks_for_state(), alone=self._asks_for_state_alone())

    def _asks_for_state_alone(self) -> bool:
        return self.query.asks_for_state_alone() and all(name in _OF_STATE for name, _ in self.query.sortby)

    def _asks_for_state(self) -> bool:
        """Whether it depends on the day which features are on the page; their texts always do."""
        return self.query.asks_for_state() or any(name in ("status", "valid_from") for name, _ in self.query.sortby)

    def _at(self) -> ColumnElement[Any]:
        """Where a feature is found again: its row where rows are read anyway, else its id, which indexes tell alone."""
        return feature.c.id if self.query.bbox is None else literal_column("feature.ctid")

    def _places(self) -> list[ColumnElement[Any]]:
        """Where each is found again, `place` among the editions still published, by its `id` among the others."""
        clocks, place = self.query.clocks, self._at()
        if clocks is not None and clocks.known is not None and self.query.bbox is not None:
            place = case((literal_column(past.PRESENT), place))
        return [place.label("place"), feature.c.id.label("id")]

    def _keys(self) -> list[ColumnElement[Any]]:
        return [key.expression.label(f"key_{number}") for number, (key, _) in enumerate(self.keys)]

    def _order(self, keys: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        return [key.desc() if falling else key.asc() for key, (_, falling) in zip(keys, self.keys, strict=True)]


def _kept_number(query: FeatureQuery) -> ColumnElement[int] | None:
    """How many features match, where numbers are kept for all that is asked; None where something else is."""
    kept = replace(query, layers=(), statuses=(), conditions=(), sortby=(), limit=100, after=None, form=WHOLE)
    if kept != FeatureQuery() or query.filter is not None:
        return None
    columns = {"layer": query.layers, "status": query.statuses, "condition": query.conditions}
    asked = [feature_number.c[name] == func.any(list(codes)) for name, codes in columns.items() if codes]
    return select(func.coalesce(func.sum(feature_number.c.number), 0)).where(*asked).scalar_subquery()


def filters_key(connection: Connection, query: FeatureQuery) -> Any:
    """What decides how many features match, as a key."""
    filters = replace(query, sortby=(), limit=0, after=None, form=WHOLE, filter=None)
    if query.filter is None:
        return filters
    compiled = query.filter.compile(dialect=connection.dialect)
    return filters, str(compiled), repr(compiled.params)


def _read(connection: Connection, statement: Select[Any]) -> _Rows:
    try:
        result = sent(connection, statement)
    except DataError as error:
        if isinstance(error.orig, psycopg.DataError):
            raise InvalidParameter(
                "This `next` does not fit the request; follow the link rel=next with its other parameters."
            ) from None
        raise
    value, rows = result.get_value, range(result.ntuples)
    texts = [text for row in rows if (text := value(row, 0)) is not None]
    ends = ([value(row, column) for column in range(3, result.nfields)] for row in rows[-2:])
    end = next(([(one or b"").decode() for one in several] for several in ends if several[-1] is not None), [])
    return _Rows(texts, end, (value(0, 2) or b"").decode(), int(value(0, 1) or 0))
