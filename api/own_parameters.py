"""Query parameters that one address takes and no other."""

import math
import re

from api import short_links
from api.parameters import Parameter
from geo import near, rows, units, versions
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
SORT = Parameter(
    "sort",
    "The order of rows within their group, `-` for falling; the name decides ties. What has no unit or no due date "
    "comes last either way. Without it, by name, and what has the words of `q` in a row first.",
    {"type": "string", "enum": [sign + name for name in rows.SORTS for sign in ("", "-")]},
    "due",
)
GROUP = Parameter(
    "group",
    "What rows are grouped by. `district`: the districts of the day, from July 2025 on the wards, communes and zones; "
    "what lies in several of them is the group `several`. `due`: the year.",
    {"type": "string", "enum": list(rows.GROUPS), "default": "none"},
    "layer",
)
OFFSET = Parameter(
    "offset",
    "The first row of the window, counted from 0 through all groups.",
    {"type": "integer", "minimum": 0, "maximum": rows.MOST_KEPT, "default": 0},
    0,
)
WINDOW = Parameter(
    "window",
    "How many rows.",
    {"type": "integer", "minimum": 1, "maximum": rows.MOST_ROWS, "default": rows.MOST_ROWS // 2},
    50,
)
AROUND = Parameter("around", "The id of a feature: the window that has it in its middle, instead of `offset`.")
SELECT = Parameter("select", "Of a link: the projects that are selected.", listed=True)
NEAR = Parameter("near", "Of a link: a project, and the kilometres around it.", listed=True)
ID = Parameter("id", "Of a link: the project that is open.")
MAP = Parameter("map", f"Of a link: where the map stands, {short_links.VIEW_FORM}.", example="11.25/20.8412/106.6823")
EVERY = (
    LEVEL, GENERATION, FROM, TO, WITHIN, COMPARE, SHADE, SORT, GROUP, OFFSET, WINDOW, AROUND, SELECT, NEAR, ID, MAP,
)  # fmt: skip


def metres(text: str | None) -> float:
    """The distance that `within` names; the usual one without it. Raises InvalidParameter."""
    if text is None:
        return DEFAULT_WITHIN_M
    number = float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) else math.inf
    if number > near.FARTHEST_M:
        raise InvalidParameter(f"within={text[:60]!a}: metres from 0 to {near.FARTHEST_M} were expected, such as 3000.")
    return number


def whole(parameter: Parameter, text: str | None) -> int:
    """The whole number that a parameter says, its default where it says none.

    Raises InvalidParameter for what is no number of its range.
    """
    least, most, default = (parameter.schema[name] for name in ("minimum", "maximum", "default"))
    if text is None:
        return int(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most or len(text) > 9:
        raise InvalidParameter(f"{parameter.name}={text[:60]!a}: a whole number from {least} to {most} was expected.")
    return int(text)
