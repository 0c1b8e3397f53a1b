"""The pages that people get where programs get JSON: each address, both languages, and nothing that could run."""

import re

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from api.answered import PAGES
from tests.api.test_pages import BROWSER
from tests.factories import BOX, edit, fact, point, store, store_directive, store_mandate, store_units, unit

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
UNIT = "2024-huyen-cat-hai"
OWN = '<script src="/assets/src/theme.js"></script>'  # light or dark, before the first paint


@pytest.fixture(autouse=True)
def city(connection: Connection) -> None:
    store_units(connection, unit(UNIT, code="317", box=BOX["cat-hai"]))
    store(
        connection,
        edit(
            "cang-a",
            name_vi="Cảng A",
            name_en="Port A",
            geometry=point(106.9, 20.8),
            facts=(fact("under_construction"),),
            area_ha=12.5,
        ),
        edit("cang-b", name_vi="Cảng B"),
    )
    store_directive(connection)
    store_mandate(connection, "cang-a")


def addresses() -> list[str]:
    filled = {
        "collection": "port",
        "feature_id": "cang-a",
        "matrix_set": "WebMercatorQuad",
        "document_id": "ct-02-2023",
        "version": "1",
    }
    own = [path.format(**filled) for path in PAGES if "{unit}" not in path]
    of_units = [
        f"/api/collections/districts-2024{path}"
        for path in ("", "/items", f"/items/{UNIT}", f"/items/{UNIT}/successors", "/schema", "/styles")
    ]
    return [*own, *of_units, "/api/collections/projects", "/api/collections/port-points/items"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", addresses())
def test_every_page_speaks_the_language_asked_for_and_runs_nothing(client: TestClient, path: str, lang: str) -> None:
    days = {"datetime": "2020-01-01/2026-01-01"} if path == "/api/changes" else {}
    page = client.get(path, params={"lang": lang, **days}, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in page.text
    assert "<h1>" in page.text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page.text.replace(OWN, ""))
    words = ("Map", "Open data") if lang == "en" else ("Bản đồ", "Dữ liệu mở")
    assert all(word in page.text for word in words)


@pytest.mark.parametrize("path", addresses())
def test_every_link_of_ours_on_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    page = client.get(f"{path}?lang=en", headers=BROWSER).text
    found = {address.replace("&amp;", "&") for address in re.findall(r'(?:href|src|action)="([^"#]+)"', page)}
    assert len(found) > 8
    for address in found:
        local = address.removeprefix("http://map.example")
        if local.startswith("?"):
            local = path + local
        if local.startswith("/") and not local.startswith(("/vendor", "/layers")):
            answer = client.get(local, headers=BROWSER)
            assert answer.status_code == 200, local


def test_a_list_shows_its_filters_and_opens_the_map_with_them(client: TestClient) -> None:
    asked = {"status": "under_construction", "district": "cat-hai", "lang": "vi"}
    page = client.get("/api/collections/port/items", params=asked, headers=BROWSER).text
    assert "Cảng A" in page
    assert "Cảng B" not in page
    assert 'href="/?district=cat-hai&amp;status=under_construction&amp;layer=port&amp;lang=vi"' in page
    assert 'href="/api/collections/port/items?district=cat-hai&amp;lang=vi"' in page, "leave the status out"
    assert 'href="/api/collections/port/items?status=under_construction&amp;lang=vi"' in page, "leave the district out"
    assert page.count('class="locator-dot"') == 1


def test_a_filter_told_in_several_parameters_stays_whole_and_a_language_is_carried_on(client: TestClient) -> None:
    reader = BROWSER | {"Accept-Language": "en"}
    page = client.get("/api/collections/port/items?status=under_construction&status=unknown", headers=reader).text
    assert "Port A" in page
    assert "Cảng B" in page
    assert 'href="/?status=under_construction%2Cunknown&amp;layer=port&amp;lang=en"' in page
    assert 'href="/api/collections/port/items/cang-a?lang=en"' in page


def test_a_long_list_is_turned_page_by_page(client: TestClient) -> None:
    first = client.get("/api/collections/port/items?limit=1&lang=en", headers=BROWSER).text
    (address,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(address.replace("&amp;", "&"), headers=BROWSER).text
    assert "Port A" in first
    assert "Cảng B" in second
    assert 'rel="next"' not in second


def test_a_form_whose_fields_stay_empty_asks_for_no_nonsense(client: TestClient) -> None:
    answer = client.get("/api/collections/port/items?q=&status=&limit=5", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/collections/port/items?limit=5")
    assert client.get("/api/collections/port/items?q=").status_code == 400


def test_what_was_told_is_text_on_every_page(client: TestClient, connection: Connection) -> None:
    told = fact(source=HOSTILE, source_url="javascript:alert(1)", text_vi=HOSTILE)
    store(connection, edit("cang-x", name_vi=HOSTILE, name_en=HOSTILE, facts=(told,), investor=HOSTILE))
    store_mandate(connection, "cang-x", quote_vi=HOSTILE, named_as=HOSTILE)
    items = "/api/collections/port/items"
    for path in (items, f"{items}/cang-x", f"{items}/cang-x/history", f"{items}?q=<script>alert(1)</script>"):
        page = client.get(path, headers=BROWSER).text.replace(OWN, "")
        assert "<script" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert "&lt;script&gt;" in page
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S{2})", page)


def test_what_went_wrong_is_a_page_for_whoever_reads_pages(client: TestClient) -> None:
    for path, expected in (
        ("/api/collections/ports", 404),
        ("/api/collections/port/items/nobody", 404),
        ("/api/collections/port/items?status=done", 400),
    ):
        page = client.get(path, headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (expected, "text/html; charset=utf-8")
        assert client.get(path).headers["content-type"] == "application/problem+json"
    refused = client.get("/api/collections/port/items?status=done&lang=en", headers=BROWSER).text
    assert "under_construction" in refused, "the way out"
