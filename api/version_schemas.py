"""The shapes of answers about versions of a feature, for the OpenAPI document."""

from typing import Any

_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_CHANGESET = {
    "recorded_at": {"type": "string", "format": "date-time"},
    "actor": {"type": "string", "description": "Who recorded it"},
    "note": {"type": "string", "description": "Why"},
}
_VERSION = {
    "version": {"type": "integer", "minimum": 1},
    **_CHANGESET,
    "source": {"type": "string"},
    "withdrawn": {"type": "boolean"},
    "href": {"type": "string", "format": "uri"},
}
_BOTH = {
    "type": "object",
    "properties": {"before": {"type": "number", "nullable": True}, "after": {"type": "number", "nullable": True}},
}
_FACT = {
    "type": "object",
    "properties": {
        **{name: {"type": "string", "nullable": True} for name in ("status", "condition")},
        **{name: {"type": "string"} for name in ("basis", "valid_from", "source")},
        **_CHANGESET,
    },
}
_TEXTS = {"type": "array", "items": {"type": "string"}}
VERSIONS: dict[str, Any] = {
    "Versions": {
        "type": "object",
        "required": ["id", "numberMatched", "versions"],
        "properties": {
            "id": {"type": "string"},
            "numberMatched": {"type": "integer"},
            "versions": {"type": "array", "items": {"type": "object", "properties": _VERSION}},
            "links": _LINKS,
        },
    },
    "Version": {
        "allOf": [
            {"$ref": "#/components/schemas/Feature"},
            {
                "type": "object",
                "properties": {
                    "version": {"type": "integer"},
                    "withdrawn": {"type": "boolean"},
                    "stated_units": {"type": "array", "items": {"type": "object"}},
                    "changeset": {"type": "object", "properties": {**_CHANGESET, "source": {"type": "string"}}},
                },
            },
        ]
    },
    "Difference": {
        "type": "object",
        "required": ["id", "from", "to", "changed", "fields", "sentences_vi", "sentences_en"],
        "properties": {
            "id": {"type": "string"},
            "from": {"type": "object", "properties": _VERSION},
            "to": {"type": "object", "properties": _VERSION},
            "changed": {"type": "boolean"},
            "withdrawn": {"type": "object"},
            "fields": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        **{name: {"type": "string"} for name in ("field", "title_vi", "title_en")},
                        "before": {"nullable": True},
                        "after": {"nullable": True},
                    },
                },
            },
            "geometry": {
                "type": "object",
                "properties": {
                    "changed": {"type": "boolean"},
                    "type": {"type": "object"},
                    "moved_m": {"type": "number", "nullable": True, "description": "Between the two centres"},
                    "area_m2": _BOTH,
                    "length_m": _BOTH,
                },
            },
            "units": {"type": "object", "properties": {"added": _TEXTS, "removed": _TEXTS}},
            "facts": {
                "type": "object",
                "properties": {name: {"type": "array", "items": _FACT} for name in ("added", "retracted")},
            },
            "sentences_vi": _TEXTS,
            "sentences_en": _TEXTS,
            "links": _LINKS,
        },
    },
}
