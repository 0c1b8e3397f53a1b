"""The tree of a CQL2 filter (OGC 21-065r2), the same for text and JSON: operators, properties, constants, shapes.

It is never deeper than MOST_NESTED.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from geo.errors import InvalidFilter

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
