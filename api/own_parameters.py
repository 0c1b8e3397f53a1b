"""Query parameters that one address takes and no other."""

import math
import re

from api.parameters import Parameter
from geo import near, units, versions
from geo.errors import InvalidParameter

DEFAULT_WITHIN_M = 3_000

LEVEL = Parameter(
    "level",
    "Only units of this level; from 1 July 2025 there are no districts.",
    {"type": "string", "enum": list(units.LEVELS)},
    "district",
)
GENERATION = Parameter(
    "generation",
    "The generation of units to count in, an id of /api/collections.",
    {"type": "string", "enum": list(units.COLLECTIONS), "default": units.TODAY},
    units.TODAY,
)
FROM = Parameter(
    "from", f"The earlier state: {versions.ACCEPTED}. Without it, the version before the later one.", example="1"
)
TO = Parameter("to", f"The later state: {versions.ACCEPTED}. Without it, the latest version.", example="2")
WITHIN = Parameter(
    "within",
    "How far is near: metres on the ground; 0 means what touches it.",
    {"type": "number", "minimum": 0, "maximum": near.FARTHEST_M, "default": DEFAULT_WITHIN_M},
    DEFAULT_WITHIN_M,
)
EVERY = (LEVEL, GENERATION, FROM, TO, WITHIN)


def metres(text: str | None) -> float:
    """The distance that `within` names; the usual one without it. Raises InvalidParameter."""
    if text is None:
        return DEFAULT_WITHIN_M
    number = float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) else math.inf
    if number > near.FARTHEST_M:
        raise InvalidParameter(f"within={text[:60]!a}: metres from 0 to {near.FARTHEST_M} were expected, such as 3000.")
    return number
