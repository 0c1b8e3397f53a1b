"""Units of a day, what became of them, and saved links that name a district that is no more."""

from itertools import accumulate

import pytest
from httpx import Client
from sqlalchemy import Connection

from api.routes.units import REL
from geo.units import COLLECTIONS
from tests.api.conftest import Ask
from tests.factories import edit, point, store, store_units, unit
from tests.territory import STEPS, UNITS, in_its_days


@pytest.fixture(autouse=True)
def city(connection: Connection) -> None:
    store_units(connection, *map(in_its_days, UNITS), successions=STEPS)
    store(
        connection,
        edit("cang-a", geometry=point(106.95, 20.80)),
        edit("cang-b", districts=("2024-phuong-minh-duc",)),
        edit("cang-c"),
    )


def ids(page: dict[str, object]) -> list[str]:
    features = page["features"]
    assert isinstance(features, list)
    return [one["id"] for one in features]


@pytest.mark.parametrize(
    ("day", "districts", "communes"),
    [
        ("2023-06-30", "districts-2024", "communes-2024"),
        ("2024-12-31T16:59:59Z", "districts-2024", "communes-2024"),
        ("2024-12-31T17:00:00Z", "districts-2025-01", "communes-2025-01"),  # New Year in Hải Phòng
        ("2025-02-01", "districts-2025-01", "communes-2025-01"),
        ("2025-06-30", "districts-2025-01", "communes-2025-01"),
    ],
)
def test_each_day_shows_the_districts_of_that_day(ask: Ask, day: str, districts: str, communes: str) -> None:
    told = ask("/api/units", datetime=day, level="district")
    assert [one["id"] for one in told["collections"]] == [districts]
    assert len(ids(told)) == told["numberMatched"] == 2
    assert {one["properties"]["generation"] for one in told["features"]} == {COLLECTIONS[districts].generation}
    assert [link["href"].rpartition("/")[2] for link in told["links"] if link["rel"] == "collection"] == [districts]
    both = ask("/api/units", datetime=day)
    assert {one["id"] for one in both["collections"]} == {districts, communes}


def test_today_has_no_districts_and_three_wards_and_zones(ask: Ask) -> None:
    assert ask("/api/units", level="district")["features"] == []
    today = ask("/api/units")
    assert [one["id"] for one in today["collections"]] == ["units-2025-07"]
    assert ids(today) == ["2025-07-dac-khu-cat-hai", "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son"]


def test_an_interval_shows_the_units_of_both_sides_page_by_page(ask: Ask, client: Client) -> None:
    seen: list[str] = []
    page = ask("/api/units", datetime="2024-12-31/2025-01-01", level="district", limit=3, skipGeometry="true")
    assert page["features"][0]["geometry"] is None
    seen += ids(page)
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    seen += ids(client.get(following).json())
    assert seen == ["2024-huyen-cat-hai", "2024-quan-do-son", "2025-01-huyen-cat-hai", "2025-01-quan-do-son"]


def test_units_of_which_no_outline_is_known_are_named_where_they_are_published(
    client: Client, ask: Ask, connection: Connection
) -> None:
    told = {"level": "commune", "generation": "2025-01"}
    drawn = unit("2025-01-xa-bac-son", full_name="Xã Bắc Sơn", box=(106.6, 20.8, 106.7, 20.9), **told)
    store_units(connection, unit("2025-01-phuong-le-loi", full_name="Phường Lê Lợi", **told), drawn)
    assert ask("/api/collections/communes-2025-01")["withoutOutline"] == ["Phường Lê Lợi"]
    page = client.get("/api/collections/communes-2025-01?f=html").text
    assert "Chưa có đường ranh" in page
    assert "Phường Lê Lợi" in page
    assert "Xã Bắc Sơn" not in page
    assert "Without an outline" not in client.get("/api/collections/districts-2024?f=html&lang=en").text


def test_a_collection_of_units_answers_for_its_own_days(ask: Ask) -> None:
    path = "/api/collections/districts-2024/items"
    assert ask(path, datetime="2023-06-30")["numberMatched"] == 2
    assert ask(path, datetime="2025-01-01/..")["features"] == []
    assert ask(path, datetime="../2025-01-01")["numberMatched"] == 2
    assert ask("/layers/districts-2024.geojson", datetime="2025-02-01")["features"] == []


@pytest.mark.parametrize("datetime", ["2023", "yesterday", "2025-02-30", "2025-02-01/2023-06-30", "../.."])
def test_a_day_that_is_none_is_refused_with_the_accepted_form(refused: Ask, datetime: str) -> None:
    for path in ("/api/units", "/api/collections/districts-2024/items"):
        assert "datetime=" in refused(path, datetime=datetime)["detail"]
    refused("/api/units", level="province")
    refused("/api/collections/districts-2024/items", **{"as-of": "2023-06-30"})


def test_people_get_a_page_with_the_units_of_the_day(client: Client) -> None:
    page = client.get("/api/units", params={"datetime": "2025-02-01", "f": "html", "lang": "vi", "limit": 3})
    assert page.status_code == 200
    for words in ("01/02/2025", "/api/collections/districts-2025-01/items/2025-01-", 'value="2025-02-01"', "Trang sau"):
        assert words in page.text
    nothing = client.get("/api/units", params={"level": "district", "f": "html", "lang": "en"})
    assert "no districts" in nothing.text


def test_a_unit_leads_to_what_it_became_and_to_what_it_was(ask: Ask) -> None:
    unit = ask("/api/collections/districts-2024/items/2024-huyen-cat-hai")
    hrefs = {link["rel"]: link["href"].removeprefix("http://map.example") for link in unit["links"]}
    told = ask(hrefs[f"{REL}:successors"])
    assert [(one["id"], one["collection"], one["relation"]) for one in told["successors"]] == [
        ("2025-01-huyen-cat-hai", "districts-2025-01", "whole")
    ]
    (next_one,) = (link["href"] for link in told["links"] if link["rel"] == "item")
    assert ask(next_one.removeprefix("http://map.example"))["id"] == "2025-01-huyen-cat-hai"
    assert ask(hrefs[f"{REL}:predecessors"])["predecessors"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/port/items/cang-a/successors",
        "/api/collections/districts-2024/items/2025-01-quan-do-son/successors",
        "/api/collections/districts-2024/items/x/predecessors",
        "/api/collections/districts-2031/items/x/predecessors",
        "/api/collections/districts-2024/items/%00/successors",
    ],
)
def test_what_is_no_unit_has_no_successor(refused: Ask, path: str) -> None:
    refused(path, 404)


def test_a_saved_link_with_a_district_that_is_no_more_answers_and_says_what_became_of_it(ask: Ask) -> None:
    for path in ("/api/collections/projects/items", "/api/counts"):
        told = ask(path, district="2024-huyen-cat-hai")
        assert told["numberMatched"] == 1
        (unit,) = told["units"]
        assert (unit["full_name"], unit["valid_to"]) == ("Huyện Cát Hải", "2024-12-31")
        assert [one["full_name"] for one in unit["successors"]] == ["Đặc khu Cát Hải"]
    items = ask("/api/collections/projects/items", district="2024-huyen-cat-hai")
    (link,) = (link["href"] for link in items["links"] if link["rel"] == f"{REL}:successors")
    assert ask(link.removeprefix("http://map.example"))["today"][0]["id"] == "2025-07-dac-khu-cat-hai"


def test_a_unit_of_today_needs_no_such_word(ask: Ask) -> None:
    for path in ("/api/collections/projects/items", "/api/counts"):
        assert "units" not in ask(path, district="2025-07-dac-khu-cat-hai")
        assert "units" not in ask(path)


def test_the_number_that_is_in_no_unit_opens_its_rows(ask: Ask, refused: Ask) -> None:
    told = ask("/api/counts/units")
    assert (told["generation"], told["numberMatched"], told["unassigned"]) == ("units-2025-07", 3, 2)
    rows = ask("/api/collections/port/items", district="chua-xac-dinh@units-2025-07")
    assert ids(rows) == ["cang-b", "cang-c"]
    assert ask("/api/counts", district="chua-xac-dinh@units-2025-07,cat-hai")["numberMatched"] == 3
    problem = refused("/api/counts", district="chua-xac-dinh@2031")
    assert "chua-xac-dinh@units-2025-07" in problem["allowed"]
    refused("/api/counts", district="chua-xac-dinh")


def test_counts_by_unit_take_the_filters_of_items(ask: Ask, refused: Ask) -> None:
    told = ask("/api/counts/units", generation="districts-2024", layer="port", district="cat-hai")
    assert {one["id"]: one["numberMatched"] for one in told["units"]} == {
        "2024-huyen-cat-hai": 1, "2024-quan-do-son": 0,
    }  # fmt: skip
    assert "units-2025-07" in refused("/api/counts/units", generation="2031")["allowed"]
    refused("/api/counts/units", limit=3)


def test_a_commune_that_a_resolution_left_alone_kept_its_outline(ask: Ask) -> None:
    page = ask("/api/collections/communes-2025-01/items")
    outlines = {one["id"]: one["geometry"] for one in page["features"]}
    before = ask("/api/collections/communes-2024/items/2024-xa-dong-bai")["geometry"]
    assert outlines["2025-01-xa-dong-bai"] == before


@pytest.mark.parametrize("collection", ["districts-2024", "communes-2024", "districts-2025-01", "units-2025-07"])
def test_short_outlines_are_the_outlines_of_the_items_in_whole_numbers(client: Client, collection: str) -> None:
    told = client.get(f"/api/outlines/{collection}").json()
    items = client.get(f"/api/collections/{collection}/items?limit=1000").json()["features"]
    drawn = {unit["id"]: unit["geometry"]["coordinates"] for unit in items if unit["geometry"]}
    assert drawn
    assert {
        id_: [[_points(ring) for ring in rings] for rings in polygons] for id_, polygons in told["outlines"].items()
    } == drawn


def _points(steps: list[int]) -> list[list[float]]:
    xs, ys = (accumulate(steps[axis::2]) for axis in (0, 1))
    return [[x / 10**4, y / 10**4] for x, y in zip(xs, ys, strict=True)]
