"""What changed in the city: the days of it, and what changed between two of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described, now, with_members
from api.dependencies import FILTERS, feature_query, known_until, transaction, valid
from api.links import JSON, Links
from api.parameters import LIMIT, NEXT, asked
from geo import changes, edtf, timeline
from geo.errors import InvalidParameter

OF_CHANGES = (*FILTERS, LIMIT, NEXT)
FORM_OF_INTERVAL = "2023-01-01/2023-06-30"
Reading = Annotated[Connection, Depends(transaction, scope="function")]

router = APIRouter(tags=["Features"], route_class=Answered)


@router.get("/api/timeline", **described("The days on which something changed", JSON, FILTERS, schema="Timeline"))
def days(request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*FILTERS))]) -> Response:
    """The dates told of features under the filters of items, of documents, and of reorganisations of units.

    With `datetime`, only dates that may lie in it; the newest 2 000 at most (`complete` tells whether these are all).
    """
    query = feature_query(connection, request.app.state.catalog, texts)
    return JsonAnswer(timeline.timeline(connection, query, valid(texts)))


@router.get("/api/changes", **described("What changed between two days", JSON, OF_CHANGES, schema="Changes"))
def between(
    request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*OF_CHANGES))]
) -> Response:
    """Features whose status or condition on the last day of `datetime` differs from that on its first, by id.

    `datetime` is an interval with a first day; its last one is today where it is open. Filters are judged on the last.
    """
    within = valid(texts)
    if within.first is None or "/" not in texts["datetime"]:
        raise InvalidParameter(
            f"datetime: two days were expected, of which the second may be open: {FORM_OF_INTERVAL}.",
            (FORM_OF_INTERVAL,),
        )
    query = feature_query(connection, request.app.state.catalog, texts)
    end = max(query.clocks.day if query.clocks else within.last or edtf.today(), within.first)
    page = changes.changes(connection, query, within.first, end)
    links = Links.of(request)
    related = links.own("/api/changes", JSON, texts)
    if page.next is not None:
        related.append(links.link("next", "/api/changes", JSON, parameters={**texts, "next": page.next}))
    members = {
        "from": within.first,
        "to": end,
        "numberMatched": page.matched,
        "numberReturned": page.returned,
        "timeStamp": now(known_until(texts)),
        "links": related,
    }
    return JsonAnswer(with_members(b'{"changes":[' + page.features + b"]}", members))
