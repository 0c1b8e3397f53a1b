"""Query parameters that one address takes and no other."""

from api.parameters import Parameter
from geo import units, versions

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
EVERY = (LEVEL, GENERATION, FROM, TO)
