"""Whether the process is up, and whether it can serve."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection, Engine
from starlette.responses import Response

from api import metrics
from api.answers import JsonAnswer, described
from api.dependencies import transaction
from api.links import JSON
from api.problems import Problem, answer
from geo import readiness

router = APIRouter(tags=["Health"])


@router.get("/healthz", **described("The process is up", JSON, None))
def healthz() -> Response:
    """Answers as long as the process does; asks nothing of the database."""
    return JsonAnswer({"status": "up"})


async def _counted() -> None:
    """What was counted just now is told too; asked for on the loop, where it is counted."""
    metrics.tell()


@router.get("/metrics", dependencies=[Depends(_counted)], **described("Counters for Prometheus", "text/plain", None))
def counters(request: Request) -> Response:
    """Answers by route, how long they took, what was kept, connections; of all workers, in the form of Prometheus."""
    body, media_type = metrics.told(
        request.headers.get("accept", ""), _of_database(request.app.state.engine, request.app.state.connections)
    )
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=media_type)


def _of_database(engine: Engine, most: int) -> list[tuple[str, str, float]]:
    """Whether the database answers, and when the data was last recorded; nothing waits for it where all is in use."""
    up, recorded = readiness.heard(engine, most)
    told = [("haiphong_database_up", "Whether the database answers.", float(up))]
    if recorded is not None:
        words = "When data was last recorded, in seconds since 1970."
        told.append(("haiphong_data_recorded_timestamp_seconds", words, recorded))
    return told


@router.get(
    "/readyz", **described("The service can answer", JSON, None, errors=[(503, "Something is missing; it is named")])
)
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
