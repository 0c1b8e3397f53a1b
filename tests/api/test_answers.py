"""What every answer carries, whatever was asked."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.dependencies import transaction
from api.headers import CONTENT_SECURITY_POLICY
from api.main import create_app, read_only_engine
from api.problem_words import WORDS
from api.problems import PROBLEMS, problem_of
from geo import errors
from geo.errors import StoreNotReady
from geo.settings import Settings
from tests.factories import edit, store

ADDRESSES = [
    "/",
    "/api",
    "/api/catalog",
    "/api/collections/projects/items",
    "/healthz",
    "/vendor/leaflet/dist/leaflet.css",
]


PAGES = ["/", "/api", "/api/docs", "/du-an/nobody", "/api/collections/projects/items", "/sw.js"]
DATA = [*ADDRESSES[1:], "/nowhere", "/api/collections/ports", "/assets/src/main.js", "/api/styles/sprite.svg"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_scripts_of_others_and_frames(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Accept": "text/html"}).headers
    assert headers["content-type"].startswith(("text/html", "text/javascript"))
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", DATA)
def test_what_is_no_page_loads_nothing_and_stands_in_no_frame(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert "referrer-policy" not in headers


def test_a_304_leaves_no_page_without_its_policy(client: TestClient) -> None:
    kept = client.get("/basemap/rivers.geojson").headers["etag"]
    again = client.get("/basemap/rivers.geojson", headers={"If-None-Match": kept})
    assert (again.status_code, again.headers["content-security-policy"]) == (304, CONTENT_SECURITY_POLICY)


@pytest.mark.parametrize("path", [*ADDRESSES, "/layers/port.geojson", "/nowhere"])
def test_head_tells_what_get_would_without_a_body(client: TestClient, path: str) -> None:
    got, told = client.get(path), client.head(path)
    assert (told.status_code, told.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "etag"):
        assert told.headers.get(name) == got.headers.get(name)


def test_any_page_may_read_the_public_data(client: TestClient) -> None:
    assert client.get("/api/catalog").headers["access-control-allow-origin"] == "*"
    assert client.get("/basemap/rivers.geojson").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/").headers
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    preflight = client.options("/api/collections/projects/items", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")


def test_large_answers_are_compressed_for_those_who_can_read_that(client: TestClient) -> None:
    assert client.get("/api/catalog").headers["content-encoding"] == "zstd"
    assert client.get("/api/catalog", headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
    plain = client.get("/api/catalog", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/nowhere", 404),
        ("GET", "/api/collections/ports", 404),
        ("GET", "/api/collections/port/items/nobody", 404),
        ("GET", "/api/documents/nothing", 404),
        ("GET", "/layers/port.shp", 404),
        ("GET", "/layers/port", 404),
        ("GET", "/layers/ports.geojson", 404),
        ("GET", "/du-an/nobody", 404),
        ("POST", "/api/collections/port/items", 405),
        ("DELETE", "/api", 405),
        ("PUT", "/assets/src/main.js", 405),
    ],
)
def test_every_error_is_a_problem_with_a_way_out(client: TestClient, method: str, path: str, expected: int) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (expected, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["instance"]) == (expected, path)
    assert problem["detail"] not in ("", "Not Found", "Method Not Allowed")


def test_what_nobody_foresaw_is_told_without_its_secrets(app: FastAPI, client: TestClient) -> None:
    def broken() -> Iterator[Connection]:
        raise RuntimeError("the password is 12345")

    app.dependency_overrides[transaction] = broken
    answer = client.get("/api/collections")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "12345" not in answer.text
    assert "content-security-policy" in answer.headers


def test_a_database_that_is_away_is_told_as_such(settings: Settings) -> None:
    url = "postgresql+psycopg://nobody@/nothing?host=/nowhere"
    away = TestClient(create_app(settings, read_only_engine(url)), raise_server_exceptions=False)
    answer = away.get("/api/collections/projects/items")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "/nowhere" not in answer.text
    assert away.get("/readyz").status_code == 503
    assert away.get("/healthz").status_code == 200
    assert away.get("/api/catalog").status_code == 200


def test_without_a_database_named_the_application_says_the_way_out() -> None:
    with pytest.raises(StoreNotReady, match="haiphong serve"):
        read_only_engine(None)


def test_every_named_error_has_its_own_answer() -> None:
    named = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.HaiphongError)]
    never_asked_for = {errors.InvalidData, errors.ProgramMissing, errors.PortTaken}  # of the command line alone
    assert set(named) - set(PROBLEMS) == never_asked_for
    assert problem_of(OperationalError("SELECT secret", {}, Exception("secret"))).status == 503
    assert "secret" not in problem_of(OperationalError("SELECT secret", {}, Exception("secret"))).detail
    assert {name for _, name, _ in PROBLEMS.values()} <= WORDS.keys()


def test_links_honour_the_proxy_in_front(app: FastAPI, connection: Connection) -> None:
    store(connection, edit())
    app.dependency_overrides[transaction] = lambda: connection
    behind = TestClient(app, base_url="https://city.example", root_path="/maps")
    links = behind.get("/maps/api/collections/port/items/cang-a").json()["links"]
    app.dependency_overrides.clear()
    assert links[0]["href"] == "https://city.example/maps/api/collections/port/items/cang-a"


@pytest.mark.parametrize("path", ["/vendor/leaflet/dist/leaflet.js", "/basemap/rivers.geojson", "/"])
def test_files_are_sent_again_only_when_they_changed(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/vendor/leaflet/package.json",
        "/vendor/leaflet/src/Leaflet.js",
        "/vendor/swagger-ui-dist/index.html",
        "/vendor/swagger-ui-dist/swagger-ui.js.map",
        "/vendor/@scarf/scarf/report.js",
        "/vendor/.package-lock.json",
        "/assets/package.json",
        "/assets/node_modules/leaflet/dist/leaflet.js",
        "/assets/pages/project.html",
        "/assets/src/../package.json",
        "/assets/src/%2e%2e/package.json",
        "/assets/%2e%2e/pyproject.toml",
        "/assets//etc/passwd",
        "/assets/src/%00.js",
        "/assets/src",
        "/basemap/../targets.csv",
        "/basemap/",
        "/vendor/",
    ],
)
def test_nothing_but_the_chosen_files_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
