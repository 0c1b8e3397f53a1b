"""The shapes of answers about administrative units, for the OpenAPI document."""

from typing import Any

_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_DAY = {"type": "string", "format": "date", "nullable": True}
_UNIT_TOLD = {
    "id": {"type": "string"},
    "full_name": {"type": "string"},
    "level": {"type": "string", "enum": ["district", "commune"]},
    "generation": {"type": "string"},
    "collection": {"type": "string", "nullable": True, "description": "The collection of units that holds it"},
    "valid_from": _DAY,
    "valid_to": _DAY,
}
_RELATION = {"type": "string", "enum": ["whole", "part"], "description": "Whether all of it went there"}
_STEP = {
    "type": "object",
    "required": ["id", "full_name", "relation"],
    "properties": {
        **_UNIT_TOLD,
        "relation": _RELATION,
        "resolution": {"type": "string", "nullable": True},
        "source": {"type": "string", "nullable": True},
        "note": {"type": "string", "nullable": True},
    },
}
_NOW = {"type": "object", "properties": {**_UNIT_TOLD, "relation": _RELATION}}
ENDED = {
    "type": "array",
    "description": "Units that the filter names and that are no more, with the units of today that they are in",
    "items": {
        "type": "object",
        "properties": {**_UNIT_TOLD, "successors": {"type": "array", "items": _NOW}},
    },
}
UNITS: dict[str, Any] = {
    "Successors": {
        "type": "object",
        "required": ["unit", "successors"],
        "properties": {
            "unit": {"type": "object", "properties": _UNIT_TOLD},
            "successors": {"type": "array", "items": _STEP},
            "today": {"type": "array", "items": _NOW, "description": "What it is by now, through every step"},
            "links": _LINKS,
        },
    },
    "Predecessors": {
        "type": "object",
        "required": ["unit", "predecessors"],
        "properties": {
            "unit": {"type": "object", "properties": _UNIT_TOLD},
            "predecessors": {"type": "array", "items": _STEP},
            "links": _LINKS,
        },
    },
    "Outlines": {
        "type": "object",
        "required": ["decimals", "outlines"],
        "properties": {
            "decimals": {"type": "integer", "description": "A step is 10^-decimals degrees"},
            "outlines": {
                "type": "object",
                "description": "By the id of the unit: polygons of rings, each [x, y, dx, dy, …]",
                "additionalProperties": {
                    "type": "array",
                    "items": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
                },
            },
        },
    },
    "UnitCounts": {
        "type": "object",
        "description": "Every unit of the generation; a feature in two of them is counted in both.",
        "required": ["generation", "numberMatched", "unassigned", "units"],
        "properties": {
            "generation": {"type": "string"},
            "numberMatched": {"type": "integer", "description": "How many features the filters find, each once"},
            "unassigned": {"type": "integer", "description": "Those in no unit of this generation: chưa xác định"},
            "units": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "full_name": {"type": "string"},
                        "numberMatched": {"type": "integer"},
                        "status": {"type": "object", "additionalProperties": {"type": "integer"}},
                    },
                },
            },
        },
    },
}
