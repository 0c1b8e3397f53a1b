"""Query parameters: which there are, what each may say, and the strict reading of a query string."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from geo import status
from geo.errors import InvalidParameter
from geo.query import MAX_LIMIT, SORTABLES

DEFAULT_LIMIT = 100
LONGEST_TEXT = 200
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""WGS 84, longitude first: the one reference system of the answers. GDAL and QGIS name it in every request."""
MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter as OpenAPI describes it. `listed`: several values, with commas between them."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    example: Any = None
    listed: bool = False

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
    "code@generation (`317@2024`), or a name, accents or not (`cat-hai`, `Cát Hải`). A name that several units bear "
    "answers 400 with the candidates. Features without a place are found by the units that their sources name.",
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
    "Words of a name, in any order, with or without accents; KCN stands for khu công nghiệp.",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "do son",
)
BBOX = Parameter(
    "bbox",
    "Only features that touch the box west,south,east,north (degrees, WGS 84, longitude first). A feature without a "
    "place is in no box.",
    {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
    [106.4, 20.5, 107.2, 21.1],
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
CRS = Parameter("crs", "The reference system of the answer.", {"type": "string", "enum": [CRS84, "CRS84"]})
BBOX_CRS = Parameter("bbox-crs", "The reference system of `bbox`.", {"type": "string", "enum": [CRS84, "CRS84"]})
GEOMETRY = Parameter(
    "geometry",
    "Rules for these kinds of geometry alone; without it, for all that may come. For GeoServer, whose layers hold one "
    "kind, ask for that one.",
    {"type": "string", "enum": ["point", "line", "polygon"]},
    ["point"],
    listed=True,
)
F = Parameter("f", "The form of the answer; JSON is the only one.", {"type": "string", "enum": ["json"]})


def asked(*parameters: Parameter) -> Callable[[Request], dict[str, str]]:
    """A dependency: the query string as one text per parameter, values of a list joined by commas.

    Raises InvalidParameter for a parameter that is not among these, one without a value, one given twice that is no
    list, and text that is no text (control characters, broken UTF-8).
    """
    known = {parameter.name: parameter for parameter in parameters}
    known.setdefault(F.name, F)

    def read(request: Request) -> dict[str, str]:
        texts: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name not in known:
                names = ", ".join(known)
                raise InvalidParameter(
                    f"{_shown(name)} is not a parameter of this address; there are: {names}.", tuple(known)
                )
            if not value.strip():
                raise InvalidParameter(f"{name} is empty; leave it out, or say what it should be.")
            if any(not character.isprintable() or character == "\ufffd" for character in value):
                raise InvalidParameter(f"{name}={_shown(value)} holds characters that are no text (expected: UTF-8).")
            if "maxLength" in known[name].schema and len(value) > known[name].schema["maxLength"]:
                raise InvalidParameter(
                    f"{name} is longer than the {known[name].schema['maxLength']} characters allowed."
                )
            if name in texts and not known[name].listed:
                raise InvalidParameter(f"{name} is given twice; it takes one value.")
            texts[name] = f"{texts[name]},{value}" if name in texts else value
        for one in (F, CRS, BBOX_CRS):
            if one.name in texts:
                choose(one.name, texts[one.name], tuple(known[one.name].schema["enum"]))
        return texts

    return read


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


def choose(name: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The values of a comma list, each of which must be one of `allowed`. Raises InvalidParameter with that list."""
    values = listed(name, text)
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


def order(text: str | None) -> tuple[tuple[str, bool], ...]:
    """Field names with True for falling. A `+` may stand before a rising one; in a query string it arrives as a space.

    Raises InvalidParameter for a field that is not sortable, or one that comes twice.
    """
    if text is None:
        return ()
    keys = [(part.strip().lstrip("+-").strip(), part.strip().startswith("-")) for part in text.split(",")]
    names = choose("sortby", ",".join(name for name, _ in keys), tuple(SORTABLES))
    if len(names) < len(keys):
        raise InvalidParameter(f"sortby={_shown(text)} names a field twice.")
    return tuple(keys)


def _shown(text: str) -> str:
    """The text as it may stand in an answer: quoted, cut, nothing unprintable."""
    return ascii(text[:60]) if not text[:60].isprintable() else repr(text[:60])
