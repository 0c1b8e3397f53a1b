"""How many projects are in each unit, and how many in none. The city is that of `tests.territory`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, event, text

from geo import listing, store, unit_counts, units
from geo.clocks import Clocks
from geo.query import FeatureQuery
from geo.units import COLLECTIONS
from tests.factories import edit, fact, geometry, point, store_units
from tests.factories import store as put
from tests.territory import STEPS, UNITS

EVERY = FeatureQuery()


@pytest.fixture
def city(connection: Connection) -> Connection:
    """Six projects: on Đồng Bài, on Cát Bà, across the border of Đồ Sơn's wards, in words in divided Minh Đức, nowhere,
    and withdrawn."""
    store_units(connection, *UNITS, successions=STEPS)
    put(
        connection,
        edit("a-dong-bai", geometry=point(106.95, 20.80), facts=(fact("completed"),)),
        edit("b-cat-ba", layer="tourism", geometry=point(107.05, 20.80), facts=(fact("under_construction"),)),
        edit("c-duong", geometry=geometry("LineString", [[106.79, 20.7], [106.81, 20.7]]), facts=(fact("completed"),)),
        edit("d-minh-duc", districts=("2024-phuong-minh-duc",)),
        edit("e-chua-ro"),
        edit("f-rut", geometry=point(106.95, 20.80), withdrawn=True),
    )
    return connection


def counted(connection: Connection, collection: str, query: FeatureQuery = EVERY) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(unit_counts.by_unit(connection, query, COLLECTIONS[collection]))
    return told


def numbers(told: dict[str, Any]) -> dict[str, int]:
    return {one["id"]: one["numberMatched"] for one in told["units"]}


def found(connection: Connection, query: FeatureQuery) -> list[str]:
    page = listing.items(connection, query)
    return [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]


def test_every_district_of_2024_tells_its_number_by_status(city: Connection) -> None:
    told = counted(city, "districts-2024")
    assert (told["generation"], told["numberMatched"], told["unassigned"]) == ("districts-2024", 5, 1)
    assert told["units"] == [
        {"id": "2024-huyen-cat-hai", "full_name": "Huyện Cát Hải", "numberMatched": 2,
         "status": {"completed": 1, "under_construction": 1}},
        {"id": "2024-quan-do-son", "full_name": "Quận Đồ Sơn", "numberMatched": 2,
         "status": {"completed": 1, "unknown": 1}},
    ]  # fmt: skip


def test_what_lies_on_a_border_counts_on_both_sides_and_once_in_all(city: Connection) -> None:
    told = counted(city, "units-2025-07")
    assert numbers(told) == {
        "2025-07-dac-khu-cat-hai": 2, "2025-07-phuong-do-son": 1, "2025-07-phuong-nam-do-son": 1,
    }  # fmt: skip
    assert told["numberMatched"] == 5


def test_a_project_of_a_divided_ward_stays_undetermined_until_somebody_maps_it(city: Connection) -> None:
    assert counted(city, "communes-2024")["unassigned"] == 1  # e
    assert counted(city, "units-2025-07")["unassigned"] == 2  # d, too: no half of Minh Đức is guessed
    undetermined = FeatureQuery(unassigned=("units-2025-07",))
    assert found(city, undetermined) == ["d-minh-duc", "e-chua-ro"]
    put(city, edit("d-minh-duc", districts=("2024-phuong-minh-duc",), geometry=point(106.84, 20.7)))
    assert numbers(counted(city, "units-2025-07"))["2025-07-phuong-nam-do-son"] == 2
    assert found(city, undetermined) == ["e-chua-ro"]


def test_undetermined_projects_can_be_asked_for_beside_those_of_a_unit(city: Connection) -> None:
    query = FeatureQuery(units=units.resolve(city, "cat-hai"), unassigned=("districts-2024",))
    assert found(city, query) == ["a-dong-bai", "b-cat-ba", "e-chua-ro"]
    assert orjson.loads(store.counts(city, query))["numberMatched"] == 3


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_each_number_is_what_a_filter_by_that_unit_finds(city: Connection, collection: str) -> None:
    for query in (EVERY, FeatureQuery(statuses=("completed",)), FeatureQuery(layers=("port",)), FeatureQuery(q="cang")):
        told = counted(city, collection, query)
        assert told["numberMatched"] == len(found(city, query))
        for unit in told["units"]:
            inside = FeatureQuery(
                units=units.resolve(city, unit["id"]), statuses=query.statuses, layers=query.layers, q=query.q
            )
            assert unit["numberMatched"] == len(found(city, inside)) == sum(unit["status"].values()), unit["id"]
        nowhere = FeatureQuery(unassigned=(collection,), statuses=query.statuses, layers=query.layers, q=query.q)
        assert told["unassigned"] == len(found(city, nowhere))


def test_the_undetermined_have_a_name_in_titles(connection: Connection) -> None:
    assert units.full_names(connection, "chua-xac-dinh@units-2025-07") == (
        "Chưa xác định (Phường, xã, đặc khu từ 01/07/2025)",
    )


def test_units_without_a_project_are_listed_with_nought(city: Connection) -> None:
    told = counted(city, "communes-2024", FeatureQuery(ids=("a-dong-bai",)))
    assert numbers(told) == dict.fromkeys(numbers(told), 0) | {"2024-xa-dong-bai": 1}
    assert len(told["units"]) == 5
    assert told["units"][0]["status"] == {}


def test_a_city_without_units_or_projects_has_empty_counts(connection: Connection) -> None:
    assert counted(connection, "units-2025-07") == {
        "generation": "units-2025-07", "numberMatched": 0, "unassigned": 0, "units": [],
    }  # fmt: skip


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_all_of_it_is_one_statement_and_a_search_for_words_one_more(city: Connection) -> None:
    with statements(city) as seen:
        counted(city, "units-2025-07")
    assert len(seen) == 1
    with statements(city) as seen:
        counted(city, "units-2025-07", FeatureQuery(q="cang"))
    assert len(seen) == 2


# The two clocks.


def test_counts_of_a_past_day_are_by_the_stage_of_that_day_in_units_of_any_generation(city: Connection) -> None:
    """Đồng Bài's port was finished in 2023-02 as told; the day before, nothing was told of it yet."""
    for collection, unit_id in (
        ("districts-2024", "2024-huyen-cat-hai"),
        ("units-2025-07", "2025-07-dac-khu-cat-hai"),
        ("communes-2024", "2024-xa-dong-bai"),
    ):
        for day, status in ((date(2023, 1, 31), "unknown"), (date(2023, 2, 1), "completed")):
            query = FeatureQuery(ids=("a-dong-bai",), clocks=Clocks(day))
            told = {one["id"]: one["status"] for one in counted(city, collection, query)["units"]}
            assert told[unit_id] == {status: 1}, (collection, day)


def test_what_was_located_elsewhere_then_is_counted_where_it_was_known_to_be(city: Connection) -> None:
    known = city.execute(text("SELECT max(recorded_at) FROM changeset")).scalar_one()
    put(city, edit("a-dong-bai", geometry=point(106.775, 20.7), facts=()))  # it was in Hải Sơn all along
    then = FeatureQuery(clocks=Clocks(date(2026, 11, 22), known))
    before, now = (numbers(counted(city, "districts-2024", query)) for query in (then, EVERY))
    assert (before, now) == (
        {"2024-huyen-cat-hai": 2, "2024-quan-do-son": 2}, {"2024-huyen-cat-hai": 1, "2024-quan-do-son": 3},
    )  # fmt: skip
    for unit_id, number in before.items():
        inside = FeatureQuery(units=units.resolve(city, unit_id), clocks=then.clocks)
        assert len(found(city, inside)) == number
    put(city, edit("e-chua-ro", geometry=point(106.95, 20.8)))
    assert counted(city, "districts-2024")["unassigned"] == 0
    assert counted(city, "districts-2024", then)["unassigned"] == 1
    assert found(city, FeatureQuery(unassigned=("districts-2024",), clocks=then.clocks)) == ["e-chua-ro"]
