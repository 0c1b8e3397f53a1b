"""CQL2 (OGC 21-065r2): a filter as text or as JSON → one small tree, the same for both. Nothing here knows a property.

Length and nesting are bounded before any parser sees the text.
"""

import re
from typing import Any, Literal

import orjson

from geo.cql2_tree import MOST_BYTES, MOST_NESTED, VALUES, Constant, Node, Property, Shape, call, number, text_constant
from geo.errors import InvalidFilter

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")


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
    from geo import cql2_text  # its parser takes long to load, and few questions need it

    return cql2_text.parse(text)


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
