"""What the API says, for people: the JSON of an address as a page, where a page was asked for."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.dependencies import catalog_answer
from api.html import kept_language
from api.negotiation import HTML, NotAcceptable, offered, wish_of
from geo import units
from layers import returnables

_COLLECTION = "/api/collections/{collection}"
PAGES: dict[str, str] = {
    "/api": "landing",
    "/api/conformance": "conformance",
    "/api/collections": "collections",
    _COLLECTION: "collection",
    f"{_COLLECTION}/schema": "schema",
    f"{_COLLECTION}/schema/geojson": "schema",
    f"{_COLLECTION}/queryables": "schema",
    f"{_COLLECTION}/sortables": "schema",
    f"{_COLLECTION}/items": "items",
    f"{_COLLECTION}/items/{{feature_id}}": "item",
    f"{_COLLECTION}/items/{{feature_id}}/history": "history",
    f"{_COLLECTION}/items/{{feature_id}}/versions": "versions",
    f"{_COLLECTION}/items/{{feature_id}}/versions/{{version}}": "item",
    f"{_COLLECTION}/items/{{feature_id}}/diff": "difference",
    f"{_COLLECTION}/items/{{unit}}/successors": "succession",
    f"{_COLLECTION}/items/{{unit}}/predecessors": "succession",
    "/api/units": "units",
    "/api/counts": "counts",
    "/api/counts/units": "counts_by_unit",
    "/api/timeline": "timeline",
    "/api/changes": "changes",
    f"{_COLLECTION}/styles": "styles",
    f"{_COLLECTION}/tiles": "tilesets",
    f"{_COLLECTION}/tiles/{{matrix_set}}": "tileset",
    "/api/tileMatrixSets": "matrix_sets",
    "/api/tileMatrixSets/{matrix_set}": "matrix_set",
}
"""The template in web/pages/api for each address that has a page."""
ELSEWHERE = {
    "/api/documents": "/van-ban",
    "/api/documents/{document_id}": "/van-ban/{document_id}",
    "/api/targets": "/chi-tieu",
    "/api/deadlines": "/thoi-han",
}
"""Pages that the map leads to and that tell an address of the API in full: whoever asks for its page is led there."""
ON_THE_MAP = ("layer", "district", "status", "condition", "q", "datetime", "as-of")
"""The filters that the map knows too."""


class Answered(APIRoute):
    """A route whose JSON is given to people as a page, where its address has one and they ask for it.

    Raises NotAcceptable where the client takes none of the forms that there are.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the choice of the form before it and the page behind it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            wished, given = wish_of(request.scope), request.query_params
            if wished is not None and wished.kind is None and "f" not in given:
                raise NotAcceptable(request.url.path, offered(get_route_path(request.scope)))
            if wished is not None and wished.kind is HTML and "f" not in given and "" in given.values():
                return _without_blanks(request)
            answer = await handler(request)
            if wished is None or wished.kind is not HTML or answer.status_code != 200:
                return answer
            if self.path in ELSEWHERE:
                return _elsewhere(request, self.path)
            return await run_in_threadpool(_page, request, self.path, wished.language, answer)

        return handle


def _elsewhere(request: Request, route: str) -> Response:
    """To the page that tells this address, with the same question."""
    told = [(name, text) for name, text in request.query_params.multi_items() if name not in ("f", "lang")]
    told.extend(kept_language(request).items())
    path = quote(ELSEWHERE[route].format(**request.path_params))
    return RedirectResponse(f"{path}?{urlencode(told)}" if told else path, 303)


def _without_blanks(request: Request) -> Response:
    """To the same page without empty parameters: a form sends those of its fields that nobody filled in."""
    told = [(name, text) for name, text in request.query_params.multi_items() if text]
    return RedirectResponse(f"{request.url.path}?{urlencode(told)}", 303)


def _page(request: Request, route: str, language: str, answer: Response) -> Response:
    """The JSON of an answer as a page, with the same links in its header."""
    asked: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        asked[name] = f"{asked[name]},{text}" if name in asked else text
    kept = kept_language(request)

    def here(*without: str, **changed: str) -> str:
        """This page with other parameters."""
        return f"?{urlencode({name: text for name, text in (asked | changed).items() if name not in without})}"

    def to(path: str, parameters: Mapping[str, str] | None = None) -> str:
        """An address of ours that is read in the language that was chosen on this page."""
        query = urlencode({**(parameters or {}), **kept})
        return f"{quote(path)}?{query}" if query else quote(path)

    collection = request.path_params.get("collection", "")
    body = request.app.state.pages.render(
        f"api/{PAGES[route]}.html",
        lang=language,
        spoken=kept,
        document=orjson.loads(answer.body),
        catalog=orjson.loads(catalog_answer(request)),
        derived=returnables.DERIVED | returnables.UNIT,
        collections=request.app.state.catalog.collections | request.app.state.catalog.tables,
        generations=units.COLLECTIONS,
        collection=collection,
        values=request.path_params,
        asked=asked,
        on_map={name: asked[name] for name in ON_THE_MAP if name in asked},
        path=get_route_path(request.scope),
        here=here,
        to=to,
        middle=middle,
        forms=[
            (kind.title, here("lang", f=kind.f)) for kind in offered(get_route_path(request.scope)) if kind is not HTML
        ],
    )
    told = {name: answer.headers[name] for name in ("link", "content-crs", "cache-control") if name in answer.headers}
    return HTMLResponse(body, headers={**told, "Content-Language": language})


def middle(geometry: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of a geometry's box: where a small picture marks it. None for no place."""
    if geometry is None:
        return None
    places = list(_positions(geometry["coordinates"]))
    xs, ys = [place[0] for place in places], [place[1] for place in places]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _positions(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], (int, float)):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _positions(part)
