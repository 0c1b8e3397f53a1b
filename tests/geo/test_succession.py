"""What became of a district, a ward or a commune, and what it was made of. The city is that of `tests.territory`."""

from typing import Any

import pytest
from sqlalchemy import Connection

from geo import succession
from geo.errors import FeatureNotFound
from geo.units import COLLECTIONS
from tests.factories import store_units
from tests.factories import succession as step
from tests.territory import STEPS, UNITS, commune, district, in_its_days

OF = {"2024": "districts-2024", "2025-01": "districts-2025-01", "2025-07": "units-2025-07"}


@pytest.fixture
def city(connection: Connection) -> Connection:
    store_units(connection, *map(in_its_days, UNITS), successions=STEPS)
    return connection


def steps(connection: Connection, collection: str, unit_id: str, direction: succession.Direction) -> dict[str, Any]:
    return succession.steps(connection, COLLECTIONS[collection], unit_id, direction)


def pairs(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["id"], one["relation"]) for one in told]


def test_an_old_district_became_the_same_district_and_is_a_special_zone_today(city: Connection) -> None:
    told = steps(city, "districts-2024", "2024-huyen-cat-hai", "successors")
    assert told["unit"]["full_name"] == "Huyện Cát Hải"
    assert pairs(told["successors"]) == [("2025-01-huyen-cat-hai", "whole")]
    assert pairs(told["today"]) == [("2025-07-dac-khu-cat-hai", "whole")]
    assert told["today"][0]["collection"] == "units-2025-07"


def test_a_ward_that_was_divided_is_in_both_of_its_heirs_in_part(city: Connection) -> None:
    told = steps(city, "communes-2024", "2024-phuong-minh-duc", "successors")
    assert pairs(told["successors"]) == [("2025-01-phuong-minh-duc", "whole")]
    assert pairs(told["today"]) == [("2025-07-phuong-do-son", "part"), ("2025-07-phuong-nam-do-son", "part")]
    last = steps(city, "communes-2025-01", "2025-01-phuong-minh-duc", "successors")
    assert set(pairs(last["successors"])) == set(pairs(last["today"])) == set(pairs(told["today"]))


def test_a_district_of_which_no_resolution_speaks_is_where_its_wards_went(city: Connection) -> None:
    told = steps(city, "districts-2025-01", "2025-01-quan-do-son", "successors")
    assert told["successors"] == []
    assert set(pairs(told["today"])) == {("2025-07-phuong-do-son", "part"), ("2025-07-phuong-nam-do-son", "part")}


def test_what_only_a_neighbour_may_have_given_is_not_claimed(connection: Connection) -> None:
    """A and B became C whole; then a part of C went to D. Whether that part was A's, nobody says."""
    store_units(
        connection,
        *map(
            in_its_days,
            (
                commune("2024-xa-a", "1", "Xã A"),
                commune("2024-xa-b", "2", "Xã B"),
                commune("2025-01-xa-c", "3", "Xã C"),
                commune("2025-07-xa-d", "4", "Xã D"),
                commune("2025-07-xa-e", "5", "Xã E"),
            ),
        ),
        successions=(
            step("2024-xa-a", "2025-01-xa-c"),
            step("2024-xa-b", "2025-01-xa-c"),
            step("2025-01-xa-c", "2025-07-xa-d", "part"),
            step("2025-01-xa-c", "2025-07-xa-e", "part"),
        ),
    )
    assert steps(connection, "communes-2024", "2024-xa-a", "successors")["today"] == []
    assert pairs(steps(connection, "communes-2025-01", "2025-01-xa-c", "successors")["today"]) == [
        ("2025-07-xa-d", "part"), ("2025-07-xa-e", "part"),
    ]  # fmt: skip


def test_a_unit_of_today_tells_what_it_was_made_of(city: Connection) -> None:
    told = steps(city, "units-2025-07", "2025-07-phuong-do-son", "predecessors")
    assert pairs(told["predecessors"]) == [("2025-01-phuong-hai-son", "whole"), ("2025-01-phuong-minh-duc", "part")]
    assert "today" not in told
    still = steps(city, "units-2025-07", "2025-07-phuong-do-son", "successors")
    assert still["successors"] == []
    assert [one["id"] for one in still["today"]] == ["2025-07-phuong-do-son"]


@pytest.mark.parametrize(
    ("collection", "unit_id"),
    [("districts-2024", "2025-01-quan-do-son"), ("communes-2024", "2024-quan-do-son"), ("units-2025-07", "nowhere")],
)
def test_a_unit_is_found_in_its_own_collection_alone(city: Connection, collection: str, unit_id: str) -> None:
    with pytest.raises(FeatureNotFound, match=f"{collection} has no unit"):
        steps(city, collection, unit_id, "successors")


def test_only_units_that_are_no_more_have_a_fate(city: Connection) -> None:
    asked = ["2025-07-phuong-do-son", "2025-01-huyen-cat-hai", "2024-huyen-cat-hai"]
    told = succession.fates(city, asked)
    assert [(one["id"], str(one["valid_to"]), pairs(one["successors"])) for one in told] == [
        ("2024-huyen-cat-hai", "2024-12-31", [("2025-07-dac-khu-cat-hai", "whole")]),
        ("2025-01-huyen-cat-hai", "2025-06-30", [("2025-07-dac-khu-cat-hai", "whole")]),
    ]
    assert succession.fates(city, ["2025-07-phuong-do-son"]) == succession.fates(city, []) == []


def test_an_old_unit_of_hai_duong_has_a_fate_and_no_collection(connection: Connection) -> None:
    old = district("2025-01-thanh-pho-chi-linh", "290", "Thành phố Chí Linh", None) | {"province_code": "30"}
    new = commune("2025-07-phuong-chi-linh", "10546", "Phường Chí Linh")
    store_units(
        connection, in_its_days(old), in_its_days(new), successions=[step(old["id"], "2025-07-phuong-chi-linh")]
    )
    (told,) = succession.fates(connection, [old["id"]])
    assert (told["collection"], pairs(told["successors"])) == (None, [("2025-07-phuong-chi-linh", "whole")])
