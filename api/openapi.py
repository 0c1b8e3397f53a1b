"""The OpenAPI 3.0 document: the routes as they are, with one description of each parameter and each shape."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import own_parameters, parameters
from api.change_schemas import CHANGES
from api.find_schemas import SUGGESTIONS
from api.negotiation import HTML, OFFERED, Kind
from api.parameters import LANG, F, Parameter, f_of
from api.row_schemas import ROWS
from api.unit_schemas import ENDED, UNITS
from api.version_schemas import VERSIONS

_LINK = {
    "type": "object",
    "required": ["rel", "href"],
    "properties": {
        "rel": {"type": "string", "example": "next"},
        "href": {"type": "string", "format": "uri"},
        "type": {"type": "string", "example": "application/geo+json"},
        "title": {"type": "string"},
    },
}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_FEATURE = {
    "type": "object",
    "description": (
        "RFC 7946; WGS 84, longitude first, unless `crs` says otherwise. `geometry` is null where no place is known."
    ),
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"type": "object", "nullable": True},
        "properties": {
            "type": "object",
            "description": "Flat; every field is told in /api/collections/{collection}/schema.",
            "properties": {
                "name_vi": {"type": "string"},
                "name_en": {"type": "string"},
                "layer": {"type": "string"},
                "status": {"type": "string", "description": "Today's stage, a code of /api/catalog"},
                "condition": {"type": "string", "nullable": True},
                "basis": {
                    "type": "string",
                    "nullable": True,
                    "description": "How we know: decided, reported, observed, implied, inferred",
                },
                "valid_from": {
                    "type": "string",
                    "nullable": True,
                    "description": "Since when, as precise as the source (EDTF)",
                },
                "status_source": {"type": "string", "nullable": True},
                "location_accuracy": {"type": "string", "nullable": True},
            },
            "additionalProperties": True,
        },
        "links": _LINKS,
    },
}
SCHEMAS: dict[str, Any] = {
    **UNITS,
    **CHANGES,
    **SUGGESTIONS,
    **ROWS,
    **VERSIONS,
    "Object": {"type": "object"},
    "Link": _LINK,
    "Feature": _FEATURE,
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": {"type": "integer", "description": "How many the filters find"},
            "numberReturned": {"type": "integer", "description": "How many stand in this answer"},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": _LINKS,
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/Feature"}},
            "units": ENDED,
        },
    },
    "Counts": {
        "type": "object",
        "description": "Each facet is counted under every filter but its own.",
        "properties": {
            "numberMatched": {"type": "integer"},
            "located": {"type": "integer"},
            "unlocated": {"type": "integer"},
            **{
                facet: {"type": "object", "additionalProperties": {"type": "integer"}}
                for facet in ("status", "layer", "condition")
            },
            "units": ENDED,
        },
    },
    "Share": {
        "type": "object",
        "required": ["url", "address", "qr"],
        "properties": {
            "url": {"type": "string", "format": "uri", "description": "The short link, which never ends"},
            "address": {"type": "string", "format": "uri", "description": "Where it leads"},
            "qr": {
                "type": "object",
                "nullable": True,
                "description": "The short link as a QR code: one SVG path of strokes, 1 wide, over size x size units",
                "properties": {"size": {"type": "integer"}, "path": {"type": "string"}},
            },
        },
    },
    "Picture": {"type": "string", "format": "binary", "description": "PNG, 1200 x 630"},
    "Tile": {"type": "string", "format": "binary", "description": "Mapbox Vector Tile 2.1, one layer"},
    "History": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "facts": {"type": "array", "items": {"type": "object"}, "description": "Every statement about its status"},
            "mandates": {"type": "array", "items": {"type": "object"}, "description": "What clauses order of it"},
            "retracted": {
                "type": "array",
                "items": {"type": "object"},
                "description": "Statements that were taken back",
            },
            "versions": {"type": "array", "items": {"type": "object"}, "description": "Every state that it had"},
        },
    },
    "Candidate": {
        "type": "object",
        "description": "A unit that may have been meant",
        "required": ["id", "full_name", "generation"],
        "properties": {
            "id": {"type": "string"},
            "full_name": {"type": "string"},
            "generation": {"type": "string"},
            **{
                name: {"type": "string", "nullable": True}
                for name in ("parent", "parent_name", "valid_from", "valid_to")
            },
        },
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `detail` says the way out, `detail_vi` in Vietnamese what helps in every such case; "
        "`allowed` or `candidates` hold it for programs.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "title_vi": {"type": "string"},
            "detail_vi": {"type": "string"},
            "instance": {"type": "string", "format": "uri-reference"},
            "allowed": {"type": "array", "items": {"type": "string"}},
            "candidates": {"type": "array", "items": {"$ref": "#/components/schemas/Candidate"}},
        },
        "example": {
            "type": "urn:haiphong:problem:ambiguous-unit",
            "title": "Several administrative units are called that",
            "status": 400,
            "detail": "…",
            "title_vi": "Nhiều địa bàn cùng tên",
            "detail_vi": "…",
            "allowed": ["2024-xa-tan-dan-an-lao", "…"],
            "candidates": [
                {
                    "id": "2024-xa-tan-dan-an-lao",
                    "full_name": "Xã Tân Dân",
                    "generation": "2024",
                    "parent": "2024-huyen-an-lao",
                    "parent_name": "Huyện An Lão",
                    "valid_from": None,
                    "valid_to": "2024-12-31",
                }
            ],
        },
    },
}


def install(app: FastAPI, layers: tuple[str, ...], collections: tuple[str, ...]) -> None:
    """Let `app.openapi()` describe the routes, with the ids of the layers and collections that this server holds."""
    every = [*(one for one in vars(parameters).values() if isinstance(one, Parameter)), *own_parameters.EVERY]

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.0.3",
                description=app.description,
                license_info={"name": "Apache-2.0 (code); the licence of the data is told by each collection"},
                routes=app.routes,
                tags=app.openapi_tags,
            )
            components = app.openapi_schema.setdefault("components", {})
            components["schemas"] = components.get("schemas", {}) | SCHEMAS
            components["parameters"] = {one.name: one.document() for one in every}
            components["parameters"]["layer"]["schema"]["items"]["enum"] = list(layers)
            components["parameters"]["layer"]["example"] = list(layers[:1])
            for operations in app.openapi_schema["paths"].values():
                for told in operations["get"].get("parameters", ()):
                    if (told.get("in"), told.get("name")) == ("path", "collection"):
                        told["schema"] = told["schema"] | {"enum": list(collections)}
            for path, kinds in OFFERED.items():
                _several(app.openapi_schema["paths"][path]["get"], kinds)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _several(operation: dict[str, Any], kinds: tuple[Kind, ...]) -> None:
    """Describe the forms of an answer as `api.negotiation` offers them: `f`, `lang`, their media types, and 406."""
    if len(kinds) == 1:
        return
    told = operation["responses"]["200"]["content"]
    (shape,) = told.values()
    text = {"schema": {"type": "string"}}
    for kind in kinds:
        told.setdefault(kind.media_type, shape if kind.media_type.endswith("json") else text)
    operation["responses"]["406"] = {
        "description": "`Accept` names none of these forms",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    plain = {"$ref": f"#/components/parameters/{F.name}"}
    others = [one for one in operation["parameters"] if one != plain]
    pages = [{"$ref": f"#/components/parameters/{LANG.name}"}] if HTML in kinds else []
    if HTML in kinds:
        # Whoever reads pages is told of a problem on a page, and led to where another page stands.
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                response["content"] = response["content"] | {HTML.media_type: text}
        operation["responses"]["303"] = {"description": "The page stands at another address: `Location` tells it"}
    operation["parameters"] = [*others, f_of(kinds).document(), *pages]
