"""What the service counts of itself, for Prometheus: questions, how long answers took, what was kept, connections.

No label tells who asked or what for: routes are templates, methods and statuses are those of HTTP. Several workers
share their counts through files in the folder that PROMETHEUS_MULTIPROC_DIR names; `haiphong serve` makes one.
"""

import asyncio
import os
import time
from collections import Counter as Counted
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from sqlalchemy import Engine, event
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.leaving import LEFT, has_left

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Read by the library when it is first imported."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
FILES = ("/assets", "/vendor", "/basemap")
"""Addresses that have no route of their own."""
_LIMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter(
    "haiphong_http_requests", "Answers given, by route, method and status.", ("route", "method", "status")
)
SECONDS = Histogram(
    "haiphong_http_request_seconds",
    "From the first word of a question to the last of its answer; answers from memory are not among them.",
    ("route",),
    buckets=_LIMITS,
)
KEPT = Counter(
    "haiphong_kept_answers",
    "Questions whose answer may be kept: kept (given from memory), not_modified (the client had it), made.",
    ("result",),
)
KEPT_BYTES = Gauge("haiphong_kept_answers_bytes", "Memory of kept answers.", multiprocess_mode="livesum")
CONNECTIONS = Gauge("haiphong_db_connections_in_use", "Database connections in use.", multiprocess_mode="livesum")
MOST_CONNECTIONS = Gauge("haiphong_db_connections_most", "Database connections at most.", multiprocess_mode="livesum")

_TELL_S = 0.25
"""So long a count may wait: to tell the library of one costs as much as all else that is done for a kept answer."""
_untold: Counted[tuple[str, ...]] = Counted()


def answered(route: str, method: str, status: int) -> None:
    """Count one answer."""
    _count((route, method if method in METHODS else "other", str(status)))


def kept(result: str) -> None:
    """Count one question whose answer may be kept."""
    _count((result,))


def tell() -> None:
    """Tell the library what was counted."""
    global _untold
    counted, _untold = _untold, Counted()
    for labels, number in counted.items():
        (KEPT if len(labels) == 1 else REQUESTS).labels(*labels).inc(number)


def _count(labels: tuple[str, ...]) -> None:
    if not _untold:
        asyncio.get_running_loop().call_later(_TELL_S, tell)
    _untold[labels] += 1


def route_of(scope: Scope) -> str:
    """The template of the route that answered, never an address itself."""
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        return str(route)
    return "files" if scope["path"].startswith(FILES) else "none"


def template(routes: Iterable[BaseRoute], path: str) -> str:
    """The template of the route that would answer a GET of this path."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    found = next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)
    return route_of({"route": found, "path": path})


def watch(engine: Engine) -> None:
    """Count the connections of this engine."""
    if not event.contains(engine, "checkout", _taken):
        event.listen(engine, "checkout", _taken)
        event.listen(engine, "checkin", _given_back)


def _taken(*_: object) -> None:
    CONNECTIONS.inc()


def _given_back(*_: object) -> None:
    CONNECTIONS.dec()


class Measured:
    """Counts and times every answer of what it stands around."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, begun = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = route_of(scope)
            SECONDS.labels(route).observe(time.perf_counter() - begun)
            answered(route, scope["method"], LEFT if status == 500 and has_left(scope) else status)


class _Everything:
    """What this process counted, or all of them where they share a folder; and what is true just now."""

    def __init__(self, at_scrape: Iterable[tuple[str, str, float]]) -> None:
        self._at_scrape = tuple(at_scrape)

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        if (folder := os.environ.get(FOLDER)) is None:
            yield from REGISTRY.collect()
        else:
            _forget_the_dead(Path(folder))
            yield from multiprocess.MultiProcessCollector(None).collect()  # type: ignore[no-untyped-call]
        for name, words, value in self._at_scrape:
            yield GaugeMetricFamily(name, words, value)


def told(accept: str, at_scrape: Iterable[tuple[str, str, float]]) -> tuple[bytes, str]:
    """The body and its media type, in the form that `accept` asks for. `at_scrape`: name, words and value of gauges."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything(at_scrape))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


def _forget_the_dead(folder: Path) -> None:
    """What a worker that ended held is held no more; what it counted stays counted."""
    for pid in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*_*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
