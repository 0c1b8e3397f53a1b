"""The days on which the city changed, and what changed between two of them."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store_directive, store_units, succession, unit
from tests.factories import store as put

CHANGES, TIMELINE = "/api/changes", "/api/timeline"


@pytest.fixture
def city(connection: Connection) -> str:
    """Three ports and a park, of which one port is told of later; the instant before that."""
    store_directive(connection)
    store_units(
        connection,
        unit(),
        unit("2025-01-huyen-cat-hai", generation="2025-01", valid_from="2025-01-01"),
        successions=[succession("2024-huyen-cat-hai", "2025-01-huyen-cat-hai") | {"resolution": "1232/NQ-UBTVQH15"}],
    )
    put(
        connection,
        edit(
            "cang-a",
            geometry=point(),
            facts=(fact("proposed", valid_from="2022"), fact("operational", valid_from="2024-03")),
        ),
        edit("cang-b", facts=(fact("completed", valid_from="2019-05-01"),)),
        edit("cong-vien", layer="park", facts=(fact("under_construction", valid_from="2023-02-15"),)),
    )
    known: datetime = connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one()
    late = fact(None, valid_from="2023-05", condition="delayed", source="Kết luận", basis="decided")
    put(connection, edit("cang-b", facts=(late,)))
    return known.isoformat()


def between(ask: Ask, datetime: str, **asked: str) -> dict[str, tuple[Any, Any]]:
    found = ask(CHANGES, datetime=datetime, **asked)
    assert found["numberMatched"] == found["numberReturned"] == len(found["changes"])
    return {one["id"]: (one["before"]["status"], one["after"]["status"]) for one in found["changes"]}


@pytest.mark.usefixtures("city")
def test_two_days_are_compared(ask: Ask) -> None:
    assert between(ask, "2021-12-31/2023-06-30") == {
        "cang-a": ("unknown", "proposed"),
        "cang-b": ("completed", "completed"),  # delayed since May
        "cong-vien": ("unknown", "under_construction"),
    }
    assert between(ask, "2023-06-30/2024-02-29") == {}
    assert between(ask, "2023-06-30/..") == {"cang-a": ("proposed", "operational")}
    assert between(ask, "2023-06-30/2099-01-01") == {"cang-a": ("proposed", "operational")}
    assert between(ask, "2021-12-31/2023-06-30", layer="park") == {"cong-vien": ("unknown", "under_construction")}
    assert between(ask, "2021-12-31/2023-06-30", status="proposed") == {"cang-a": ("unknown", "proposed")}


def test_what_was_not_known_then_had_not_changed(ask: Ask, city: str) -> None:
    assert between(ask, "2023-01-01/2023-06-30", **{"as-of": city}) == {"cong-vien": ("unknown", "under_construction")}


@pytest.mark.usefixtures("city")
def test_a_change_tells_both_states_and_on_whose_word(ask: Ask) -> None:
    found = ask(CHANGES, datetime="2023-03-01/2023-06-30", layer="port")
    assert (found["from"], found["to"]) == ("2023-03-01", "2023-06-30")
    (one,) = found["changes"]
    assert one["name_vi"] == "Cảng A"
    assert one["before"] == {
        "status": "completed", "status_vi": "Hoàn thành", "status_en": "Completed", "condition": "not_assessed",
        "valid_from": "2019-05-01",
    }  # fmt: skip
    assert (one["after"]["condition"], one["after"]["condition_valid_from"]) == ("delayed", "2023-05")
    assert (one["after"]["basis"], one["after"]["source"]) == ("reported", "Báo Hải Phòng")


@pytest.mark.usefixtures("city")
def test_the_pages_of_changes_are_the_whole(client: TestClient, ask: Ask) -> None:
    url, found = f"{CHANGES}?datetime=2018-01-01/2026-01-01&limit=1", []
    while url:
        page = client.get(url).json()
        assert (page["numberMatched"], page["numberReturned"]) == (3, 1)
        found += [one["id"] for one in page["changes"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert found == list(between(ask, "2018-01-01/2026-01-01"))


@pytest.mark.parametrize("asked", [{}, {"datetime": "2023-06-30"}, {"datetime": "../2023-06-30"}, {"datetime": "x/y"},
                                   {"datetime": "2024-01-01/2023-01-01"}])  # fmt: skip
def test_to_compare_takes_two_days(client: TestClient, asked: dict[str, str]) -> None:
    answer = client.get(CHANGES, params=asked)
    assert answer.status_code == 400
    assert "2023" in answer.json()["detail"]


def test_the_timeline_tells_each_date_as_it_is_printed(ask: Ask, city: str) -> None:
    told = ask(TIMELINE)
    assert [(one["date"], one["precision"], one["from"], one["at"]) for one in told["days"]] == [
        ("2019-05-01", "day", "2019-05-01", "2019-05-01"),
        ("2022", "year", "2022-01-01", "2022-12-31"),
        ("2023-02-15", "day", "2023-02-15", "2023-02-15"),
        ("2023-05", "month", "2023-05-01", "2023-05-31"),
        ("2024-03", "month", "2024-03-01", "2024-03-31"),
    ]
    assert all((one["facts"], one["features"]) == (1, 1) for one in told["days"])
    assert told["complete"] is True
    assert [(one["id"], one["date"]) for one in told["documents"]] == [("ct-02-2023", "2023-01-19")]
    assert [(one["date"], one["resolution"]) for one in told["reorganisations"]] == [
        ("2025-01-01", "1232/NQ-UBTVQH15"), ("2025-07-01", None),
    ]  # fmt: skip
    then = ask(TIMELINE, **{"as-of": city})
    assert "2023-05" not in {one["date"] for one in then["days"]}


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("asked", "dates"),
    [
        ({"layer": "park"}, ["2023-02-15"]),
        ({"datetime": "2023-01-01/2023-12-31"}, ["2023-02-15", "2023-05"]),
        ({"datetime": "../2022-06-30"}, ["2019-05-01", "2022"]),
        ({"status": "operational"}, ["2022", "2024-03"]),
    ],
)
def test_a_timeline_is_that_of_the_projects_that_were_asked_for(
    ask: Ask, asked: dict[str, str], dates: list[str]
) -> None:
    assert [one["date"] for one in ask(TIMELINE, **asked)["days"]] == dates
