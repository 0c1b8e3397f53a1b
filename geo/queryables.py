"""What a filter may ask of a feature: the allow-list of properties, each with its kind and its place in the tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, DateTime, Numeric, case, cast, func, select

from geo.status import CONDITIONS, STATUSES
from geo.tables import changeset, feature

Kind = Literal["text", "number", "boolean", "date", "timestamp", "geometry"]


@dataclass(frozen=True, slots=True)
class Queryable:
    """`codes`: the values that the property can have, where they are a closed list."""

    kind: Kind
    expression: ColumnElement[Any]
    codes: tuple[str, ...] = ()


_RECORDED = (
    select(changeset.c.recorded_at).where(changeset.c.id == feature.c.changeset).correlate(feature).scalar_subquery()
)

BASE: dict[str, Queryable] = {
    "geometry": Queryable("geometry", feature.c.geometry),
    "id": Queryable("text", feature.c.id),
    "layer": Queryable("text", feature.c.layer),
    "status": Queryable("text", feature.c.status, tuple(STATUSES)),
    "condition": Queryable("text", feature.c.condition, tuple(CONDITIONS)),
    "valid_from": Queryable("date", feature.c.valid_from),
    "version": Queryable("number", feature.c.version),
    "updated_at": Queryable("timestamp", cast(_RECORDED, DateTime(timezone=True))),
}
"""Of every feature. `valid_from` is the earliest day that the printed date may mean.

What is derived and has no column (basis, source of the status) is left out: to parse the published text of 100 000
features takes three seconds.
"""


def curated(fields: Iterable[tuple[str, str]]) -> dict[str, Queryable]:
    """Curated properties as queryables. `fields`: names with the types of their definitions.

    Lists are left out. A date is text, because its printed precision is part of it. A name with several types is text.
    """
    kinds: dict[str, set[str]] = {}
    for name, kind in fields:
        kinds.setdefault(name, set()).add(kind)
    return {
        name: _curated(name, kind)
        for name, kind in _single(kinds).items()
        if kind != "string-list" and name not in BASE
    }


def _single(kinds: Mapping[str, set[str]]) -> dict[str, str]:
    return {name: next(iter(several)) if len(several) == 1 else "string" for name, several in kinds.items()}


def _curated(name: str, kind: str) -> Queryable:
    value = feature.c.properties[name]
    if kind in ("number", "integer"):
        return Queryable("number", case((func.jsonb_typeof(value) == "number", cast(value.astext, Numeric))))
    if kind == "boolean":
        return Queryable("boolean", case((func.jsonb_typeof(value) == "boolean", cast(value.astext, Boolean))))
    return Queryable("text", value.astext)
