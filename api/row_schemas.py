"""The shape of a window of rows, for the OpenAPI document."""

from typing import Any

_TEXT = {"type": "string"}
_MAYBE = {"type": "string", "nullable": True}
_NUMBER = {"type": "integer"}


def _numbers(count: int, description: str) -> dict[str, Any]:
    items = {"type": "number"}
    told = {"type": "array", "items": items, "minItems": count, "maxItems": count}
    return told | {"nullable": True, "description": description}


_ROW = {
    "type": "object",
    "required": ["id", "layer", "status", "condition", "place_vi", "place_en"],
    "properties": {
        "id": _TEXT, "layer": _TEXT, "name_vi": _MAYBE, "name_en": _MAYBE, "status": _TEXT, "condition": _TEXT,
        "accuracy": _MAYBE, "last_told": _MAYBE,
        "point": _numbers(2, "Longitude and latitude of the middle of its box; null without a place"),
        "bbox": _numbers(4, "West, south, east, north; null without a place"),
        "place_vi": {"type": "string", "description": "Where it lies: its unit, and how far from which landmark"},
        "place_en": _TEXT,
        "due": {"type": "string", "nullable": True, "description": "As printed (EDTF), of the order that presses most"},
        "due_last": {"type": "string", "format": "date", "nullable": True, "description": "The last day that it means"},
        "verdict": {"type": "string", "nullable": True, "description": "How that order stands on the day"},
    },
}  # fmt: skip
ROWS: dict[str, Any] = {
    "Rows": {
        "type": "object",
        "required": ["rows", "numberMatched", "numberReturned", "offset", "groups"],
        "properties": {
            "rows": {"type": "array", "items": _ROW},
            "numberMatched": _NUMBER | {"description": "Rows in all, exactly"},
            "numberReturned": _NUMBER,
            "offset": _NUMBER | {"description": "Which row the first of these is"},
            "groups": {
                "type": "array",
                "description": "Every group in its order; none without `group`",
                "items": {
                    "type": "object",
                    "required": ["key", "first", "numberMatched"],
                    "properties": {
                        "key": {
                            "type": "string",
                            "description": "A layer, a status, a unit, a year, `several`, `none`",
                        },
                        "first": _NUMBER,
                        "numberMatched": _NUMBER,
                        "full_name": {"type": "string", "description": "Of a unit"},
                    },
                },
            },
        },
    }
}
