"""The stable download of a layer: one file with every feature that the filters find, written as it is read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from api.answers import GeoJsonAnswer, described, feature_collection, now
from api.dependencies import FILTERS, feature_query, transaction
from api.links import GEOJSON, Links
from api.parameters import CRS, SORTBY, asked
from api.routes.collections import PROJECTS, credit, sources
from geo import store
from geo.errors import UnknownLayer
from geo.query import FeatureQuery
from layers.catalog import Catalog

BATCH = 2_000
PARAMETERS = (*FILTERS, SORTBY, CRS)

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
    file: Annotated[str, Path(description="`{layer}.geojson` with the id of a layer, or `projects.geojson`")],
    connection: Annotated[Connection, Depends(transaction, scope="function")],
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
    members = {
        "name": layer,
        **credit(sources(catalog, request.app.state.settings.data, layer)),
        "timeStamp": now(),
        "links": [Links.of(request).link("self", f"/layers/{file}", GEOJSON, parameters=texts)],
    }
    headers = {"Content-Disposition": f'attachment; filename="{layer}.geojson"'}
    page = store.items(connection, query)
    if page.next is None:
        body = feature_collection(page.features, {"numberMatched": page.matched, **members})
        return GeoJsonAnswer(body, headers=headers)
    return StreamingResponse(_batches(request, query, members), media_type=GEOJSON, headers=headers)


def _batches(request: Request, query: FeatureQuery, members: Mapping[str, Any]) -> Iterator[bytes]:
    """The file in pieces: one batch in memory at a time, all out of one snapshot.

    It has a connection of its own, because that of the route goes back before the answer is sent.
    """
    with contextmanager(transaction)(request) as connection:
        page = store.items(connection, query)
        head, tail = feature_collection(b"|", {"numberMatched": page.matched, **members}).rsplit(b"|", 1)
        yield head + page.features
        while page.next is not None:
            page = store.items(connection, replace(query, after=page.next))
            yield b",\n" + page.features
        yield tail
