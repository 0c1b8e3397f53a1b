"""The pages that the server writes itself: Jinja2 templates of web/pages, escaped by default."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from api.dependencies import catalog_answer
from api.negotiation import HTML, LANGUAGES, NotAcceptable, offered, wish_of

PAGES: dict[str, str] = {
    "/api": "api/landing.html",
}
"""The template of web/pages for each address of the API that has a page."""
MACHINES = ("/api", "/layers", "/assets", "/vendor", "/basemap", "/healthz", "/readyz")


class Pages:
    """The templates of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def has(self, name: str) -> bool:
        """Whether the template is there."""
        return (self._folder / name).is_file()

    def render(self, name: str, **context: Any) -> str:
        """The page as text; what a feature does not tell is left blank by the template."""
        return self._environment.get_template(name).render(**context)


def is_page(path: str) -> bool:
    """Whether an address is meant for people: all but those that machines read."""
    return not any(path == start or path.startswith((start + "/", start + ".")) for start in MACHINES)


def wants_html(request: Request) -> bool:
    """Whether the client says that it reads HTML: browsers do, programs rarely."""
    return "text/html" in request.headers.get("accept", "").lower()


def reader_language(request: Request) -> str:
    """The language asked for with `?lang=`; Vietnamese unless English was asked for."""
    asked = request.query_params.get("lang", "vi")
    return asked if asked in LANGUAGES else LANGUAGES[0]


class Answered(APIRoute):
    """A route whose JSON is given to people as a page, where its address has one and they ask for it.

    Raises NotAcceptable where the client takes none of the forms that there are.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the choice of the form before it and the page behind it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            wished = wish_of(request.scope)
            if wished is not None and wished.kind is None and "f" not in request.query_params:
                raise NotAcceptable(request.url.path, offered(request.url.path))
            answer = await handler(request)
            if wished is None or wished.kind is not HTML or answer.status_code != 200:
                return answer
            return await run_in_threadpool(_page, request, self.path, wished.language, answer)

        return handle


def _page(request: Request, route: str, language: str, answer: Response) -> Response:
    """The JSON of an answer as a page, with the same links in its header."""
    asked = dict(request.query_params)
    kept = {"lang": asked["lang"]} if "lang" in asked else {}

    def here(**changed: str) -> str:
        return f"?{urlencode(asked | changed)}"

    def to(path: str, **parameters: str) -> str:
        """An address of ours that is read in the language that was chosen on this page."""
        query = urlencode(parameters | kept)
        return f"{quote(path)}?{query}" if query else quote(path)

    document = orjson.loads(answer.body)
    body = request.app.state.pages.render(
        PAGES[route],
        lang=language,
        document=document,
        catalog=orjson.loads(catalog_answer(request)),
        forms=[link for link in document.get("links", ()) if link["rel"] == "alternate" and "f=" in link["href"]],
        asked=asked,
        values=request.path_params,
        here=here,
        to=to,
    )
    told = {name: answer.headers[name] for name in ("link",) if name in answer.headers}
    return HTMLResponse(body, headers={**told, "Content-Language": language})
