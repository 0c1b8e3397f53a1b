"""The rows of a list: grouped, in order, in windows; held against numbers worked out by hand and against items."""

from typing import Any

import pytest
from sqlalchemy import Connection, text

from geo import rows
from geo.due import due
from tests import territory
from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store, store_directive, store_mandate, store_units

ROWS = "/api/rows"
RUNNING, BUILT = (fact("operational"),), (fact("under_construction"),)
# At 20.8 N a degree of longitude is 104 108 m on WGS 84, one of latitude 110 714 m.
EAST_3_KM, NORTH_2200_M = 3_000 / 104_108, 2_200 / 110_714


@pytest.fixture
def city(connection: Connection) -> Connection:
    """A port that runs, what lies around it, and one project that nobody has placed."""
    store_units(connection, *territory.UNITS, successions=territory.STEPS)
    store(
        connection,
        edit("ben-a", name_vi="Bến A", name_en="Berth A", geometry=point(106.95, 20.8), facts=RUNNING,
             location_accuracy="mapped"),
        edit("dong", layer="tourism", name_vi="Đông", geometry=point(106.95 + EAST_3_KM, 20.8), facts=BUILT,
             location_accuracy="mapped"),
        edit("bac", layer="tourism", name_vi="Bắc", geometry=point(106.95, 20.8 + NORTH_2200_M), facts=BUILT,
             location_accuracy="surveyed"),
        edit("xa", layer="park", name_vi="Xã viên", geometry=point(106.95, 20.8), facts=(fact("proposed"),),
             location_accuracy="commune"),
        edit("an", layer="park", name_vi="Ẩn", districts=("2024-huyen-cat-hai",), facts=(fact("proposed"),)),
    )  # fmt: skip
    store_directive(connection)
    store_mandate(connection, "bac")
    return connection


def ids(told: dict[str, Any]) -> list[str]:
    return [row["id"] for row in told["rows"]]


@pytest.mark.usefixtures("city")
def test_every_row_says_where_it_lies(ask: Ask) -> None:
    told = {row["id"]: row for row in ask(ROWS)["rows"]}
    assert told["dong"]["place_vi"] == "Đặc khu Cát Hải, 3 km về phía đông của Bến A"
    assert told["dong"]["place_en"] == "Đặc khu Cát Hải, 3 km east of Berth A"
    assert told["bac"]["place_vi"] == "Đặc khu Cát Hải, 2 km về phía bắc của Bến A"
    assert told["xa"]["place_vi"] == told["ben-a"]["place_vi"] == "Đặc khu Cát Hải"
    assert told["an"]["place_vi"] == "Đặc khu Cát Hải, chưa rõ vị trí"
    assert (told["an"]["point"], told["an"]["bbox"]) == (None, None)
    assert told["dong"]["point"] == [pytest.approx(106.97882, abs=1e-5), 20.8]
    assert (told["bac"]["due"], told["bac"]["due_last"], told["bac"]["verdict"]) == ("2023", "2023-12-31", "unknown")


@pytest.mark.usefixtures("city")
def test_units_are_those_of_the_day(ask: Ask) -> None:
    told = {row["id"]: row["place_vi"] for row in ask(ROWS, datetime="2024-06-30")["rows"]}
    assert told["dong"] == "Xã Đồng Bài, 3 km về phía đông của Bến A"
    assert told["an"] == "Huyện Cát Hải, chưa rõ vị trí"
    then = ask(ROWS, datetime="2022-06-30", ids="dong")["rows"][0]
    assert then["place_vi"] == "Xã Đồng Bài", "nothing ran there yet that could be a landmark"


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("asked", "expected", "groups"),
    [
        ({}, ["an", "bac", "ben-a", "dong", "xa"], []),
        ({"sort": "-name"}, ["xa", "dong", "ben-a", "bac", "an"], []),
        ({"sort": "due"}, ["bac", "an", "ben-a", "dong", "xa"], []),
        ({"sort": "-due"}, ["bac", "an", "ben-a", "dong", "xa"], []),
        ({"sort": "-status"}, ["ben-a", "bac", "dong", "an", "xa"], []),
        ({"group": "layer"}, ["ben-a", "bac", "dong", "an", "xa"], [("port", 0, 1), ("tourism", 1, 2), ("park", 3, 2)]),
        ({"group": "status", "sort": "-name"}, ["xa", "an", "dong", "bac", "ben-a"],
         [("proposed", 0, 2), ("under_construction", 2, 2), ("operational", 4, 1)]),
        ({"group": "due"}, ["bac", "an", "ben-a", "dong", "xa"], [("2023", 0, 1), ("none", 1, 4)]),
        ({"group": "district"}, ["an", "bac", "ben-a", "dong", "xa"], [("2025-07-dac-khu-cat-hai", 0, 5)]),
        ({"q": "bac", "group": "layer"}, ["bac"], [("tourism", 0, 1)]),
        ({"district": "do-son"}, [], []),
    ],
)  # fmt: skip
def test_rows_stand_in_groups_and_in_order(
    ask: Ask, asked: dict[str, str], expected: list[str], groups: list[tuple[str, int, int]]
) -> None:
    told = ask(ROWS, **asked)
    assert ids(told) == expected
    assert [(one["key"], one["first"], one["numberMatched"]) for one in told["groups"]] == groups
    assert told["numberMatched"] == len(expected)


@pytest.mark.usefixtures("city")
def test_a_window_may_begin_anywhere(ask: Ask, refused: Ask) -> None:
    assert ids(ask(ROWS, offset=3, window=1)) == ["dong"]
    assert ids(ask(ROWS, offset=99)) == []
    around = ask(ROWS, around="dong", window=2)
    assert (around["offset"], ids(around)) == (2, ["ben-a", "dong"])
    left_out = ask(ROWS, around="dong", status="proposed")
    assert (left_out["offset"], left_out["rows"]) == (left_out["numberMatched"], [])
    for wrong in (
        {"window": 201},
        {"window": 0},
        {"offset": "x"},
        {"sort": "area"},
        {"group": "investor"},
        {"limit": 5},
    ):
        refused(ROWS, **wrong)
    refused(ROWS, around="dong", offset=2)


def test_what_is_recorded_later_is_seen_at_once(ask: Ask, city: Connection) -> None:
    assert ask(ROWS)["numberMatched"] == 5
    store(city, edit("moi", name_vi="Mới", facts=BUILT))
    assert ask(ROWS)["numberMatched"] == 6
    assert due(city, None).keys() == {"bac"}


def test_thousands_of_rows_are_in_the_order_of_items(ask: Ask, city: Connection) -> None:
    store(city, *(edit(f"p-{n:04}", name_vi=f"Công viên {n * 7919 % 2003}", facts=BUILT) for n in range(1_200)))
    items = ask("/api/collections/projects/items", sortby="name_vi", limit=2_000)["features"]
    windows = [ids(ask(ROWS, offset=at, window=150)) for at in range(0, 1_205, 150)]
    assert [one for window in windows for one in window] == [feature["id"] for feature in items]
    assert ask(ROWS, around="p-0777", window=1)["rows"][0]["id"] == "p-0777"


def test_names_are_read_in_order_from_their_index(connection: Connection) -> None:
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(
        connection.scalars(
            text("EXPLAIN SELECT id, layer, status FROM feature WHERE NOT withdrawn ORDER BY name_vi, id")
        )
    )
    assert "Index Only Scan using feature_name" in plan
    assert "Sort" not in plan
    assert rows.MOST_ROWS <= 200
