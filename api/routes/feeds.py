"""What calendars and feed readers subscribe to: deadlines, and changes of status, with the filters of the pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api import feeds
from api.dependencies import feature_query, transaction
from api.html import stated_language
from api.links import Links
from api.parameters import CONDITION, DISTRICT, IDS, LANG, LAYER, STATUS, Q, asked
from api.routes.directives import DEADLINE_FILTERS, chosen_deadlines
from geo.news import news

router = APIRouter(include_in_schema=False)
Reading = Annotated[Connection, Depends(transaction, scope="function")]
Filters = Annotated[dict[str, str], Depends(asked(*DEADLINE_FILTERS, LANG, blanks=True))]


@router.get("/thoi-han.ics")
def calendar(request: Request, connection: Reading, texts: Filters) -> Response:
    """The deadlines as a calendar to subscribe to."""
    found = chosen_deadlines(request, connection, texts)
    body = feeds.calendar(found, Links.of(request), stated_language(request))
    headers = {"Content-Disposition": 'inline; filename="thoi-han.ics"'}
    return Response(body, media_type=f"{feeds.CALENDAR}; charset=utf-8", headers=headers)


@router.get("/thoi-han.atom")
def deadlines(request: Request, connection: Reading, texts: Filters) -> Response:
    """The deadlines as a feed."""
    found = chosen_deadlines(request, connection, texts)
    lang = stated_language(request)
    body = feeds.deadlines(found, Links.of(request), "/thoi-han.atom", request.url.query, lang)
    return Response(body, media_type=feeds.ATOM)


@router.get("/thay-doi.atom")
def changes(
    request: Request,
    connection: Reading,
    texts: Annotated[dict[str, str], Depends(asked(LAYER, DISTRICT, STATUS, CONDITION, Q, IDS, LANG, blanks=True))],
) -> Response:
    """What was told last of any project, as a feed."""
    query = feature_query(connection, request.app.state.catalog, texts)
    lang = stated_language(request)
    body = feeds.changes(news(connection, query), Links.of(request), "/thay-doi.atom", request.url.query, lang)
    return Response(body, media_type=feeds.ATOM)
