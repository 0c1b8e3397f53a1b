"""The pages that people open: the map, and one page per project that works without JavaScript."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

from api.dependencies import catalog_answer, transaction
from api.html import LANGUAGES, Pages, reader_language
from api.links import Links
from geo import store
from geo.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/")
def the_map(request: Request) -> Response:
    """The map; its state lives in the query, which the browser reads."""
    settings: Settings = request.app.state.settings
    page = settings.web / "index.html"
    if not page.is_file():
        raise HTTPException(503, "The page of the map is not installed; the API answers at /api.")
    return FileResponse(page, media_type="text/html")


@router.get("/du-an/{feature_id}")
def project(
    request: Request,
    feature_id: str,
    connection: Annotated[Connection, Depends(transaction, scope="function")],
    catalog: Annotated[bytes, Depends(catalog_answer)],
) -> Response:
    """Everything that is known of one project, with its history."""
    pages: Pages = request.app.state.pages
    links = Links.of(request)
    path = f"/du-an/{feature_id}"
    feature: dict[str, Any] = orjson.loads(store.item(connection, None, feature_id))
    layer = feature["properties"]["layer"]
    body = pages.render(
        "project.html",
        lang=reader_language(request),
        project=feature,
        history=orjson.loads(store.history(connection, None, feature_id)),
        catalog=orjson.loads(catalog),
        links={
            "map": links.url("/", {"id": feature_id}),
            "feature": links.url(f"/api/collections/{layer}/items/{feature_id}"),
            "self": links.url(path),
            **{language: links.url(path, {"lang": language}) for language in LANGUAGES},
        },
    )
    return HTMLResponse(body)
