from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from tests.api.conftest import Ask
from tests.factories import BOX, edit, fact, point, store, store_directive, store_mandate, store_units, unit

ITEMS = "/api/collections/projects/items"


@pytest.fixture
def city(connection: Connection) -> Connection:
    """Three ports and a beach: one without a place, one late, one running; two districts."""
    store_units(
        connection,
        unit("2024-huyen-cat-hai", code="317", box=BOX["cat-hai"]),
        unit("2024-quan-do-son", code="308", name="Đồ Sơn", full_name="Quận Đồ Sơn", type="quận", box=BOX["do-son"]),
    )
    store(
        connection,
        edit("cang-a", name_vi="Cảng A", geometry=point(106.9, 20.8), facts=(fact("under_construction"),), area_ha=5),
        edit("cang-b", name_vi="Cảng B", districts=("2024-huyen-cat-hai",), facts=(fact("proposed"),), area_ha=50),
        edit(
            "cang-c", name_vi="Cảng C", geometry=point(106.77, 20.7), facts=(fact("operational", condition="delayed"),)
        ),
        edit(
            "bai-tam",
            layer="tourism",
            name_vi="Bãi tắm Đồ Sơn",
            geometry=point(106.78, 20.69),
            facts=(fact("completed"),),
        ),
    )
    return connection


def ids(collection: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in collection["features"]]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["bai-tam", "cang-a", "cang-b", "cang-c"]),
        ({"layer": "tourism"}, ["bai-tam"]),
        ({"layer": "tourism,port", "status": "completed,proposed"}, ["bai-tam", "cang-b"]),
        ({"status": "operational"}, ["cang-c"]),
        ({"condition": "delayed"}, ["cang-c"]),
        ({"district": "cat-hai"}, ["cang-a", "cang-b"]),
        ({"district": "Cát Hải"}, ["cang-a", "cang-b"]),
        ({"district": "317@2024"}, ["cang-a", "cang-b"]),
        ({"district": "2024-huyen-cat-hai,do-son"}, ["bai-tam", "cang-a", "cang-b", "cang-c"]),
        ({"q": "do son"}, ["bai-tam"]),
        ({"q": "Đồ Sơn"}, ["bai-tam"]),
        ({"q": "100%"}, []),
        ({"bbox": "106.85,20.75,107,20.9"}, ["cang-a"]),
        ({"ids": "cang-c,cang-a,nobody"}, ["cang-a", "cang-c"]),
        ({"sortby": "-area_ha"}, ["cang-b", "cang-a", "bai-tam", "cang-c"]),
        ({"sortby": "-name_vi", "layer": "port"}, ["cang-c", "cang-b", "cang-a"]),
        ({"f": "json", "layer": "tourism"}, ["bai-tam"]),
    ],
)
def test_each_filter_finds_its_projects(ask: Ask, filters: dict[str, str], expected: list[str]) -> None:
    found = ask(ITEMS, **filters)
    assert ids(found) == expected
    assert found["numberMatched"] == found["numberReturned"] == len(expected)


@pytest.mark.usefixtures("city")
def test_a_list_may_be_given_in_several_parameters(client: TestClient) -> None:
    found = client.get(f"{ITEMS}?status=completed&status=proposed").json()
    assert ids(found) == ["bai-tam", "cang-b"]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("sortby", ["id", "-id", "-area_ha,name_vi", "status,-valid_from"])
def test_the_pages_together_are_the_whole(client: TestClient, ask: Ask, sortby: str) -> None:
    whole = ids(ask(ITEMS, sortby=sortby, limit=10_000))
    url, found = f"{ITEMS}?sortby={sortby}&limit=1&status=under_construction,proposed,operational,completed", []
    while url:
        page = client.get(url).json()
        assert (page["numberMatched"], page["numberReturned"]) == (4, 1)
        found += ids(page)
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert found == whole


@pytest.mark.usefixtures("city")
def test_an_answer_is_geojson_with_absolute_links_to_the_host_that_was_asked(client: TestClient) -> None:
    answer = client.get(ITEMS, params={"limit": "2", "district": "cat-hai,do-son"})
    assert answer.headers["content-type"] == "application/geo+json"
    links = {link["rel"]: link for link in answer.json()["links"]}
    assert set(links) == {"self", "alternate", "next", "collection"}
    assert all(link["href"].startswith("http://map.example/api/collections/projects") for link in links.values())
    assert "district=cat-hai,do-son" in links["next"]["href"]
    assert answer.json()["timeStamp"].endswith("Z")


@pytest.mark.usefixtures("city")
def test_a_project_without_a_place_is_a_feature_with_null_geometry(ask: Ask) -> None:
    feature = ask(f"{ITEMS}/cang-b")
    assert feature["type"] == "Feature"
    assert feature["geometry"] is None
    assert feature["properties"]["districts_2024"] == ["Huyện Cát Hải"]
    links = {link["rel"]: link["href"] for link in feature["links"]}
    assert links == {
        "self": f"http://map.example{ITEMS}/cang-b",
        "collection": "http://map.example/api/collections/projects",
        "alternate": "http://map.example/du-an/cang-b",
        "version-history": f"http://map.example{ITEMS}/cang-b/versions",
        "related": f"http://map.example{ITEMS}/cang-b/history",
    }


@pytest.mark.usefixtures("city")
def test_a_port_is_not_among_the_beaches(ask: Ask, refused: Ask) -> None:
    assert ask("/api/collections/port/items/cang-a")["id"] == "cang-a"
    assert ids(ask("/api/collections/tourism/items")) == ["bai-tam"]
    refused("/api/collections/tourism/items/cang-a", 404)
    refused("/api/collections/tourism/items/cang-a/history", 404)
    assert refused("/api/collections/tourism/items", layer="port")["allowed"] == ["tourism"]


@pytest.mark.usefixtures("city")
def test_what_was_entered_by_mistake_is_gone_but_has_its_history(
    ask: Ask, refused: Ask, connection: Connection
) -> None:
    store(connection, edit("cang-a", withdrawn=True))
    refused(f"{ITEMS}/cang-a", 410)
    assert "cang-a" not in ids(ask(ITEMS))
    assert ask(f"{ITEMS}/cang-a/history")["id"] == "cang-a"


@pytest.mark.usefixtures("city")
def test_the_history_tells_every_statement_and_every_order(ask: Ask, connection: Connection) -> None:
    store_directive(connection)
    store_mandate(connection, "cang-a")
    told = ask("/api/collections/port/items/cang-a/history")
    (known,) = told["facts"]
    assert (known["status"], known["basis"], known["valid_from"], known["source"]) == (
        "under_construction",
        "reported",
        "2023-02",
        "Báo Hải Phòng",
    )
    (order,) = told["mandates"]
    assert (order["role"], order["clause_label"]) == ("orders", "Chỉ thị 02/CT-UBND, mục II.2.3")


@pytest.mark.usefixtures("city")
def test_the_counts_agree_with_the_items(ask: Ask) -> None:
    filters = {"layer": "port", "district": "cat-hai,do-son"}
    counts = ask("/api/counts", **filters)
    assert counts["numberMatched"] == ask(ITEMS, **filters)["numberMatched"] == 3
    assert (counts["located"], counts["unlocated"]) == (2, 1)
    assert counts["layer"] == {"port": 3, "tourism": 1}
    assert counts["status"] == {"under_construction": 1, "proposed": 1, "operational": 1}
    assert counts["condition"] == {"delayed": 1, "not_assessed": 2}


@pytest.mark.usefixtures("city")
def test_units_are_features_of_their_generation(ask: Ask, refused: Ask, client: TestClient) -> None:
    path = "/api/collections/districts-2024/items"
    first = ask(path, limit=1)
    assert (first["numberMatched"], ids(first)) == (2, ["2024-huyen-cat-hai"])
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    assert ids(client.get(following).json()) == ["2024-quan-do-son"]
    assert ids(ask(path, bbox="107,20.8,108,21")) == ["2024-huyen-cat-hai"]
    assert ask(f"{path}/2024-quan-do-son")["properties"]["code"] == "308"
    assert ask("/api/collections/units-2025-07/items")["features"] == []
    refused("/api/collections/units-2025-07/items/2024-quan-do-son", 404)
    refused(f"{path}/2024-quan-do-son/history", 404)
    assert refused(path, status="completed")["allowed"] == [
        "datetime", "limit", "bbox", "bbox-crs", "next", "crs", "properties", "skipGeometry", "f", "lang",
    ]  # fmt: skip
