from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import status
from geo.crs import NAMES
from tests.api.conftest import Ask
from tests.factories import edit, store, store_units, unit

ITEMS = "/api/collections/projects/items"


FILTERS = [
    "layer", "district", "status", "condition", "q", "bbox", "bbox-crs", "ids", "filter", "filter-lang", "filter-crs",
    "datetime", "as-of",
]  # fmt: skip
FORM = ["crs", "properties", "skipGeometry"]
PAGE = ["f", "lang"]
CLOCKS = ["datetime", "as-of"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (ITEMS, [*FILTERS, "limit", "sortby", "next", *FORM, *PAGE]),
        ("/api/counts", [*FILTERS, *PAGE]),
        ("/layers/port.geojson", [*FILTERS, "sortby", *FORM, "f"]),
        (f"{ITEMS}/cang-a", [*CLOCKS, *FORM, *PAGE]),
        (f"{ITEMS}/cang-a/history", [*CLOCKS, *PAGE]),
        ("/api", PAGE),
        ("/api/conformance", PAGE),
        ("/api/collections", PAGE),
        ("/api/collections/port", PAGE),
        ("/api/catalog", ["f"]),
        ("/api/documents", [*CLOCKS, *PAGE]),
        ("/api/documents/ct-02-2023", [*CLOCKS, *PAGE]),
        ("/api/targets", [*CLOCKS, *PAGE]),
    ],
)
def test_a_misspelt_parameter_is_refused_with_those_that_exist(refused: Ask, path: str, allowed: list[str]) -> None:
    assert refused(path, distrct="cat-hai")["allowed"] == allowed


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("status", list(status.STATUSES)),
        ("condition", list(status.CONDITIONS)),
        ("f", ["geojson", "json", "jsonfg", "html", "csv"]),
        ("crs", list(NAMES)),
        ("bbox-crs", list(NAMES)),
        ("filter-crs", list(NAMES)),
        ("filter-lang", ["cql2-text", "cql2-json"]),
        ("skipGeometry", ["true", "false"]),
    ],
)
def test_an_unknown_code_is_refused_with_those_that_exist(refused: Ask, name: str, allowed: list[str]) -> None:
    assert refused(ITEMS, **{name: "almost-done"})["allowed"] == allowed


def test_an_unknown_layer_or_order_is_refused_with_those_that_exist(refused: Ask) -> None:
    assert "port" in refused(ITEMS, layer="ports")["allowed"]
    assert "valid_from" in refused(ITEMS, sortby="price")["allowed"]
    assert "port" in refused("/api/collections/ports", 404)["allowed"]
    assert "port" in refused("/api/collections/ports/items", 404)["allowed"]


def test_an_unknown_or_ambiguous_district_is_refused_with_the_way_out(refused: Ask, connection: Connection) -> None:
    store_units(
        connection, unit("2024-xa-a", name="Tân Dân"), unit("2024-xa-b", name="Tân Dân", full_name="Xã Tân Dân")
    )
    problem = refused(ITEMS, district="tan-dan")
    assert problem["allowed"] == ["2024-xa-a", "2024-xa-b"]
    assert [(one["id"], one["generation"]) for one in problem["candidates"]] == [
        ("2024-xa-a", "2024"), ("2024-xa-b", "2024"),
    ]  # fmt: skip
    assert "atlantis" in refused(ITEMS, district="atlantis")["detail"]


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1e3", "1.5", "٣", "0x10", ""])
def test_a_limit_that_is_no_number_above_zero_is_refused(refused: Ask, limit: str) -> None:
    refused(ITEMS, limit=limit)


@pytest.mark.parametrize("limit", ["10000", "10001", "9" * 5000])
def test_a_larger_limit_means_the_largest(ask: Ask, connection: Connection, limit: str) -> None:
    store(connection, edit())
    assert ask(ITEMS, limit=limit)["numberReturned"] == 1


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "nan,0,1,1",
        "0,0,inf,1",
        "20,106,21,107x",
        "107,20,106,21",
        "106,21,107,20",
        "0,0,1e999,1",
    ],
)
def test_a_box_that_is_none_is_refused(refused: Ask, bbox: str) -> None:
    refused(ITEMS, bbox=bbox)


@pytest.mark.parametrize(
    "query", ["q=a&q=b", "limit=1&limit=2", "bbox=1,2,3,4&bbox=1,2,3,4", "next=a&next=b", "f=json&f=json"]
)
def test_a_single_value_given_twice_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert (answer.status_code, "twice" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=a%00b", "q=%ED%A0%80", "q=%FF", "q=%0A", "q=%E2%80%AE", "ids=%00", "district=%00", "layer=%00",
        "next=%00", "sortby=%00", "%00=1", "%FF=%FF", "status=", "status=,", "ids=,a", "q=+", "district=,",
        "sortby=id,id", "sortby=-", "next=%25%25", "next=AAAA", "next=WzEsMl0", "next=WyJcdTAwMDAiXQ",
        "sortby=valid_from&next=WyJ4IiwieSJd", "sortby=area_ha&next=WyJuYW4iLCJhIl0x", "q=" + "a" * 201,
    ],
)  # fmt: skip
def test_hostile_text_is_a_bad_request_and_nothing_more(client: TestClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get(ITEMS).status_code == 200


@pytest.mark.parametrize(
    "q", ["'; DROP TABLE feature; --", "%", "_", "\\", "$$", "<script>alert(1)</script>", "đ" * 200, "{{7*7}}", "%(q)s"]
)
def test_a_search_is_only_ever_words(ask: Ask, q: str) -> None:
    assert ask(ITEMS, q=q)["features"] == []


def test_a_long_list_of_ids_is_answered_and_an_endless_one_refused(ask: Ask, client: TestClient) -> None:
    many = ",".join(f"id-{number}" for number in range(1000))
    assert ask(ITEMS, ids=many)["numberMatched"] == 0
    assert client.get(ITEMS, params={"ids": f"{many},one-more"}).status_code == 400


@pytest.mark.parametrize("one", ["%00", "%2e%2e%2fetc", "a" * 500, "%ED%A0%80", "CANG-A", "'", "%25", "a%0ab"])
@pytest.mark.parametrize("path", [f"{ITEMS}/", "/api/collections/districts-2024/items/", "/api/documents/", "/du-an/"])
def test_an_id_that_cannot_be_is_not_found(client: TestClient, path: str, one: str) -> None:
    answer: Any = client.get(path + one)
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
