"""The city on any day, as it was known at any instant: pages, one project, counts, files and tiles tell the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from geo import listing, outgoing, store, tiles
from geo.apply import refresh
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.query import FeatureQuery
from geo.tiles import Tile
from tests.factories import BOX, edit, fact, point, store_units, unit
from tests.factories import store as put

DAY, TODAY = date(2023, 6, 30), date(2026, 11, 1)
TILE = Tile(8, 112, 204)
"""Cát Hải and the sea around it."""


def known(connection: Connection) -> datetime:
    """The last instant at which something was recorded."""
    found: datetime = connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one()
    return found


def state(connection: Connection, clocks: Clocks | None = None, feature_id: str = "cang-a") -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(store.item(connection, None, feature_id, clocks=clocks))["properties"]
    return found


def ids(connection: Connection, query: FeatureQuery) -> list[str]:
    page = listing.items(connection, query)
    found = [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]
    assert page.matched == len(found)
    return found


def test_a_project_is_shown_as_it_stood_on_the_day(connection: Connection) -> None:
    put(connection, edit(facts=(fact("proposed", valid_from="2022"), fact("operational", valid_from="2024-03"))))
    days = {
        date(2021, 12, 31): "unknown",
        date(2022, 1, 1): "proposed",  # some day in 2022: from its first day on
        date(2024, 2, 29): "proposed",
        date(2024, 3, 1): "operational",
        date(2050, 1, 1): "operational",
    }
    assert {day: state(connection, Clocks(day))["status"] for day in days} == days


def test_the_day_changes_what_is_said_of_the_state_and_nothing_else(connection: Connection) -> None:
    put(connection, edit(geometry=point(), facts=(fact("proposed", valid_from="2022"),), investor="Công ty Ắ"))
    then = orjson.loads(store.item(connection, None, "cang-a"))
    put(
        connection,
        edit(geometry=point(), facts=(fact("operational", valid_from="2024-03"),), investor="Công ty Ắ"),
    )
    now = orjson.loads(store.item(connection, None, "cang-a", clocks=Clocks(DAY)))
    assert list(now["properties"]) == list(then["properties"])
    differing = {name for name, value in then["properties"].items() if now["properties"][name] != value}
    assert differing <= {"version", "updated_at"}
    assert now["geometry"] == then["geometry"]


def test_of_the_time_before_any_word_nothing_is_told(connection: Connection) -> None:
    put(connection, edit(facts=(fact("operational", valid_from="2024-03", text_vi="đã vận hành"),)))
    told = state(connection, Clocks(DAY))
    assert (told["status"], told["condition"]) == ("unknown", "not_assessed")
    for name in ("basis", "valid_from", "status_source", "status_text_vi", "last_told", "condition_source"):
        assert told[name] is None


def test_a_filter_asks_for_the_state_of_the_day(connection: Connection) -> None:
    put(
        connection,
        edit("cang-a", facts=(fact("proposed", valid_from="2022"), fact("operational", valid_from="2024-03"))),
        edit("cang-b", facts=(fact("operational", valid_from="2020"),)),
        edit("cang-c"),
    )
    asked = FeatureQuery(statuses=("operational",))
    assert ids(connection, asked) == ["cang-a", "cang-b"]
    assert ids(connection, replace(asked, clocks=Clocks(DAY))) == ["cang-b"]
    assert ids(connection, FeatureQuery(statuses=("unknown",), clocks=Clocks(DAY))) == ["cang-c"]
    assert ids(connection, FeatureQuery(sortby=(("valid_from", True),), clocks=Clocks(DAY))) == [
        "cang-a", "cang-b", "cang-c",
    ]  # fmt: skip


def test_what_was_recorded_later_was_not_known_then(connection: Connection) -> None:
    put(connection, edit(facts=(fact("site_clearance", valid_from="2022"),)))
    first = known(connection)
    put(connection, edit(facts=(fact("under_construction", valid_from="2023-03"),), name_vi="Cảng Á"))
    second = known(connection)
    (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'under_construction'")).scalars()
    put(connection, replace(edit(), retracted=(wrong,)))
    third = known(connection)
    told = [state(connection, Clocks(DAY, instant)) for instant in (first, second, third)]
    assert [one["status"] for one in told] == ["site_clearance", "under_construction", "site_clearance"]
    assert [one["name_vi"] for one in told] == ["Cảng A", "Cảng Á", "Cảng A"]
    assert [one["version"] for one in told] == [1, 2, 3]
    assert state(connection, Clocks(DAY))["status"] == "site_clearance"


def test_a_project_is_not_there_before_it_was_recorded_and_still_is_before_it_was_withdrawn(
    connection: Connection,
) -> None:
    put(connection, edit("cang-0"))
    before = known(connection)
    put(connection, edit(geometry=point()))
    there = known(connection)
    put(connection, edit(geometry=point(), withdrawn=True))
    gone = known(connection)
    with pytest.raises(FeatureNotFound):
        store.item(connection, None, "cang-a", clocks=Clocks(DAY, before))
    assert state(connection, Clocks(DAY, there))["version"] == 1
    for clocks in (Clocks(DAY, gone), Clocks(DAY)):
        with pytest.raises(FeatureWithdrawn):
            store.item(connection, None, "cang-a", clocks=clocks)
    assert ids(connection, FeatureQuery(clocks=Clocks(DAY, before))) == ["cang-0"]
    assert ids(connection, FeatureQuery(clocks=Clocks(DAY, there))) == ["cang-0", "cang-a"]
    assert ids(connection, FeatureQuery(clocks=Clocks(DAY, gone))) == ["cang-0"]


def test_a_place_that_was_corrected_is_found_where_it_was_thought_to_be(connection: Connection) -> None:
    store_units(
        connection,
        unit(box=BOX["cat-hai"]),
        unit("2024-quan-do-son", name="Đồ Sơn", full_name="Quận Đồ Sơn", type="quận", box=BOX["do-son"]),
    )
    put(connection, edit(geometry=point(106.9, 20.8)))
    then = known(connection)
    put(connection, edit(geometry=point(106.77, 20.7)))
    first, now = Clocks(TODAY, then), Clocks(TODAY, known(connection))
    west, south, east, north = BOX["cat-hai"]
    in_box = FeatureQuery(bbox=BBox(west, south, east, north))
    in_unit = FeatureQuery(units=("2024-huyen-cat-hai",))
    for asked in (in_box, in_unit):
        assert ids(connection, replace(asked, clocks=first)) == ["cang-a"]
        assert ids(connection, replace(asked, clocks=now)) == []
    assert ids(connection, FeatureQuery(units=("2024-quan-do-son",), clocks=first)) == []
    assert ids(connection, FeatureQuery(units=("2024-quan-do-son",), clocks=now)) == ["cang-a"]
    assert state(connection, first)["districts_2024"] == ["Huyện Cát Hải"]


def test_new_outlines_leave_what_was_known_before_as_it_was(connection: Connection) -> None:
    put(connection, edit(geometry=point(106.9, 20.8), facts=(fact(),)))
    then = Clocks(TODAY, known(connection))
    before = store.item(connection, None, "cang-a", clocks=then)
    store_units(connection, unit(box=BOX["cat-hai"]))
    assert refresh(connection) == 1
    assert store.item(connection, None, "cang-a", clocks=then) == before
    assert state(connection, Clocks(TODAY, known(connection)))["districts_2024"] == ["Huyện Cát Hải"]
    assert ids(connection, FeatureQuery(units=("2024-huyen-cat-hai",), clocks=then)) == []
    assert refresh(connection) == 0  # nothing more to tell


ANSWERS: dict[str, Callable[[Connection, FeatureQuery], Any]] = {
    "a page": lambda connection, query: listing.items(connection, query),
    "counts": store.counts,
    "a file": lambda connection, query: b"".join(outgoing.geojson(connection, store.selected(connection, query))),
    "a tile": lambda connection, query: tiles.feature_tile(connection, "projects", query, TILE),
    "one project": lambda connection, query: store.item(connection, None, "cang-7", clocks=query.clocks),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_with_both_clocks_fixed_the_answer_stays_the_same_whatever_comes_later(
    connection: Connection, answer: Callable[[Connection, FeatureQuery], Any]
) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))

    def city(status: str, valid_from: str, shift: float = 0) -> None:
        told = fact(status, valid_from=valid_from)
        places = {f"cang-{n}": point(106.9 + n / 200 + shift, 20.8) for n in range(9)}
        put(connection, *(edit(one, geometry=place, facts=(told,)) for one, place in places.items()))

    city("proposed", "2021")
    city("under_construction", "2023-02")
    asked = FeatureQuery(clocks=Clocks(DAY, known(connection)), units=("2024-huyen-cat-hai",))
    told = answer(connection, asked)
    assert told
    city("operational", "2023-04", 0.3)
    put(connection, edit("cang-3", withdrawn=True), edit("cang-10", geometry=point()))
    store_units(connection, unit(box=BOX["cat-hai"], full_name="Đặc khu Cát Hải"))
    refresh(connection)
    put(connection, replace(edit("cang-4"), retracted=tuple(connection.execute(
        text("SELECT id FROM status_fact WHERE feature = 'cang-4'")).scalars())))  # fmt: skip
    assert answer(connection, asked) == told
    assert answer(connection, replace(asked, clocks=Clocks(DAY))) != told


def test_a_crowded_tile_of_the_past_holds_what_was_known_then(connection: Connection) -> None:
    """Its largest shapes are read a second time: those of then, not those that took their place."""
    west, south, east, north = BOX["cat-hai"]
    ring = [[west, south], [east, south], [east, north], [west, south]]
    large = orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()
    put(
        connection,
        edit("lon", geometry=large),
        *(edit(f"nho-{n}", geometry=point(106.9 + n / 1e5)) for n in range(2100)),
    )
    asked = FeatureQuery(clocks=Clocks(TODAY, known(connection)))
    told = tiles.feature_tile(connection, "projects", asked, TILE)
    put(connection, edit("lon", geometry=point()), *(edit(f"nho-{n}") for n in range(5)))
    assert tiles.feature_tile(connection, "projects", asked, TILE) == told
    assert tiles.feature_tile(connection, "projects", replace(asked, clocks=None), TILE) != told


def test_two_sources_that_tell_different_stages_for_one_date_are_shown_as_a_disagreement(
    connection: Connection,
) -> None:
    ours = fact("under_construction", valid_from="2023-02", source="Báo A")
    put(connection, edit(facts=(ours,)))
    assert state(connection)["status_disputed"] is False
    first = Clocks(DAY, known(connection))
    put(connection, edit(facts=(fact("site_clearance", valid_from="2023-02", source="Báo B"),)))
    assert state(connection)["status_disputed"] is True
    assert state(connection, first)["status_disputed"] is False
    assert state(connection, Clocks(date(2022, 1, 1)))["status_disputed"] is False
    implied = fact("operational", valid_from="2023-02", source="C", basis="implied")
    put(connection, edit("cang-b", facts=(ours, implied)))
    assert state(connection, feature_id="cang-b")["status_disputed"] is False


def test_the_newest_word_tells_how_long_nothing_was_told(connection: Connection) -> None:
    implied = fact("site_clearance", valid_from="2023-02", basis="implied")
    put(connection, edit(facts=(fact("operational", valid_from="2020-05"), implied)))
    assert (state(connection)["valid_from"], state(connection)["last_told"]) == ("2020-05", "2023-02")
    assert state(connection, Clocks(date(2022, 1, 1)))["last_told"] == "2020-05"


def test_every_instant_of_every_day_has_one_state(connection: Connection) -> None:
    put(connection, edit(facts=(fact("proposed", valid_from="2020"), fact("operational", valid_from="2023"))))
    put(connection, edit(facts=(fact("site_clearance", valid_from="2021-05"),)))
    put(connection, edit())
    overlapping = text(
        """
        SELECT count(*) FROM status_period AS one JOIN status_period AS other ON one.feature = other.feature
          AND one.ctid < other.ctid AND one.known_from < other.known_to AND other.known_from < one.known_to
          AND one.valid_from < other.valid_to AND other.valid_from < one.valid_to
        """
    )
    assert connection.execute(overlapping).scalar_one() == 0
    rows = connection.execute(text("SELECT status FROM status_period WHERE known_to = 'infinity' ORDER BY valid_from"))
    assert rows.scalars().all() == ["unknown", "proposed", "site_clearance", "operational"]
