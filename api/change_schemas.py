"""The shapes of answers about what changed and what is near, for the OpenAPI document."""

from typing import Any

_TEXT = {"type": "string"}
_MAYBE = {"type": "string", "nullable": True}
_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": "integer"}
_STATE = {"status": _TEXT, "status_vi": _TEXT, "status_en": _TEXT, "condition": _TEXT, "valid_from": _MAYBE}
_LATER = dict.fromkeys(("condition_valid_from", "basis", "source", "source_url", "clause"), _MAYBE)


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": _object(**properties)}


_COORDINATES = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_MAYBE_DAY = _DAY | {"nullable": True}
CHANGES: dict[str, Any] = {
    "Near": _object(
        id=_TEXT,
        layer=_TEXT,
        location_accuracy=_MAYBE,
        located={"type": "boolean", "description": "Whether any source tells its place"},
        within={"type": "number", "description": "Metres"},
        **{"from": _MAYBE_DAY},
        to=_DAY,
        numberMatched=_NUMBER,
        numberReturned=_NUMBER,
        unlocated=_NUMBER,
        timeStamp={"type": "string", "format": "date-time"},
        near=_list(
            id=_TEXT, layer=_TEXT, name_vi=_TEXT, name_en=_MAYBE, status=_TEXT, condition=_TEXT,
            location_accuracy=_MAYBE,
            distance_m={"type": "number", "description": "Geodesic, between the nearest points; 0: they touch"},
            nearest=_COORDINATES | {"description": "Its point nearest to the feature, longitude first"},
            azimuth_deg={"type": "number", "nullable": True, "description": "The way there, from north by east"},
            last_told=_MAYBE,
            together={"type": "string", "enum": ["yes", "no", "unknown"]},
            spans=_list(
                **{"from": _MAYBE_DAY}, to=_DAY, status=_TEXT, other_status=_TEXT, inferred={"type": "boolean"}
            ),
        ),
        links={"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
    ),
    "Timeline": _object(
        days=_list(
            date={"type": "string", "description": "As precise as it is printed (EDTF)"},
            precision={"type": "string", "enum": ["day", "month", "year", "interval"]},
            **{"from": _DAY | {"description": "The first day that it may mean; on it the map changes"}},
            at=_DAY | {"description": "The last day that it may mean"},
            facts=_NUMBER,
            features=_NUMBER,
        ),
        complete={"type": "boolean", "description": "Whether these are all dates"},
        documents=_list(id=_TEXT, label_vi=_TEXT, label_en=_TEXT, date=_TEXT),
        reorganisations=_list(date=_DAY, label_vi=_TEXT, label_en=_TEXT, resolution=_MAYBE),
    ),
    "Changes": _object(
        **{"from": _DAY},
        to=_DAY,
        numberMatched=_NUMBER,
        numberReturned=_NUMBER,
        timeStamp={"type": "string", "format": "date-time"},
        changes=_list(
            id=_TEXT, layer=_TEXT, name_vi=_TEXT, name_en=_MAYBE, before=_object(**_STATE),
            after=_object(**_STATE, **_LATER),
        ),
        links={"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
    ),
}  # fmt: skip
