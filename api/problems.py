"""What goes wrong becomes an HTTP answer here, in one table: RFC 9457 for programs, a page for people on a page."""

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.html import Pages, is_page, kept_language, reader_language, told_language, wants_html
from api.leaving import has_left
from api.negotiation import HTML, NotAcceptable, wish_of
from api.problem_words import in_vietnamese
from api.short_links import UnknownShortLink
from api.typed_days import unusable
from geo.errors import (
    AmbiguousUnit,
    ClusterError,
    FeatureNotFound,
    FeatureWithdrawn,
    HaiphongError,
    InvalidBBox,
    InvalidFeature,
    InvalidFilter,
    InvalidParameter,
    MissingReference,
    StillWritten,
    StoreNotReady,
    TileNotFound,
    UnknownLayer,
    UnknownUnit,
    VersionConflict,
)
from layers.assets import AssetsMissing
from layers.export import ExportBusy, ExportTooLarge, UnknownFormat
from layers.portrayal import UnknownStyle

PROBLEMS: dict[type[Exception], tuple[int, str, str]] = {
    InvalidParameter: (400, "invalid-parameter", "A parameter cannot be used"),
    InvalidBBox: (400, "invalid-bbox", "The bbox cannot be used"),
    InvalidFilter: (400, "invalid-filter", "The filter cannot be used"),
    UnknownUnit: (400, "unknown-unit", "No administrative unit is called that"),
    AmbiguousUnit: (400, "ambiguous-unit", "Several administrative units are called that"),
    UnknownLayer: (404, "unknown-collection", "No such collection"),
    UnknownFormat: (404, "unknown-format", "No such format"),
    UnknownStyle: (404, "unknown-style", "No such style"),
    TileNotFound: (404, "tile-not-found", "No such tile"),
    NotAcceptable: (406, "not-acceptable", "No form of the answer is acceptable"),
    UnknownShortLink: (404, "unknown-short-link", "The short link cannot be read"),
    FeatureNotFound: (404, "feature-not-found", "No such feature"),
    FeatureWithdrawn: (410, "feature-withdrawn", "The feature was withdrawn"),
    ExportTooLarge: (413, "export-too-large", "Too much for one file of this format"),
    VersionConflict: (412, "version-conflict", "Someone else changed this feature first"),
    InvalidFeature: (422, "invalid-feature", "The feature cannot be stored as it stands"),
    MissingReference: (422, "missing-reference", "Something that it names is not stored"),
    StillWritten: (503, "still-written", "What was known then is still being written"),
    StoreNotReady: (503, "store-not-ready", "The database is not ready"),
    ClusterError: (503, "store-not-ready", "The database is not ready"),
    AssetsMissing: (503, "assets-missing", "The web assets are not installed"),
    ExportBusy: (503, "busy", "The file cannot be written just now"),
    PoolTimeout: (503, "busy", "Too many questions at once"),
    OperationalError: (503, "store-unreachable", "The database did not answer"),
    HaiphongError: (500, "internal-error", "Something went wrong on our side"),
    Exception: (500, "internal-error", "Something went wrong on our side"),
}
"""Error → status, name and title. The name ends the problem's `type`; api/README.md explains each."""

DETAILS: dict[type[Exception], str] = {
    PoolTimeout: "Every connection to the database is in use; ask again in a few seconds.",
    OperationalError: (
        "The database could not be reached, or the answer took longer than is allowed; "
        "ask for less (bbox, limit), or again in a few seconds. /readyz says how the service is."
    ),
    Exception: "The error is in the server's log; ask again, and report it if it stays.",
}
"""What is said in place of errors whose own words are not for the public."""

WAYS_OUT: dict[int, str] = {
    404: "Nothing stands at this address; the API begins at /api, the map at /.",
    405: "This address can only be read here: use GET or HEAD.",
    413: "The body is larger than this service reads.",
}

_log = logging.getLogger("haiphong.api")


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that says what went wrong: RFC 9457, plus members that hold the way out."""

    status: int
    name: str
    title: str
    detail: str
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def problem_of(error: Exception) -> Problem:
    """The answer that an error is worth; nothing of an unexpected error's own words is in it."""
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, RequestValidationError):
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return Problem(422, "invalid-request", "The request cannot be read", wrong)
    kind = next(kind for kind in type(error).__mro__ if kind in PROBLEMS)
    status, name, title = PROBLEMS[kind]
    if kind not in DETAILS:
        return Problem(status, name, title, str(error), _members(error), _headers(status))
    return Problem(status, name, title, DETAILS[kind], {}, _headers(status))


def answer(request: Request, problem: Problem) -> Response:
    """The problem as problem+json, or as a page where a person opened a page."""
    pages: Pages = request.app.state.pages
    headers = {"Cache-Control": "no-store", **problem.headers}
    wished = wish_of(request.scope)
    shown = wants_html(request) and is_page(request.url.path) if wished is None else wished.kind is HTML
    if shown and pages.has("error.html"):
        body = pages.render(
            "error.html",
            lang=reader_language(request),
            spoken=kept_language(request),
            status=problem.status,
            title=problem.title,
            detail=problem.detail,
            way_out=in_vietnamese(problem.name).get("detail_vi"),  # its list stands in the detail
            typed=unusable(request, problem.detail) if problem.status == 400 and is_page(request.url.path) else None,
            told=wished is not None,  # whoever reads the API reads what it says; on the map it would be noise
        )
        return Response(body, problem.status, told_language(request) | headers, "text/html")
    content = {
        "type": f"urn:haiphong:problem:{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **in_vietnamese(problem.name, problem.members.get("allowed", ())),
        **problem.members,
    }
    return Response(orjson.dumps(content), problem.status, headers, "application/problem+json")


def unreadable(said: str) -> dict[str, Any]:
    """The problem of a request that is no HTTP; `said`: what the parser says of it."""
    detail = f"{said.strip()} Send HTTP/1.1 as RFC 9112 has it, every character of the address outside of ASCII as %XX."
    title = HTTPStatus.BAD_REQUEST.phrase
    return {"type": "urn:haiphong:problem:bad-request", "title": title, "status": 400, "detail": detail}


def install(app: FastAPI) -> None:
    """Give every error that a route or the framework raises its answer."""
    for kind in (HaiphongError, NotAcceptable, HTTPException, RequestValidationError, SQLAlchemyError):
        app.add_exception_handler(kind, handle)
    app.add_middleware(LastResort)


def handle(request: Request, error: Exception) -> Response:
    """The answer that an error is worth, after the log heard of it."""
    problem = problem_of(error)
    if problem.status >= 500 and not has_left(request.scope):
        # A database that is away is told in one line a request; only a mistake of ours needs its traceback.
        trace = error if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR else None
        cause = str(error).partition("\n")[0]
        _log.error("%s %r: %s: %s", request.method, request.url.path, problem.title, cause, exc_info=trace)
    return answer(request, problem)


class LastResort:
    """Answers what nobody foresaw with a problem, inside the other middleware, so that it has their headers too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error before the first byte becomes a 500, a later one can only break the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if started:
                raise
            await handle(Request(scope), error)(scope, receive, send)


def _of_http(error: HTTPException) -> Problem:
    try:
        phrase = HTTPStatus(error.status_code).phrase
    except ValueError:
        phrase = "Error"
    said = error.detail if error.detail and error.detail != phrase else ""
    detail = said or WAYS_OUT.get(error.status_code, phrase)
    return Problem(error.status_code, phrase.lower().replace(" ", "-"), phrase, detail, {}, dict(error.headers or {}))


def _members(error: Exception) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if allowed := list(getattr(error, "allowed", ())):
        members["allowed"] = allowed
    if isinstance(error, AmbiguousUnit):
        members["candidates"] = error.candidates
    return members


def _headers(status: int) -> dict[str, str]:
    return {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
