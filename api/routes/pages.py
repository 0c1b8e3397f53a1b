"""The pages that people open: the map, and one page per project that works without JavaScript."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from api.built import map_page
from api.cache import software_of
from api.dependencies import CLOCKS, FILTERS, catalog_answer, clocks, readable, transaction
from api.files import whole_page
from api.first_view import ground_element
from api.headers import CONTENT_SECURITY_POLICY
from api.html import Pages, kept_language, reader_language, told_language
from api.links import Links
from api.negotiation import LANGUAGES
from api.social import social, with_tags
from geo import edtf, ledger, row_window, store, versions
from geo.clocks import Clocks, on_record
from geo.errors import FeatureWithdrawn
from geo.query import FeatureQuery
from geo.settings import REPOSITORY, Settings
from layers import returnables
from layers.differences import compare

MOST_VERSIONS = 10
"""So many versions stand on the page of a project; the others are in the API."""

router = APIRouter(include_in_schema=False)


@router.get("/")
def the_map(request: Request) -> Response:
    """The map; its state lives in the query, which the browser reads."""
    settings: Settings = request.app.state.settings
    shown = {one.name: request.query_params[one.name] for one in FILTERS if request.query_params.get(one.name)}
    return with_tags(
        request, map_page(settings.web), social(request, "map", query=shown), map=ground_element(settings.data)
    )


@router.get("/sw.js")
def service_worker(request: Request) -> Response:
    """The worker that keeps what was seen last, named after this release: another one begins with empty caches.

    It may ask for what the page may, so it has the page's policy.
    """
    web: Path = request.app.state.settings.web
    worker = web / "sw.js"
    if not worker.is_file():
        raise HTTPException(404)
    release = hashlib.sha256(map_page(web).read_bytes() + software_of(REPOSITORY).encode()).hexdigest()[:12]
    body = worker.read_text(encoding="utf-8").replace("{version}", release)
    return Response(body, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}, media_type="text/javascript")


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """What a phone needs to keep the map among its programs."""
    return whole_page(request, request.app.state.settings.web / "manifest.webmanifest")


@router.get("/du-an/{feature_id}")
def project(
    request: Request,
    feature_id: str,
    connection: Annotated[Connection, Depends(transaction, scope="function")],
    catalog: Annotated[bytes, Depends(catalog_answer)],
) -> Response:
    """Everything that is known of one project, with its history; with `datetime` or `as-of` its state of that day."""
    readable(feature_id)
    asked = {one.name: request.query_params[one.name] for one in CLOCKS if request.query_params.get(one.name)}
    then = clocks(asked)
    feature: dict[str, Any] = orjson.loads(store.item(connection, None, feature_id, clocks=then))
    now = feature if then is None else _today(connection, feature_id)
    newest = feature["properties"]["last_told"]
    # What began after the day that is shown stands there too, marked; what was not on record then does not.
    recorded = on_record(then)
    lang, spoken = reader_language(request), kept_language(request)
    pages: Pages = request.app.state.pages
    links = Links.of(request)
    item = f"/api/collections/{feature['properties']['layer']}/items/{feature_id}"
    path = f"/du-an/{feature_id}"
    if not pages.has("project.html"):
        raise HTTPException(503, f"The pages are not installed; {links.url(item)} has the data.")
    body = pages.render(
        "project.html",
        lang=lang,
        spoken=spoken,
        project=feature,
        place=_place(request, connection, feature_id, then),
        silent=edtf.is_silent(newest, edtf.today() if then is None else then.day),
        history=orjson.loads(store.history(connection, None, feature_id, recorded)),
        versions=_versions(request, connection, feature, recorded),
        orders=ledger.mandates(connection, recorded, features=[feature_id]),
        catalog=orjson.loads(catalog),
        day=None if then is None else then.day.isoformat(),
        recorded=then.known.astimezone(edtf.CITY_TIME).date().isoformat() if then and then.known else None,
        now=now,
        social=social(request, f"projects/{feature_id}", *_told(feature["properties"], lang), lang=lang),
        links={
            "map": links.url("/", {**asked, **spoken, "id": feature_id}),
            "feature": links.url(item, asked),
            "self": links.url(path),
            "today": links.url(path, {"lang": lang}),
            **{language: links.url(path, {**asked, "lang": language}) for language in LANGUAGES},
        },
    )
    return HTMLResponse(body, headers=told_language(request))


def _today(connection: Connection, feature_id: str) -> dict[str, Any] | None:
    """A project as it is today; None for one that was on record once and was withdrawn since."""
    try:
        told: dict[str, Any] = orjson.loads(store.item(connection, None, feature_id))
    except FeatureWithdrawn:
        return None
    return told


def _told(properties: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """What a link to the page of a project says: its name and its status."""
    return properties.get(f"name_{lang}") or properties["name_vi"], properties[f"status_{lang}"]


def _place(request: Request, connection: Connection, feature_id: str, then: Clocks | None) -> dict[str, Any]:
    """The row of a project, which says where it lies."""
    landmarks = [layer.id for layer in request.app.state.catalog.layers.values() if layer.landmark]
    row: dict[str, Any] = orjson.loads(
        row_window.rows(connection, FeatureQuery(clocks=then), [feature_id], {}, landmarks)
    )
    return row


def _versions(
    request: Request, connection: Connection, feature: dict[str, Any], recorded: Clocks | None
) -> list[dict[str, Any]]:
    """The latest versions with what each changed, the newest first; none where there is only one."""
    known = versions.every(connection, None, feature["id"], recorded.known if recorded else None)
    if len(known) == 1:
        return []
    fields = returnables.properties(request.app.state.catalog.of(feature["properties"]["layer"]))
    numbers = [row["version"] for row in known]
    told = []
    for row in known[:MOST_VERSIONS]:
        difference: dict[str, Any] = {}
        if row["version"] > 1:
            first, last = str(row["version"] - 1), str(row["version"])
            difference = compare(*versions.between(connection, feature["id"], numbers, first, last), fields)
        told.append(row | difference | {"day": row["recorded_at"].astimezone(edtf.CITY_TIME).date().isoformat()})
    return told
