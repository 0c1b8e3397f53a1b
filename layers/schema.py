"""Layer → what its properties may be: a check for one feature, and the same rules as JSON Schema."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo import edtf
from geo.errors import InvalidParameter
from geo.status import Words
from layers.definition import Field, FieldType, Layer

_TYPE_WORDS: dict[FieldType, Words] = {
    "string": Words("một chuỗi chữ", "text"),
    "number": Words("một số", "a number"),
    "integer": Words("một số nguyên", "a whole number"),
    "boolean": Words("true hoặc false", "true or false"),
    "date": Words("ngày dạng 2023, 2023-02 hoặc 2023-02-15", "a date as 2023, 2023-02 or 2023-02-15"),
    "string-list": Words("một danh sách chuỗi chữ", "a list of texts"),
}
_JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?(/\d{4}(-\d{2}(-\d{2})?)?)?$"},
    "string-list": {"type": "array", "items": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one property: its name, what came, and what was expected, in both languages."""

    field: str
    came: str
    expected: Words


def problems(layer: Layer, properties: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything that is wrong with these properties; empty when they fit the layer. None counts as absent."""
    found: list[Problem] = []
    for name, value in properties.items():
        field = layer.fields.get(name)
        if field is None:
            known = ", ".join(layer.fields)
            found.append(Problem(name, name, Words(f"một trong các thuộc tính {known}", f"one of the fields {known}")))
        elif value is not None:
            found += _field_problems(field, value)
    found += [
        Problem(field.name, "", Words("một giá trị", "a value"))
        for field in layer.fields.values()
        if field.required and _blank(properties.get(field.name))
    ]
    return tuple(found)


def json_schema(layer: Layer) -> dict[str, Any]:
    """The properties of one feature of `layer` as JSON Schema 2020-12, titles in Vietnamese, units as `x-ogc-unit`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": layer.title.vi,
        "description": layer.description.vi,
        "type": "object",
        "properties": {field.name: json_field(field) for field in layer.fields.values()},
        "required": [field.name for field in layer.fields.values() if field.required],
        "additionalProperties": False,
    }


def _field_problems(field: Field, value: Any) -> list[Problem]:
    if not _fits(field.type, value):
        return [Problem(field.name, repr(value), _TYPE_WORDS[field.type])]
    if field.values and any(one not in field.values for one in (value if isinstance(value, list) else [value])):
        allowed = ", ".join(field.values)
        return [Problem(field.name, repr(value), Words(f"một trong các mã {allowed}", f"one of the codes {allowed}"))]
    if field.minimum is not None and not isinstance(value, list) and value < field.minimum:
        return [Problem(field.name, repr(value), Words(f"từ {field.minimum} trở lên", f"at least {field.minimum}"))]
    return []


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _fits(kind: FieldType, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "string-list":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case "date":
            return isinstance(value, str) and _is_date(value)


def _is_date(text: str) -> bool:
    try:
        edtf.parse(text)
    except InvalidParameter:
        return False
    return True


def json_field(field: Field) -> dict[str, Any]:
    """One property as JSON Schema, titles in Vietnamese and in English."""
    entry: dict[str, Any] = {"title": field.title.vi, "x-title-en": field.title.en, **_JSON_TYPES[field.type]}
    if field.description is not None:
        entry["description"] = field.description.vi
    if field.unit is not None:
        entry["x-ogc-unit"] = field.unit
    if field.minimum is not None:
        entry["minimum"] = field.minimum
    if field.values:
        codes = [{"const": code, "title": words.vi, "x-title-en": words.en} for code, words in field.values.items()]
        if field.type == "string-list":
            entry["items"] = {"type": "string", "oneOf": codes}
        else:
            entry["oneOf"] = codes
    return entry
