"""Query parameters: which there are, what each may say, and the strict reading of a query string."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette._utils import get_route_path

from api.negotiation import HTML, LANGUAGES, Kind, offered
from api.typed_days import DAYS, lead_to_day
from geo import clocks, cql2, cql2_tree, crs, interval, judgement, status
from geo.errors import InvalidParameter
from geo.query import MAX_LIMIT, SORTABLES

DEFAULT_LIMIT = 100
LONGEST_TEXT = 200
CRS84 = crs.CRS84.uri
"""WGS 84, longitude first: what holds where no reference system is named."""
MOST_VALUES = 1_000
_LINE_BREAKS = str.maketrans("\n\r\t", "   ")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter as OpenAPI describes it.

    `listed`: several values, with commas between them. `lines`: its text may be broken into lines.
    """

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "minLength": 1})
    example: Any = None
    listed: bool = False
    lines: bool = False

    def document(self) -> dict[str, Any]:
        """The parameter object of OpenAPI 3.0."""
        schema = {"type": "array", "items": dict(self.schema), "minItems": 1} if self.listed else dict(self.schema)
        described: dict[str, Any] = {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.description,
            "schema": schema,
            "style": "form",
            "explode": False,
        }
        return described if self.example is None else described | {"example": self.example}


def _codes(codes: Mapping[str, status.Code]) -> str:
    return "; ".join(f"`{code.id}` {code.label.en} ({code.label.vi})" for code in codes.values())


LAYER = Parameter("layer", "Only features of these layers (ids of /api/collections).", listed=True)
DISTRICT = Parameter(
    "district",
    "Only features stated or located in one of these units, old or new: a unit id (`2024-huyen-cat-hai`), "
    "code@generation (`317@2024`), or a name, accents or not (`cat-hai`, `Cát Hải`). A commune's name is that of "
    "the day of `datetime`. A name that several units bear "
    "answers 400 with the candidates. `chua-xac-dinh@units-2025-07` means those that are in no unit of that "
    "generation. Features without a place are found by the units that their sources name.",
    example=["cat-hai"],
    listed=True,
)
STATUS = Parameter(
    "status",
    f"Only features of these statuses today: {_codes(status.STATUSES)}.",
    {"type": "string", "enum": list(status.STATUSES)},
    ["under_construction"],
    listed=True,
)
CONDITION = Parameter(
    "condition",
    f"Only features in one of these conditions: {_codes(status.CONDITIONS)}.",
    {"type": "string", "enum": list(status.CONDITIONS)},
    ["delayed"],
    listed=True,
)
Q = Parameter(
    "q",
    "Words of a name, in any order, with or without accents; names that have them in a row come first. KCN stands for "
    "khu công nghiệp.",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "do son",
)
BBOX = Parameter(
    "bbox",
    "Only features that touch the box west,south,east,north (degrees, WGS 84, longitude first; with `bbox-crs` in its "
    "units and the order of its axes). A feature without a place is in no box.",
    {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
    [106.4, 20.5, 107.2, 21.1],
)
DATETIME = Parameter(
    "datetime",
    f"{interval.ACCEPTED[0].upper()}{interval.ACCEPTED[1:]}. Projects are shown as on that day (UTC+7), of an interval "
    "the last, an open end being today; none has an end, so none is left out. Units: those valid at some time of it.",
    example="2023-06-30",
)
IDS = Parameter("ids", f"Only these features; at most {MOST_VALUES}.", listed=True)
LIMIT = Parameter(
    "limit",
    f"At most so many features in one answer; more than {MAX_LIMIT} means {MAX_LIMIT}. The `next` link leads on.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
)
SORTBY = Parameter(
    "sortby",
    "The order: fields with `-` before those that fall; the id decides ties.",
    {"type": "string", "enum": [sign + name for name in SORTABLES for sign in ("", "-")]},
    ["-valid_from", "name_vi"],
    listed=True,
)
NEXT = Parameter("next", "Where the page before ended; follow the `next` link rather than making one.")
_CRS_NAMES = {"type": "string", "enum": list(crs.NAMES), "default": CRS84}
CRS = Parameter(
    "crs",
    "The reference system of the answer, told again in its header `Content-Crs`; coordinates stand in the order of its "
    "axes: latitude first in EPSG:4326, easting first in EPSG:3857, 9210 and 9209 (VN-2000, meridians 105°45' and "
    "105°30').",
    _CRS_NAMES,
)
BBOX_CRS = Parameter("bbox-crs", "The reference system of `bbox`, with the order of its axes.", _CRS_NAMES)
FILTER = Parameter(
    "filter",
    "A condition in CQL2 over the properties that `/queryables` lists: comparisons, `LIKE`, `BETWEEN`, `IN`, `IS NULL`"
    ", `CASEI`, `ACCENTI`, `S_INTERSECTS` and the other spatial, `T_AFTER` and the other temporal functions, joined by "
    f"`AND`, `OR`, `NOT`. At most {cql2_tree.MOST_BYTES} bytes, nested {cql2_tree.MOST_NESTED} deep.",
    {"type": "string", "minLength": 1, "maxLength": cql2_tree.MOST_BYTES},
    "status = 'under_construction' AND area_ha > 50",
    lines=True,
)
FILTER_LANG = Parameter(
    "filter-lang",
    "How `filter` is written.",
    {"type": "string", "enum": list(cql2.LANGUAGES), "default": cql2.LANGUAGES[0]},
)
FILTER_CRS = Parameter(
    "filter-crs", "The reference system of geometries in `filter`, with the order of its axes.", _CRS_NAMES
)
AS_OF = Parameter(
    "as-of",
    f"Only what was recorded by then counts, even if corrected or withdrawn since: {clocks.ACCEPTED}.",
    {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([T ].+)?$"},
    "2026-11-21",
)
PROPERTIES = Parameter(
    "properties",
    "Only these properties, of those that `/schema` lists; id and geometry are told all the same.",
    example=["name_vi", "status"],
    listed=True,
)
SKIP_GEOMETRY = Parameter(
    "skipGeometry",
    "`true` leaves every geometry out: it is null.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
GEOMETRY = Parameter(
    "geometry",
    "Rules for these kinds of geometry alone; without it, for all that may come. For GeoServer, whose layers hold one "
    "kind, ask for that one.",
    {"type": "string", "enum": ["point", "line", "polygon"]},
    ["point"],
    listed=True,
)
VERDICT = Parameter(
    "verdict",
    f"Only what stands so: {_codes(judgement.VERDICTS)}.",
    {"type": "string", "enum": list(judgement.VERDICTS)},
    ["late"],
    listed=True,
)
AGENCY = Parameter("agency", "Only what an act of this issuer orders; a name that `/api/documents` tells as `issuer`.")
F = Parameter("f", "The form of the answer; JSON is the only one.", {"type": "string", "enum": ["json"]})
LANG = Parameter(
    "lang",
    "The language of a page; without it, what `Accept-Language` likes better. The other forms hold both.",
    {"type": "string", "enum": list(LANGUAGES)},
)


def f_of(kinds: tuple[Kind, ...]) -> Parameter:
    """`f` at an address with several forms."""
    names = list(dict.fromkeys(name for kind in kinds for name in kind.names))
    told = "; ".join(f"`{kind.f}` {kind.title}" for kind in kinds)
    return Parameter("f", f"The form of the answer; it wins over `Accept`. {told}.", {"type": "string", "enum": names})


def asked(*parameters: Parameter, blanks: bool = False) -> Callable[[Request], dict[str, str]]:
    """A dependency: the query string as one text per parameter, values of a list joined by commas.

    `blanks`, for pages: a parameter without a value is passed over, as their forms send those that nobody filled in,
    and a day that is written as people write it leads to the address of that day.

    Raises InvalidParameter for a parameter that is not among these, one without a value, one given twice that is no
    list, and text that is no text (control characters, broken UTF-8).
    """
    declared = {parameter.name: parameter for parameter in parameters}
    declared.setdefault(F.name, F)

    def read(request: Request) -> dict[str, str]:
        known = declared | _of_forms(request)
        texts: dict[str, str] = {}
        given = request.query_params.multi_items()
        for name, value in [pair for pair in given if pair[1].strip()] if blanks else given:
            if name not in known:
                names = ", ".join(known)
                raise InvalidParameter(
                    f"{_shown(name)} is not a parameter of this address; there are: {names}.", tuple(known)
                )
            if not value.strip():
                raise InvalidParameter(f"{name} is empty; leave it out, or say what it should be.")
            _check_text(known[name], value)
            if name in texts and not known[name].listed:
                raise InvalidParameter(f"{name} is given twice; it takes one value.")
            if blanks and name in DAYS:
                lead_to_day(request, name, value)
            texts[name] = f"{texts[name]},{value}" if name in texts else value
        for one in known.values():
            if one.name in texts and "enum" in one.schema and not one.listed:
                choose(one.name, texts[one.name], tuple(one.schema["enum"]), several=False)
        return texts

    return read


def _check_text(parameter: Parameter, value: str) -> None:
    name, longest = parameter.name, parameter.schema.get("maxLength")
    shown = value.translate(_LINE_BREAKS) if parameter.lines else value
    if any(not character.isprintable() or character == "\ufffd" for character in shown):
        raise InvalidParameter(f"{name}={_shown(value)} holds characters that are no text (expected: UTF-8).")
    if longest is not None and len(value) > longest:
        raise InvalidParameter(f"{name} is longer than the {longest} characters allowed.")


def _of_forms(request: Request) -> dict[str, Parameter]:
    """The parameters that an address has because its answer has several forms."""
    kinds = offered(get_route_path(request.scope))
    several = {F.name: f_of(kinds)} if len(kinds) > 1 else {}
    return several | ({LANG.name: LANG} if HTML in kinds else {})


def listed(name: str, text: str) -> tuple[str, ...]:
    """The values of a comma list, each once, in the order given.

    Raises InvalidParameter for an empty one between the commas, or for more than MOST_VALUES.
    """
    values = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if "" in values:
        raise InvalidParameter(f"{name}={_shown(text)} has an empty value between its commas.")
    if len(values) > MOST_VALUES:
        raise InvalidParameter(f"{name} has {len(values)} values; at most {MOST_VALUES} can be asked for at once.")
    return values


def choose(name: str, text: str, allowed: tuple[str, ...], *, several: bool = True) -> tuple[str, ...]:
    """The values of a comma list, each of which must be one of `allowed`; the text as one value without `several`.

    Raises InvalidParameter with that list.
    """
    values = listed(name, text) if several else (text,)
    wrong = [value for value in values if value not in allowed]
    if wrong:
        raise InvalidParameter(f"{name}={_shown(wrong[0])} is not known; there are: {', '.join(allowed)}.", allowed)
    return values


def limit(text: str | None) -> int:
    """How many features at most: 1 to MAX_LIMIT; a larger number is cut to it, as OGC API Features asks.

    Raises InvalidParameter for what is no whole number above zero.
    """
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or not int(text[:9]):
        raise InvalidParameter(f"limit={_shown(text)}: a whole number from 1 to {MAX_LIMIT} was expected.")
    return min(int(text[:9]), MAX_LIMIT)


def order(text: str | None, known: tuple[str, ...] = tuple(SORTABLES)) -> tuple[tuple[str, bool], ...]:
    """Field names with True for falling. A `+` may stand before a rising one; in a query string it arrives as a space.

    Raises InvalidParameter for a field that is not sortable, or one that comes twice.
    """
    if text is None:
        return ()
    keys = [(re.sub(r"^[+-]", "", part.strip()).strip(), part.strip().startswith("-")) for part in text.split(",")]
    names = choose("sortby", ",".join(name for name, _ in keys), known)
    if len(names) < len(keys):
        raise InvalidParameter(f"sortby={_shown(text)} names a field twice.")
    return tuple(keys)


def _shown(text: str) -> str:
    """The text as it may stand in an answer: quoted, cut, nothing unprintable."""
    return ascii(text[:60]) if not text[:60].isprintable() else repr(text[:60])
