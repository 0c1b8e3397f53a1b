"""The shape of what a search box suggests, for the OpenAPI document."""

from typing import Any

from api.suggestions import KINDS

_TEXT = {"type": "string"}
_MAYBE = {"type": "string", "nullable": True}
_FLAG = {"type": "boolean"}
_NUMBER = {"type": "number"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_WHY = _object(
    field_vi=_TEXT,
    field_en=_TEXT,
    text=_TEXT,
    lang=_TEXT | {"description": "The language of `text`"},
    marks=_list(_list({"type": "integer"}))
    | {"description": "Where the words stand in `text`: from and to, in characters"},
    near=_FLAG | {"description": "It is only spelt nearly so"},
)
SUGGESTIONS: dict[str, Any] = {
    "Suggestions": _object(
        q=_TEXT,
        suggestions=_list(
            _object(
                kind={"type": "string", "enum": list(KINDS)},
                id=_TEXT,
                title_vi=_TEXT,
                title_en=_MAYBE | {"description": "null where the official name is Vietnamese alone"},
                detail_vi=_TEXT,
                detail_en=_TEXT,
                why=_WHY,
                href=_TEXT | {"description": "Where it leads: the map, or a page"},
                point=_list(_NUMBER) | {"nullable": True, "description": "Longitude, latitude (WGS 84)"},
                layer=_TEXT,
                status=_TEXT,
                unit=_MAYBE,
                in_city=_FLAG,
                vn2000=_list(_object(epsg={"type": "integer"}, meridian=_TEXT, north=_NUMBER, east=_NUMBER)),
            )
        ),
    )
}
