"""Who is given which form of an answer: programs, browsers, and those who ask for what there is not."""

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from api.answered import ELSEWHERE, PAGES
from api.negotiation import CSV, GEOJSON, HTML, JSON, JSON_FG, MVT, OFFERED, Kind, preferred, variant, wish
from tests.api.test_pages import BROWSER
from tests.factories import store_directive

FEATURES = (GEOJSON, JSON_FG, HTML, CSV)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
GDAL = "application/geo+json, application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", GEOJSON),
        ("*/*", GEOJSON),
        (FIREFOX, HTML),
        (GDAL, GEOJSON),
        ("application/json", GEOJSON),
        ("application/fg+json, application/geo+json;q=0.8", JSON_FG),
        ("application/vnd.ogc.fg+json", JSON_FG),
        ("text/*", HTML),
        ("text/*;q=0.5, text/csv", CSV),
        ("application/*", GEOJSON),
        ("TEXT/HTML ; Q=1.0", HTML),
        ("text/html;level=1", HTML),
        ("application/geo+json;q=0, */*", JSON_FG),
        ("text/html;q=0.2, text/csv;q=0.9, application/geo+json;q=0.5", CSV),
        ("text/html, application/json", GEOJSON),
        ("*/*;q=0.1, text/html;q=0", GEOJSON),
        ("image/png", None),
        ("*/*;q=0", None),
        ("text/html;q=0", None),
        ("text/csv;q=nan, text/html", HTML),
        ("text/csv;q=1.0001, text/html", HTML),
        (";;;,,,", GEOJSON),
        ("text/csv;q=0.3," * 50, CSV),
    ],
)
def test_the_form_that_is_liked_best_is_given(accept: str, expected: Kind | None) -> None:
    assert preferred(FEATURES, accept) is expected


def scope(query: str = "", **headers: str) -> dict[str, object]:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": "/api", "query_string": query.encode(), "headers": told}


def test_what_is_asked_for_in_the_address_wins_over_the_headers() -> None:
    found = wish("/api", b"f=json", FIREFOX, "")
    assert found is not None
    assert found.kind is JSON
    assert variant(scope("f=html", accept="application/json")) == "html-vi"
    assert variant(scope("f=png", accept="application/json")) == "none"


def test_a_kept_answer_is_the_same_for_all_who_would_be_given_it() -> None:
    assert variant(scope()) == variant(scope(accept="*/*")) == variant(scope(accept=GDAL)) == "json"
    assert variant(scope(accept=FIREFOX)) == variant(scope(accept="text/html", accept_language="vi")) == "html-vi"
    assert variant({**scope(accept=FIREFOX), "path": "/api/catalog"}) == ""


@pytest.mark.parametrize(
    ("query", "languages", "expected"),
    [
        ("", "", "vi"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("", "fr,de;q=0.5", "vi"),
        ("", "en;q=0.5,vi;q=0.4", "en"),
        ("lang=vi", "en", "vi"),
        ("lang=en", "", "en"),
    ],
)
def test_a_page_speaks_the_language_of_its_reader_vietnamese_first(query: str, languages: str, expected: str) -> None:
    assert variant(scope(query, accept=FIREFOX, accept_language=languages)) == f"html-{expected}"


def test_a_client_that_takes_nothing_we_have_is_told_what_there_is(client: TestClient) -> None:
    answer = client.get("/api", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
    problem = answer.json()
    assert problem["allowed"] == [JSON.media_type, HTML.media_type]
    assert "f=" in problem["detail"]
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert client.get("/api?f=json", headers={"Accept": "image/png"}).status_code == 200
    assert client.get("/api?f=png").json()["allowed"] == ["json", "html"]
    assert client.get("/api?lang=fr", headers=BROWSER).status_code == 400


def test_an_address_with_one_form_gives_it_to_everybody(client: TestClient) -> None:
    assert client.get("/api/catalog", headers={"Accept": "image/png"}).headers["content-type"] == "application/json"
    assert MVT not in {kind for kinds in OFFERED.values() for kind in kinds}


def test_every_address_that_offers_a_page_has_one() -> None:
    assert set(PAGES) | set(ELSEWHERE) == {path for path, kinds in OFFERED.items() if HTML in kinds}


def test_what_the_ledger_tells_is_read_on_its_own_pages(client: TestClient, connection: Connection) -> None:
    store_directive(connection)
    english = BROWSER | {"Accept-Language": "en"}
    for asked, led in (
        ("/api/documents", "/van-ban"),
        ("/api/documents/ct-02-2023", "/van-ban/ct-02-2023"),
        ("/api/targets?f=html", "/chi-tieu"),
        ("/api/deadlines?status=proposed", "/thoi-han?status=proposed"),
    ):
        answer = client.get(asked, headers=BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, led)
        assert client.get(asked, headers=english).headers["location"].endswith("lang=en")
        assert client.get(led).status_code == 200
    assert client.get("/api/documents/nothing", headers=BROWSER).status_code == 404


@pytest.mark.parametrize("path", ["/api", "/api/collections", "/api/collections/port", "/api/collections/port/items"])
def test_an_answer_leads_to_its_other_forms_in_its_body_and_in_its_header(client: TestClient, path: str) -> None:
    answer = client.get(path)
    kinds = OFFERED[path.replace("/port", "/{collection}")]
    related = answer.json()["links"]
    own = [link for link in related if link["rel"] == "self"]
    assert [(link["href"], link["type"]) for link in own] == [(f"http://map.example{path}", kinds[0].media_type)]
    for kind in kinds[1:]:
        href = f"http://map.example{path}?f={kind.f}"
        assert {"rel": "alternate", "href": href, "type": kind.media_type, "title": kind.title} in related
        assert f'<{href}>; rel="alternate"; type="{kind.media_type}"' in answer.headers["link"]
        other = client.get(href)
        assert (other.status_code, other.headers["content-type"].partition(";")[0]) == (200, kind.media_type)
    assert f'<http://map.example{path}>; rel="self"' in answer.headers["link"]


def test_whoever_asks_what_may_be_done_is_told(client: TestClient) -> None:
    for path in ("/api", "/api/collections/port/items", "/layers/port.geojson"):
        answer = client.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        refused = client.post(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
