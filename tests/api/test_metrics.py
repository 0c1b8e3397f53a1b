"""What the service counts of itself, read as Prometheus reads it, from one worker and from two."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.main import create_app, keeping
from geo.settings import Settings
from tests.factories import edit, fact, point, store

PATIENCE_S = 30
ITEMS = "/api/collections/{collection}/items"
Labels = tuple[tuple[str, str], ...]
Samples = dict[tuple[str, Labels], float]
SERVE = """
import socket, sys
from dataclasses import replace
from api.serve import _configured, _counting_together, _run
from geo.settings import Settings
settings = replace(Settings.from_env(), workers=2)
with _counting_together():
    _run(_configured(settings), socket.socket(fileno=int(sys.argv[1])), settings, print)
"""


def samples(text: str) -> Samples:
    """Every number by its name and labels; each stands there once."""
    found = [
        ((one.name, tuple(sorted(one.labels.items()))), one.value) for family in parse(text) for one in family.samples
    ]
    assert len(found) == len(dict(found))
    return dict(found)


def rise(before: Samples, after: Samples, name: str, **labels: str) -> float:
    key = (name, tuple(sorted(labels.items())))
    return after.get(key, 0) - before.get(key, 0)


@pytest.fixture(scope="module")
def stored(own_engine: Engine) -> Engine:
    with own_engine.begin() as connection:
        store(connection, edit("cang-a", geometry=point(), facts=(fact(),)))
    return own_engine


@pytest.fixture(scope="module")
def client(stored: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = stored.url.render_as_string(hide_password=False)
    settings = replace(Settings.from_env({}), home=tmp_path_factory.mktemp("home"), database_url=url)
    app = keeping(create_app(settings))
    with TestClient(app, base_url="http://map.example", raise_server_exceptions=False) as asking:
        yield asking


def scraped(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    return samples(answer.text)


def test_answers_are_counted_by_the_route_and_not_by_the_address(client: TestClient) -> None:
    before = scraped(client)
    for query in ("limit=1", "limit=2", "limit=2", "q=nobody%40example.com", "limit=x"):
        client.get(f"/api/collections/port/items?{query}")
    client.get("/api/collections/port/items?limit=1", headers={"Accept": "text/html"})
    client.get("/khong-co-gi/nobody@example.com")
    client.get("/api/collections/nobody@example.com")
    after = scraped(client)
    requests = "haiphong_http_requests_total"
    assert rise(before, after, requests, route=ITEMS, method="GET", status="200") == 5
    assert rise(before, after, requests, route=ITEMS, method="GET", status="400") == 1
    assert rise(before, after, requests, route="none", method="GET", status="404") == 1
    assert rise(before, after, "haiphong_http_request_seconds_count", route=ITEMS) == 5
    assert rise(before, after, "haiphong_http_request_seconds_bucket", route=ITEMS, le="+Inf") == 5
    assert rise(before, after, "haiphong_kept_answers_total", result="kept") == 1
    assert not [key for key in after if "nobody" in str(key)]


def test_what_the_client_has_already_is_counted_under_its_route(client: TestClient) -> None:
    path = "/api/collections/port/items?limit=3"
    tag = client.get(path).headers["etag"]
    before = scraped(client)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    after = scraped(client)
    assert rise(before, after, "haiphong_http_requests_total", route=ITEMS, method="GET", status="304") == 1
    assert rise(before, after, "haiphong_kept_answers_total", result="not_modified") == 1


def test_one_feature_is_counted_however_it_is_answered(client: TestClient) -> None:
    before = scraped(client)
    for headers in ({}, {}, {"Accept": "text/html"}):
        assert client.get("/api/collections/port/items/cang-a", headers=headers).status_code == 200
    after = scraped(client)
    route = f"{ITEMS}/{{feature_id}}"
    assert rise(before, after, "haiphong_http_requests_total", route=route, method="GET", status="200") == 3
    assert rise(before, after, "haiphong_kept_answers_total", result="made") == 2
    assert after[("haiphong_kept_answers_bytes", ())] > 0


def test_strange_methods_make_no_series(client: TestClient) -> None:
    def methods() -> set[str]:
        return {value for name, labels in scraped(client) for label, value in labels if label == "method"}

    known = methods()
    for method in ("POST", "BREW", "BREW2"):
        client.request(method, "/khong-co-gi")
    assert {"POST", "other"} <= methods() <= known | {"POST", "other"}


def test_the_database_and_its_connections_are_told(client: TestClient) -> None:
    told = scraped(client)
    assert told[("haiphong_database_up", ())] == 1
    assert told[("haiphong_db_connections_most", ())] == 16
    assert 0 <= time.time() - told[("haiphong_data_recorded_timestamp_seconds", ())] < 600
    assert told[("haiphong_db_connections_in_use", ())] <= 16


def test_without_a_database_the_rest_is_told(tmp_path: Path) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    app = create_app(replace(Settings.from_env({}), home=tmp_path, database_url=away))
    with TestClient(app) as client:
        told = scraped(client)
    assert told[("haiphong_database_up", ())] == 0
    assert not [name for name, _ in told if name == "haiphong_data_recorded_timestamp_seconds"]


def test_a_scraper_that_speaks_openmetrics_gets_it_whole(client: TestClient) -> None:
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    names = {family.name for family in openmetrics(answer.text)}  # type: ignore[no-untyped-call]
    assert {"haiphong_http_requests", "haiphong_kept_answers", "haiphong_database_up"} <= names


@pytest.fixture(scope="module")
def two_workers(stored: Engine) -> Iterator[tuple[str, int]]:
    environment = os.environ | {"HAIPHONG_DATABASE_URL": stored.url.render_as_string(hide_password=False)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(listener.fileno())],
            env=environment,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
        )
        host, port = listener.getsockname()[:2]
        try:
            wait_for(host, port)
            yield host, port
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait(timeout=30)


def wait_for(host: str, port: int) -> None:
    """Until both workers have begun, each with its connections."""
    until = time.monotonic() + 60
    most = 0.0
    while most < 32 and time.monotonic() < until:
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=60) as answer:
            most = samples(answer.read().decode()).get(("haiphong_db_connections_most", ()), 0)
        time.sleep(0.2)
    assert most == 32


def get(address: tuple[str, int], path: str) -> str:
    connection = HTTPConnection(*address, timeout=30)
    connection.request("GET", path, headers={"Connection": "close"})
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def test_two_workers_tell_the_same_sum_whichever_is_asked(two_workers: tuple[str, int]) -> None:
    before = samples(get(two_workers, "/metrics"))
    for number in range(60):
        get(two_workers, f"/api/collections/port/items?limit={1 + number % 3}")

    def counted() -> tuple[Samples, float]:
        after = samples(get(two_workers, "/metrics"))
        return after, rise(before, after, "haiphong_http_requests_total", route=ITEMS, method="GET", status="200")

    end = time.monotonic() + PATIENCE_S
    while counted()[1] < 60 and time.monotonic() < end:
        time.sleep(0.05)  # until the other worker has told the last of it too
    told = [counted() for _ in range(10)]
    assert [number for _, number in told] == [60] * 10
    after = told[-1][0]
    assert after[("haiphong_db_connections_most", ())] == 32
    made, kept = (rise(before, after, "haiphong_kept_answers_total", result=one) for one in ("made", "kept"))
    assert made + kept == 60
    assert 3 <= made <= 6


def test_what_a_worker_held_is_forgotten_when_it_ends_and_what_it_counted_is_not(tmp_path: Path) -> None:
    count = """if True:
        import asyncio
        from api import metrics
        async def count():
            metrics.answered("none", "GET", 200)
            metrics.CONNECTIONS.inc()
            metrics.tell()
        asyncio.run(count())
    """
    tell = "import sys; from api import metrics; sys.stdout.buffer.write(metrics.told('', [])[0])"
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    told = subprocess.run([sys.executable, "-c", tell], env=environment, check=True, capture_output=True, text=True)
    numbers = samples(told.stdout)
    assert numbers[("haiphong_http_requests_total", (("method", "GET"), ("route", "none"), ("status", "200")))] == 2
    assert numbers.get(("haiphong_db_connections_in_use", ()), 0) == 0
