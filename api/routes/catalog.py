"""What the map asks once: layers, codes, drawing rules and signs; and the counts that its legend shows."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described, with_members
from api.dependencies import FILTERS, catalog_answer, feature_query, transaction
from api.first_view import GROUND, ground_of
from api.links import JSON, SVG
from api.parameters import asked
from api.routes.units import became
from geo import store
from layers.style import sprite

router = APIRouter(tags=["Map"], route_class=Answered)


@router.get("/api/catalog", **described("Layers, codes, fields and drawing rules", JSON))
def catalog(
    answer: Annotated[bytes, Depends(catalog_answer)], _: Annotated[dict[str, str], Depends(asked())]
) -> Response:
    """Every layer, code, field and drawing rule, with its words in Vietnamese and English."""
    return JsonAnswer(answer)


@router.get("/api/styles/sprite.svg", **described("The signs of the map as SVG symbols", SVG))
def signs(request: Request, _: Annotated[dict[str, str], Depends(asked())]) -> Response:
    """One SVG whose symbols are named in the catalog; our own drawings and the pinned icons, no word of the data."""
    state = request.app.state
    if not hasattr(state, "sprite"):
        state.sprite = sprite(state.catalog)
    return Response(state.sprite, media_type=SVG)


@router.get(GROUND, **described("The land under the map as a light picture", SVG))
def first_ground(request: Request, _: Annotated[dict[str, str], Depends(asked())]) -> Response:
    """The land of the city and of its neighbours, by day or by night; `viewBox` in pixels of Web Mercator, zoom 10.

    What the page of the map shows until it has drawn the map: generalised outlines, for orientation.
    """
    drawn = ground_of(request.app.state.settings.data)
    if drawn is None:
        raise HTTPException(404, "This installation has no outlines to draw.")
    return Response(drawn.svg, media_type=SVG)


@router.get(
    "/api/counts",
    **described("How many features there are, by status, layer and condition", JSON, FILTERS, schema="Counts"),
)
def counts(
    request: Request,
    connection: Annotated[Connection, Depends(transaction, scope="function")],
    texts: Annotated[dict[str, str], Depends(asked(*FILTERS))],
) -> Response:
    """Counts under the same filters as items; each facet is counted under every filter but its own.

    `units`: those that the filter names and that are no more, with the units of today that they are in.
    """
    query = feature_query(connection, request.app.state.catalog, texts)
    ended = became(connection, query)
    counted = store.counts(connection, query)
    return JsonAnswer(with_members(counted, ended) if ended else counted)
