"""CQL2 (OGC 21-065r2): a filter as text or as JSON → one small tree, the same for both. Nothing here knows a property.

Length and nesting are bounded before any parser sees the text; the tree itself is never deeper than MOST_NESTED.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from unicodedata import normalize

import orjson

from geo.errors import InvalidFilter

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")
MOST_BYTES = 4096
MOST_NESTED = 50

COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
FOLDINGS = ("casei", "accenti")
SPATIAL = (
    "s_intersects", "s_disjoint", "s_equals", "s_touches", "s_crosses", "s_within", "s_contains", "s_overlaps",
)  # fmt: skip
TEMPORAL = (
    "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes",
    "t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts",
)  # fmt: skip
VALUES = ("date", "timestamp", "interval", "bbox")
FUNCTIONS = (*FOLDINGS, *SPATIAL, *TEMPORAL)
OPERATORS = ("and", "or", "not", *COMPARISONS, "like", "between", "in", "isNull", *FUNCTIONS)
_KNOWN = frozenset(name.lower() for name in (*OPERATORS, *VALUES))
# How many operands each takes, at least and at most.
_OPERANDS = {
    "not": (1, 1), "isnull": (1, 1), "casei": (1, 1), "accenti": (1, 1), "date": (1, 1), "timestamp": (1, 1),
    "like": (2, 2), "between": (3, 3), "interval": (2, 2), "bbox": (4, 4), "and": (2, MOST_BYTES),
    "or": (2, MOST_BYTES), "in": (2, MOST_BYTES),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """A property by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A text (NFC), a number or a truth value."""

    value: str | Decimal | bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry as GeoJSON names it; nothing of it is checked yet."""

    type: str
    coordinates: Any


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function, in lower case, with its operands."""

    op: str
    operands: "tuple[Node, ...]"
    depth: int = field(compare=False)


Node = Property | Constant | Shape | Call


def parse(text: str, language: Language) -> Node:
    """The tree of a filter. Raises InvalidFilter, with the place and what may stand there, for anything else."""
    length = len(text.encode())
    if length > MOST_BYTES:
        raise InvalidFilter(
            f"The filter has {length} bytes; at most {MOST_BYTES} are read. The parameters (ids, district) take lists."
        )
    _bounded(text, language)
    if language == "cql2-json":
        return _of_json_text(text)
    from geo import cql2_text

    return cql2_text.parse(text)


def call(op: str, operands: Sequence[Node]) -> Call:
    """The call, its operands counted. Raises InvalidFilter for an operator that is none, or a wrong number of them."""
    name = op.lower()
    if name not in _KNOWN:
        raise InvalidFilter(
            f"{op[:60]!r} is no operator or function here; there are: {', '.join(OPERATORS)}.", OPERATORS
        )
    least, most = _OPERANDS.get(name, (2, 2))
    if not least <= len(operands) <= most:
        wanted = least if least == most else f"at least {least}"
        raise InvalidFilter(f"{op} takes {wanted} operands, not {len(operands)}.")
    depth = 1 + max((one.depth for one in operands if isinstance(one, Call)), default=0)
    if depth > MOST_NESTED:
        raise InvalidFilter(f"The filter is nested deeper than {MOST_NESTED} levels; join its conditions side by side.")
    return Call(name, tuple(operands), depth)


def text_constant(text: str) -> Constant:
    """A text as the store keeps it. Raises InvalidFilter for control characters and the like."""
    if any(not character.isprintable() or character == "\ufffd" for character in text):
        raise InvalidFilter(f"The text {text[:60]!a} holds characters that are no text.")
    return Constant(normalize("NFC", text))


def number(text: str) -> Constant:
    """A number. Raises InvalidFilter for one too large to be a number of ours."""
    value = float(text)
    if not abs(value) < float("inf"):
        raise InvalidFilter(f"The number {text[:60]} is out of range.")
    return Constant(Decimal(repr(value)))


def _bounded(text: str, language: Language) -> None:
    """Raises InvalidFilter when brackets outside of quoted text go deeper than MOST_NESTED."""
    quotes, escaped = ('"', r"\\.") if language == "cql2-json" else ("'\"", r"''|\\'")
    depth, inside = 0, ""
    for mark in re.findall(rf"{escaped}|[\"'(){{}}\[\]]", text, re.DOTALL):
        if inside:
            inside = "" if mark == inside else inside
        elif mark in quotes:
            inside = mark
        elif mark in "([{":
            depth += 1
            if depth > MOST_NESTED:
                raise InvalidFilter(
                    f"The filter is nested deeper than {MOST_NESTED} levels; join its conditions side by side."
                )
        elif mark in ")]}":
            depth -= 1


def _of_json_text(text: str) -> Node:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidFilter(f"The filter is no JSON: {error}. With filter-lang=cql2-text it may be text.") from None
    return _of_json(value)


def _of_json(value: Any) -> Node:
    match value:
        case str():
            return text_constant(value)
        case bool():
            return Constant(value)
        case int() | float():
            return number(str(value))
        case {"property": str(name), **rest} if not rest:
            return Property(name)
        case {"op": str(op), "args": list(operands), **rest} if not rest and op.lower() not in VALUES:
            return call(op, [_of_json(one) for one in _flat(op, operands)])
        case {"type": str(kind), **members}:
            return _shape(kind, members)
        case {"date": str() as moment, **rest} | {"timestamp": str() as moment, **rest} if not rest:
            return call(next(iter(value)), [text_constant(moment)])
        case {"interval": list(several), **rest} | {"bbox": list(several), **rest} if not rest:
            return call(next(iter(value)), [_of_json(one) for one in several])
    raise _unknown(value)


def _flat(op: str, operands: list[Any]) -> list[Any]:
    """The second operand of `in` is a list of its own."""
    if op.lower() == "in" and len(operands) == 2 and isinstance(operands[1], list):
        return [operands[0], *operands[1]]
    return operands


def _shape(kind: str, members: dict[Any, Any]) -> Shape:
    match members:
        case {"geometries": list(parts), **rest} if not rest and kind == "GeometryCollection":
            return Shape(kind, tuple(_of_json(part) for part in parts))
        case {"coordinates": list(coordinates), **rest} if not rest.keys() - {"bbox"}:
            return Shape(kind, coordinates)
    raise _unknown({"type": kind, **members})


def _unknown(value: Any) -> InvalidFilter:
    return InvalidFilter(
        f"{orjson.dumps(value).decode()[:60]} is nothing that CQL2 JSON knows; an example: "
        '{"op":"=","args":[{"property":"status"},"under_construction"]}.'
    )
