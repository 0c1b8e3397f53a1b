"""Documents with their clauses and what those order, and the ledger of targets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import JsonAnswer, described, with_members
from api.dependencies import readable, transaction
from api.html import Answered
from api.links import JSON, Links, link_header
from api.parameters import asked
from geo import mandates

router = APIRouter(tags=["Directives"], route_class=Answered)
Texts = Annotated[dict[str, str], Depends(asked())]
Reading = Annotated[Connection, Depends(transaction, scope="function")]


@router.get("/api/documents", **described("Every document that orders, reports or approves something", JSON))
def documents(request: Request, connection: Reading, texts: Texts) -> Response:
    """The documents, newest first, with the numbers of their clauses and mandates."""
    related = Links.of(request).own("/api/documents", JSON, texts)
    return JsonAnswer(with_members(mandates.documents(connection), {"links": related}), link_header(related))


@router.get(
    "/api/documents/{document_id}",
    **described("One document with its clauses and their mandates", JSON, errors=[(404, "No such document")]),
)
def one_document(
    request: Request,
    document_id: Annotated[str, Path(description="An id of /api/documents, such as `ct-02-2023`")],
    connection: Reading,
    texts: Texts,
) -> Response:
    """Its clauses in order; each with the features and targets that it orders, reports, approves or announces."""
    readable(document_id)
    links = Links.of(request)
    related = [
        *links.own(f"/api/documents/{document_id}", JSON, texts),
        links.link("collection", "/api/documents", JSON),
    ]
    return JsonAnswer(
        with_members(mandates.document_with_clauses(connection, document_id), {"links": related}), link_header(related)
    )


@router.get("/api/targets", **described("The ledger of targets", JSON))
def targets(request: Request, connection: Reading, texts: Texts) -> Response:
    """What the programmes promised: target, recorded, unknown, and the records behind each number."""
    related = Links.of(request).own("/api/targets", JSON, texts)
    return JsonAnswer(with_members(mandates.targets(connection), {"links": related}), link_header(related))
