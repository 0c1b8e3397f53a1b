"""The forms of an answer: JSON and GeoJSON as bytes, and how OpenAPI describes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.responses import Response

from api.links import GEOJSON, JSON, link_header
from api.parameters import F, Parameter


class JsonAnswer(Response):
    """Anything that JSON can say, or bytes that already are JSON; its `links` stand in the header too."""

    media_type = JSON

    def __init__(self, content: Any, headers: Mapping[str, str] | None = None, media_type: str | None = None) -> None:
        told = link_header(content["links"]) if isinstance(content, Mapping) and "links" in content else {}
        super().__init__(content, headers={**told, **(headers or {})}, media_type=media_type)

    def render(self, content: Any) -> bytes:
        """The body; bytes pass untouched."""
        return content if isinstance(content, bytes) else orjson.dumps(content)


class GeoJsonAnswer(JsonAnswer):
    """A Feature or a FeatureCollection of RFC 7946."""

    media_type = GEOJSON


def now(known: datetime | None = None) -> str:
    """This instant, or the one whose knowledge is answered with, as OGC API Features writes it, in UTC.

    So an answer that both clocks fix is the same at any time.
    """
    return (known or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def feature_collection(features: bytes, members: Mapping[str, Any]) -> bytes:
    """A FeatureCollection around finished features, which are joined by commas and never parsed here."""
    head, tail = collection_around(members)
    return b"".join((head, features, tail))


def collection_around(members: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """What stands before and behind the features in it."""
    head = orjson.dumps({"type": "FeatureCollection", **members})
    return head[:-1] + b',"features":[', b"]}"


def with_members(text: bytes, members: Mapping[str, Any]) -> bytes:
    """A finished JSON object with these members behind its own."""
    return with_bytes(text, orjson.dumps(members))


def with_bytes(text: bytes, members: bytes) -> bytes:
    """The same, where the members are a finished JSON object too."""
    return b"".join((text.rstrip()[:-1], b",", members[1:]))


def described(
    summary: str,
    media_type: str,
    parameters: Sequence[Parameter] | None = (),
    *,
    schema: str = "Object",
    errors: Iterable[tuple[int, str]] = (),
) -> dict[str, Any]:
    """What a route's decorator says to OpenAPI: parameters, the form of the answer and of every problem.

    `parameters` is None where the query string is not looked at. `schema` names one of the components in `api.openapi`;
    `errors` are statuses beside 400, and when they come.
    """
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "summary": summary,
        "response_class": Response,
        "responses": {
            200: {
                "description": summary,
                "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            },
            400: {"description": "A parameter or its value is not understood", "content": problem},
            **{status: {"description": when, "content": problem} for status, when in errors},
            "default": {"description": "Any other problem", "content": problem},
        },
        "openapi_extra": {"parameters": [] if parameters is None else _documented(parameters)},
    }


def _documented(parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Each parameter by its one description; an address with forms of its own describes its `f` itself."""
    named = {one.name: one for one in parameters}
    own = named.pop(F.name, None)
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in (*named, *(() if own else (F.name,)))]
    return [*shared, own.document()] if own else shared
