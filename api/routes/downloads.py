"""The stable download of a layer: one file with every feature that the filters find, written as it is read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from api.answers import described, now
from api.dependencies import FILTERS, feature_query, transaction
from api.links import GEOJSON, Links
from api.parameters import SORTBY, asked
from api.routes.collections import ATTRIBUTION, PROJECTS
from geo import store
from geo.errors import UnknownLayer
from geo.page import Page
from geo.query import FeatureQuery
from layers.catalog import Catalog

BATCH = 2_000
PARAMETERS = (*FILTERS, SORTBY)

router = APIRouter(tags=["Downloads"])


@router.get(
    "/layers/{file}",
    **described(
        "A whole layer as GeoJSON",
        GEOJSON,
        PARAMETERS,
        schema="FeatureCollection",
        errors=[(404, "No such layer, or no such format")],
    ),
)
def download(
    request: Request,
    file: Annotated[str, Path(description="`{layer}.geojson`, such as `port.geojson`, or `projects.geojson`")],
    connection: Annotated[Connection, Depends(transaction, scope="request")],
    texts: Annotated[dict[str, str], Depends(asked(*PARAMETERS))],
) -> Response:
    """Every feature of the layer that the filters find, in one file; the address stays."""
    catalog: Catalog = request.app.state.catalog
    layer, dot, form = file.partition(".")
    if layer not in (PROJECTS, *catalog.layers):
        raise UnknownLayer(layer[:60], (PROJECTS, *catalog.layers))
    if dot + form != ".geojson":
        raise HTTPException(404, f"The layer is published as /layers/{layer}.geojson; other formats are not there yet.")
    query = replace(feature_query(connection, catalog, texts, None if layer == PROJECTS else layer), limit=BATCH)
    first = store.items(connection, query)
    head = {
        "type": "FeatureCollection",
        "name": layer,
        "attribution": ATTRIBUTION,
        "numberMatched": first.matched,
        "timeStamp": now(),
        "links": [Links.of(request).link("self", f"/layers/{file}", GEOJSON, parameters=texts)],
    }
    return StreamingResponse(
        _written(connection, query, first, orjson.dumps(head)),
        media_type=GEOJSON,
        headers={"Content-Disposition": f'attachment; filename="{layer}.geojson"'},
    )


def _written(connection: Connection, query: FeatureQuery, page: Page, head: bytes) -> Iterator[bytes]:
    """The file in pieces: one batch in memory at a time, all of them out of one snapshot."""
    yield head[:-1] + b',"features":[\n' + page.features
    while page.next is not None:
        page = store.items(connection, replace(query, after=page.next))
        yield b",\n" + page.features
    yield b"\n]}\n"
