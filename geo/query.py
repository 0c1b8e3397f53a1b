"""Which features are asked for: the filters, the order, and the keyset that pages through it."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Date, Integer, Numeric, Text, and_, case, cast, false, func, literal, or_, select
from sqlalchemy.types import TypeEngine

from geo import past
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.errors import InvalidParameter
from geo.form import WHOLE, Form
from geo.kinds import GeometryKind, is_of
from geo.spatial import meets
from geo.status import STATUSES
from geo.tables import admin_unit, admin_unit_within, feature, feature_unit
from geo.units import COLLECTIONS, published

MAX_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """The features that every filter lets through, in order.

    An empty tuple or None does not filter. `units`: ids as `units.resolve` gives them; a feature in any of them fits.
    `named_units`: those of them that were asked for by name; filters nothing. `unassigned`: ids of generations; a
    feature that is in no unit of one of them fits too.
    `filter`: a further condition on the table `feature`, as `geo.filter.condition` makes it.
    `kind`: of their geometry; a feature without a place has none.
    `q`: words that all stand in its names, without regard to case and accents, the last one perhaps unfinished.
    `bbox`: a feature without a place never fits. `sortby`: names of SORTABLES with True for descending; the id decides
    ties. `after`: the `next` of the page before. `form`: how the features are written, whichever they are.
    `clocks`: the state of which day, as known when; None: today's, as known now.
    """

    layers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None
    named_units: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()
    q: str | None = None
    bbox: BBox | None = None
    ids: tuple[str, ...] = ()
    sortby: tuple[tuple[str, bool], ...] = ()
    limit: int = 100
    after: str | None = None
    kind: GeometryKind | None = None
    filter: ColumnElement[bool] | None = field(default=None, compare=False)
    form: Form = WHOLE
    clocks: Clocks | None = None

    def asks_for_state(self) -> bool:
        """Whether a condition of it may differ from day to day."""
        return bool(self.statuses or self.conditions) or self.filter is not None

    def asks_for_state_alone(self) -> bool:
        """Whether no condition of it asks for more than the state of a feature, and where it is."""
        others = (self.kind, self.q, self.bbox, self.filter)
        return self.asks_for_state() and not self.layers and all(one is None for one in others)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order: what rows are compared by, and its type in the keyset."""

    expression: ColumnElement[Any]
    kind: TypeEngine[Any]


_AREA = feature.c.properties["area_ha"]
# Unknown dates and areas come before all others, as the smallest.
SORTABLES: dict[str, Key] = {
    "id": Key(feature.c.id, Text()),
    "layer": Key(feature.c.layer, Text()),
    "name_vi": Key(feature.c.properties["name_vi"].astext.collate("vi-x-icu"), Text()),
    "status": Key(case({code: stage.rank for code, stage in STATUSES.items()}, value=feature.c.status), Integer()),
    "valid_from": Key(func.coalesce(feature.c.valid_from, cast("-infinity", Date)), Date()),
    "area_ha": Key(case((func.jsonb_typeof(_AREA) == "number", cast(_AREA.astext, Numeric)), else_=-1), Numeric()),
    "updated_at": Key(feature.c.changeset, Integer()),
}


def conditions(query: FeatureQuery, patterns: list[str], *, without: str = "") -> list[ColumnElement[bool]]:
    """What a row of `feature` must fulfil.

    `patterns`: LIKE patterns that the folded names must all fit, for `query.q`. `without`: the one filter to leave out
    (layers, statuses or conditions).
    """
    wanted: list[ColumnElement[bool]] = [~feature.c.withdrawn]
    for name, column, values in (
        ("layers", feature.c.layer, query.layers),
        ("statuses", feature.c.status, query.statuses),
        ("conditions", feature.c.condition, query.conditions),
        ("ids", feature.c.id, query.ids),
    ):
        if values and name != without:
            wanted.append(column == func.any(list(values)))
    if places := _places(query):
        wanted.append(or_(*places))
    if query.q is not None:
        wanted.extend(feature.c.search.like(pattern) for pattern in patterns)
        if not patterns:
            wanted.append(false())
    if query.bbox is not None:
        wanted.append(meets(feature.c.geometry, query.bbox))
    if query.kind is not None:
        wanted.append(is_of(query.kind))
    if query.filter is not None:
        wanted.append(query.filter)
    return wanted


def _places(query: FeatureQuery) -> list[ColumnElement[bool]]:
    places: list[ColumnElement[bool]] = []
    if query.units is not None:
        places.append(feature.c.id.in_(past.inside(query.clocks, query.units)))
    for collection in query.unassigned:
        goals = select(admin_unit.c.id).where(published(COLLECTIONS[collection]))
        inside = select(admin_unit_within.c.unit).where(admin_unit_within.c.within.in_(goals))
        of_feature = and_(feature_unit.c.feature == feature.c.id, feature_unit.c.unit.in_(inside))
        places.append(~select(feature_unit.c.feature).where(of_feature).exists())
    return places


def sort_keys(query: FeatureQuery, patterns: list[str]) -> list[tuple[Key, bool]]:
    """The keys of the order with True for descending, closed by the id. Raises InvalidParameter for an unknown name.

    Where no order is asked for, the features that have the words of `query.q` in a row come first.
    """
    unknown = [name for name, _ in query.sortby if name not in SORTABLES]
    if unknown:
        raise InvalidParameter(f"sortby={unknown[0]!r} is not sortable; use {', '.join(SORTABLES)}.", tuple(SORTABLES))
    asked = [(name, descending) for name, descending in query.sortby if name != "id"]
    direction = dict(query.sortby).get("id", False)
    keys = [(SORTABLES[name], descending) for name, descending in [*asked, ("id", direction)]]
    return [(Key(in_a_row(patterns), Integer()), False), *keys] if patterns and not query.sortby else keys


def in_a_row(patterns: list[str]) -> ColumnElement[int]:
    """0 for a feature that has the words of `patterns` one after the other, 1 for the rest."""
    phrase = f"% {' '.join(pattern.strip('% ') for pattern in patterns)}%"
    return case((feature.c.search.like(phrase), 0), else_=1)


def after(query: FeatureQuery, keys: list[tuple[Key, bool]]) -> list[ColumnElement[bool]]:
    """The condition that leaves out what earlier pages in the order of `keys` held; none on the first page."""
    if query.after is None:
        return []
    values = read_token(query.after, len(keys))
    bounds = [
        (key.expression, cast(literal(value), key.kind), descending)
        for (key, descending), value in zip(keys, values, strict=True)
    ]
    beyond: list[ColumnElement[bool]] = []
    for position, (expression, bound, descending) in enumerate(bounds):
        equal = [earlier == value for earlier, value, _ in bounds[:position]]
        beyond.append(and_(*equal, expression < bound if descending else expression > bound))
    return [or_(*beyond)]


def token(values: list[str]) -> str:
    """The opaque text of a place in the order, safe in a URL."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def read_token(text: str, length: int) -> list[str]:
    """The values of a place in an order of so many keys. Raises InvalidParameter."""
    try:
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, orjson.JSONDecodeError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(_can_be_key(value) for value in values):
        raise InvalidParameter(
            "This `next` does not fit the request; follow the link rel=next with its other parameters."
        )
    return values


def _can_be_key(value: object) -> bool:
    """A text that PostgreSQL can hold; of one with a NUL inside, only the beginning would reach it."""
    return isinstance(value, str) and "\0" not in value
