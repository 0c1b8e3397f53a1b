"""The search box: one question for projects, units, documents, clauses, acts, investors, codes and coordinates."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import JsonAnswer, described
from api.dependencies import transaction
from api.links import JSON
from api.negotiation import LANGUAGES
from api.parameters import LANG, LIMIT, Q, asked
from api.parameters import limit as limit_of
from api.suggestions import suggestions
from geo import spots
from geo.find import find

MOST = 30
USUAL = 12
PARAMETERS = (Q, LIMIT, LANG)
Reading = Annotated[Connection, Depends(transaction, scope="function")]

router = APIRouter(tags=["Map"])


@router.get("/api/find", **described("What a search box suggests", JSON, PARAMETERS, schema="Suggestions"))
def suggest(
    request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*PARAMETERS))]
) -> Response:
    """Projects, units of every generation, documents, clauses, acts that sources name, investors, codes and
    coordinates.

    At most 30, 12 without `limit`, grouped by kind. `why` tells the field that has the words and where they stand in
    it. `lang` is that of the pages that `href` leads to; the texts stand in both languages.
    """
    sought = " ".join(texts.get("q", "").split())
    limit = min(limit_of(texts["limit"]), MOST) if "limit" in texts else USUAL
    found = find(connection, sought, limit) if sought else []
    places = spots.spots(connection, sought) if sought else ()
    told = suggestions(request.app.state.catalog, found, places, limit, texts.get("lang", LANGUAGES[0]))
    return JsonAnswer({"q": sought, "suggestions": told})
