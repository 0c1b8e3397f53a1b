"""Query parameters that one address takes and no other."""

import math
import re

from api import short_links
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
COMPARE = Parameter("compare", "Of a link: the day that the map is compared with.", example="2023-01-01")
SHADE = Parameter("shade", "Of a link: the generation whose units carry numbers.", example=units.TODAY)
SORT = Parameter("sort", "Of a link: the order of the list.")
GROUP = Parameter("group", "Of a link: what the list is grouped by.")
SELECT = Parameter("select", "Of a link: the projects that are selected.", listed=True)
NEAR = Parameter("near", "Of a link: a project, and the kilometres around it.", listed=True)
ID = Parameter("id", "Of a link: the project that is open.")
MAP = Parameter("map", f"Of a link: where the map stands, {short_links.VIEW_FORM}.", example="11.25/20.8412/106.6823")
EVERY = (LEVEL, GENERATION, FROM, TO, WITHIN, COMPARE, SHADE, SORT, GROUP, SELECT, NEAR, ID, MAP)


def metres(text: str | None) -> float:
    """The distance that `within` names; the usual one without it. Raises InvalidParameter."""
    if text is None:
        return DEFAULT_WITHIN_M
    number = float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) else math.inf
    if number > near.FARTHEST_M:
        raise InvalidParameter(f"within={text[:60]!a}: metres from 0 to {near.FARTHEST_M} were expected, such as 3000.")
    return number
