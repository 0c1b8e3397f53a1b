"""The abstract tests of OGC API Features, Parts 1 and 2, that no other test holds yet: each names those it is of."""

from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import crs
from geo.query import MAX_LIMIT
from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store

ITEMS = "/api/collections/port/items"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@pytest.fixture(autouse=True)
def city(connection: Connection) -> None:
    ports = (
        edit(f"cang-{n}", geometry=point(106.5 + n / 10, 20.8), facts=(fact(valid_from=f"202{n}-03-05"),))
        for n in range(5)
    )
    store(connection, *ports, edit("cang-x"))


def found(page: dict[str, Any]) -> list[str]:
    return [one["id"] for one in page["features"]]


@pytest.mark.parametrize(
    ("bbox", "ids"),
    [
        ("106.5,20.8,106.6,20.8", ["cang-0", "cang-1"]),  # the edge of a box belongs to it
        ("106.51,20,106.59,21", []),
        ("-180,-90,180,90", ["cang-0", "cang-1", "cang-2", "cang-3", "cang-4"]),
    ],
)
def test_a_box_finds_what_it_touches(ask: Ask, bbox: str, ids: list[str]) -> None:
    """Part 1, fc-bbox-response."""
    page = ask(ITEMS, bbox=bbox)
    assert [one for one in found(page) if one != "cang-x"] == ids
    assert ask(ITEMS, bbox=bbox, **{"bbox-crs": CRS84})["features"] == page["features"]  # Part 2, its default


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, MAX_LIMIT, MAX_LIMIT + 1])
def test_no_page_holds_more_than_its_limit_and_all_together_hold_everything(
    ask: Ask, client: TestClient, limit: int
) -> None:
    """Part 1, fc-limit-response, fc-numberMatched, fc-numberReturned and fc-links."""
    page, seen = ask(ITEMS, limit=limit), []
    while True:
        assert page["numberReturned"] == len(page["features"]) <= limit
        assert page["numberMatched"] == 6
        seen += found(page)
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = client.get(following[0]).json()
    assert sorted(seen) == ["cang-0", "cang-1", "cang-2", "cang-3", "cang-4", "cang-x"]


@pytest.mark.parametrize(
    "datetime",
    [
        "2022-03-05", "2022-03-05T00:00:00Z", "2022-03-05T07:00:00+07:00", "2021-01-01/2022-03-05", "../2022-12-31",
        "/2022-12-31",
    ],
)  # fmt: skip
def test_every_form_of_a_time_is_understood(ask: Ask, datetime: str) -> None:
    """Part 1, fc-time-response: nothing is told yet of what began later."""
    page = ask(ITEMS, datetime=datetime)
    told = {one["id"] for one in page["features"] if one["properties"]["status"] != "unknown"}
    assert told == {"cang-0", "cang-1", "cang-2"}
    assert page["numberMatched"] == 6


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
def test_the_description_tells_the_parameters_of_reference_systems(ask: Ask, name: str) -> None:
    """Part 2, fc-crs-definition and fc-bbox-crs-definition."""
    document = ask("/api/openapi.json")
    operation = document["paths"]["/api/collections/{collection}/items"]["get"]
    assert {"$ref": f"#/components/parameters/{name}"} in operation["parameters"]
    told = document["components"]["parameters"][name]
    assert (told["in"], told["required"], told["style"], told["explode"]) == ("query", False, "form", False)
    assert told["schema"]["type"] == "string"


def test_every_system_that_a_collection_lists_is_answered_and_named(ask: Ask, client: TestClient) -> None:
    """Part 2, crs-uri, fc-md-crs-list, fc-md-storageCrs, fc-crs-valid-value and ogc-crs-header-value."""
    port = ask("/api/collections/port")
    every = ask("/api/collections").get("crs", [])
    listed = [one for uri in port["crs"] for one in (every if uri == "#/crs" else [uri])]
    assert listed[0] == CRS84
    assert port["storageCrs"] in listed
    assert set(listed) == {system.uri for system in crs.CRS}
    for uri in listed:
        for path in (ITEMS, f"{ITEMS}/cang-1"):
            assert client.get(path, params={"crs": uri}).headers["Content-Crs"] == f"<{uri}>"
    for path in (ITEMS, f"{ITEMS}/cang-1"):
        assert client.get(path).headers["Content-Crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
def test_a_system_that_is_not_listed_is_refused(client: TestClient, name: str) -> None:
    """Part 2, fc-crs-valid-value and fc-bbox-crs-valid-value."""
    wrong = {name: "http://www.opengis.net/def/crs/EPSG/0/32648", "bbox": "1,1,2,2"}
    assert client.get(ITEMS, params=wrong).status_code == 400


def test_a_feature_that_is_not_there_is_not_found(client: TestClient) -> None:
    """Part 1, f-success and its exception; fc-op of a collection that is not there."""
    assert client.get(f"{ITEMS}/khong-co").status_code == 404
    assert client.get("/api/collections/khong-co/items").status_code == 404
    assert client.get(f"{ITEMS}/cang-1").json()["id"] == "cang-1"
