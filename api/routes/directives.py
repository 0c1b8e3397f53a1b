"""Documents with their clauses and what those order, the ledger of targets, and the deadlines of both."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described
from api.dependencies import clocks, feature_query, readable, transaction
from api.links import GEOJSON, HTML, JSON, Links
from api.parameters import AGENCY, AS_OF, CONDITION, DATETIME, DISTRICT, IDS, LAYER, STATUS, VERDICT, Q, asked, choose
from geo import deadlines as radar
from geo import ledger
from geo import targets as promised
from geo.judgement import VERDICTS
from layers.catalog import Catalog

router = APIRouter(tags=["Directives"], route_class=Answered)
Texts = Annotated[dict[str, str], Depends(asked(DATETIME, AS_OF))]
Reading = Annotated[Connection, Depends(transaction, scope="function")]
CLOCKS = (DATETIME, AS_OF)
DEADLINE_FILTERS = (LAYER, DISTRICT, STATUS, CONDITION, Q, IDS, VERDICT, AGENCY, *CLOCKS)
Filters = Annotated[dict[str, str], Depends(asked(*DEADLINE_FILTERS))]


@router.get("/api/documents", **described("Every document that orders, reports or approves something", JSON, CLOCKS))
def documents(request: Request, connection: Reading, texts: Texts) -> Response:
    """The documents, newest first, with the numbers of their clauses and mandates, and how those stand today."""
    links = Links.of(request)
    found = [
        one | {"links": [links.link("item", f"/api/documents/{one['id']}", JSON),
                         links.link("alternate", f"/van-ban/{one['id']}", HTML)]}
        for one in ledger.documents(connection, clocks(texts))
    ]  # fmt: skip
    related = [*links.own("/api/documents", JSON, texts), links.link("alternate", "/van-ban", HTML)]
    return JsonAnswer({"documents": found, "links": related})


@router.get(
    "/api/documents/{document_id}",
    **described("One document with its clauses and their mandates", JSON, CLOCKS, errors=[(404, "No such document")]),
)
def one_document(
    request: Request,
    document_id: Annotated[str, Path(description="An id of /api/documents, such as `ct-02-2023`")],
    connection: Reading,
    texts: Texts,
) -> Response:
    """Its clauses in order; each with what it orders, held against the record, and with what leads to no record."""
    readable(document_id)
    links = Links.of(request)
    related = [
        *links.own(f"/api/documents/{document_id}", JSON, texts),
        links.link("alternate", f"/van-ban/{document_id}", HTML),
        links.link("collection", "/api/documents", JSON),
    ]
    return JsonAnswer(ledger.outline(connection, document_id, clocks(texts)) | {"links": related})


@router.get("/api/targets", **described("The ledger of targets", JSON, CLOCKS))
def targets(request: Request, connection: Reading, texts: Texts) -> Response:
    """What the programmes promised: target, recorded, late, unknown (never 0), and the records behind each number."""
    links = Links.of(request)
    found = [_with_rows(one, links) for one in promised.targets(connection, clocks(texts))]
    related = [*links.own("/api/targets", JSON, texts), links.link("alternate", "/chi-tieu", HTML)]
    return JsonAnswer({"targets": found, "links": related})


@router.get("/api/deadlines", **described("What is due when, and how it stands", JSON, DEADLINE_FILTERS))
def deadlines(request: Request, connection: Reading, texts: Filters) -> Response:
    """Orders, targets and duties with a due date, the earliest first, judged by the record."""
    found = chosen_deadlines(request, connection, texts)
    links = Links.of(request)
    related = [
        *links.own("/api/deadlines", JSON, texts),
        links.link("alternate", "/thoi-han", HTML, parameters=texts),
        links.link("alternate", "/thoi-han.ics", "text/calendar", parameters=texts),
        links.link("alternate", "/thoi-han.atom", "application/atom+xml", parameters=texts),
    ]
    return JsonAnswer({"summary": radar.summary(found), "deadlines": found, "links": related})


def chosen_deadlines(request: Request, connection: Connection, texts: dict[str, str]) -> list[dict[str, Any]]:
    """The deadlines that a query string asks for. Raises InvalidParameter."""
    catalog: Catalog = request.app.state.catalog
    verdicts = choose("verdict", texts["verdict"], tuple(VERDICTS)) if "verdict" in texts else ()
    agencies = (texts["agency"],) if "agency" in texts else ()
    if agencies:
        radar.require_agencies(agencies, radar.known_agencies(connection))
    told = {name: text for name, text in texts.items() if name not in (VERDICT.name, AGENCY.name)}
    found = radar.deadlines(connection, feature_query(connection, catalog, told), agencies=agencies)
    return [one for one in found if not verdicts or one["judgement"]["verdict"] in verdicts]


def rows_on_the_map(target: dict[str, Any], verdict: str | None = None) -> dict[str, str] | None:
    """The query of the map that opens the records behind a number; None where there are none.

    Without names of its own a target opens its whole layer: those that may be among it.
    """
    ids = [row["id"] for row in target["rows"] if verdict in (None, row["judgement"]["verdict"])]
    if ids:
        return {"ids": ",".join(ids)}
    return {"layer": target["layer"]} if verdict is None and target.get("layer") else None


def _with_rows(target: dict[str, Any], links: Links) -> dict[str, Any]:
    related = []
    query = rows_on_the_map(target)
    if query:
        related = [
            links.link("items", "/api/collections/projects/items", GEOJSON, parameters=query),
            links.link("alternate", "/", HTML, "Bản đồ / the map", query),
        ]
    return target | {"links": related}
