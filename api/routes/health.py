"""Whether the process is up, and whether it can serve."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import JsonAnswer, described
from api.dependencies import transaction
from api.links import JSON
from api.problems import Problem, answer
from geo import readiness

router = APIRouter(tags=["Health"])


@router.get("/healthz", **described("The process is up", JSON))
def healthz() -> Response:
    """Answers as long as the process does; asks nothing of the database."""
    return JsonAnswer({"status": "up"})


@router.get("/readyz", **described("The service can answer", JSON, errors=[(503, "Something is missing; it is named")]))
def readyz(request: Request, connection: Annotated[Connection, Depends(transaction, scope="function")]) -> Response:
    """Whether the database answers, is migrated, loaded, and keeps what it acknowledges; names what is missing."""
    lacks = readiness.missing(connection)
    if lacks:
        members = {"missing": list(lacks)}
        return answer(
            request,
            Problem(503, "store-not-ready", "The service is not ready", " ".join(lacks), members, {"Retry-After": "5"}),
        )
    return JsonAnswer({"status": "ready"})
