"""What lies near a project, held against the ellipsoid of another library and against SQL; and at the same time."""

from datetime import date
from typing import Any

import pytest
from pyproj import Geod
from sqlalchemy import Connection, text

from geo.interval import ALWAYS, Interval
from geo.together import Stage, together
from tests.api.conftest import Ask
from tests.factories import edit, fact, geometry, point, square
from tests.factories import store as put

NEAR = "/api/collections/projects/items/{}/near"
EARTH = Geod(ellps="WGS84")
TODAY = date(2026, 11, 22)


@pytest.fixture
def town(connection: Connection) -> None:
    """A zone of about 2 km by 2.2 km at 106.90 E, 20.80 N, and what is around it."""
    zone = square(106.90, 20.80, 106.92, 20.82)
    guess = fact("completed", valid_from="2020", basis="inferred")
    road = geometry("LineString", [[106.95, 20.79], [106.95, 20.83]])
    put(
        connection,
        edit("khu", layer="industrial-zone", geometry=zone, facts=(fact(valid_from="2023"),)),
        edit("trong", geometry=point(106.91, 20.81), facts=(fact("operational", valid_from="2022-05"),)),
        edit("bac", layer="park", geometry=point(106.91, 20.83), facts=(fact("proposed", valid_from="2022"),)),
        edit("duong", layer="transport", geometry=road, facts=(guess,)),
        edit("xa", geometry=point(107.02, 20.81), facts=(fact(),)),
        edit("khong-cho", facts=(fact(),)),
        edit("rut", geometry=point(106.911, 20.811), withdrawn=True),
    )  # fmt: skip


def metres(west: float, south: float, east: float, north: float) -> float:
    return float(EARTH.inv(west, south, east, north)[2])


@pytest.mark.usefixtures("town")
def test_the_nearest_come_first_with_geodesic_distances_and_the_way_there(ask: Ask) -> None:
    found = ask(NEAR.format("khu"), within=5000)
    inside, north, road = found["near"]
    assert [one["id"] for one in found["near"]] == ["trong", "bac", "duong"]
    assert (inside["distance_m"], inside["azimuth_deg"]) == (0, None)
    assert north["distance_m"] == pytest.approx(metres(106.91, 20.82, 106.91, 20.83), abs=0.1)
    assert north["azimuth_deg"] == pytest.approx(0, abs=0.2)
    # From the eastern edge at 20.82 or below straight to the road.
    assert road["distance_m"] == pytest.approx(metres(106.92, 20.82, 106.95, 20.82), abs=1)
    assert road["azimuth_deg"] == pytest.approx(90, abs=0.5)
    assert road["nearest"][0] == pytest.approx(106.95, abs=1e-6)
    assert (found["numberMatched"], found["numberReturned"], found["unlocated"], found["within"]) == (3, 3, 1, 5000)
    assert [one["last_told"] for one in found["near"]] == ["2022-05", "2022", "2020"]
    then = ask(NEAR.format("trong"), within=5000, datetime="2022-06-30")["near"]
    assert {one["id"]: one["last_told"] for one in then} == {"bac": "2022", "khu": None, "duong": "2020"}


@pytest.mark.usefixtures("town")
def test_a_distance_is_a_border_not_a_box(ask: Ask) -> None:
    exact = metres(106.91, 20.82, 106.91, 20.83)
    for within, expected in ((0, 1), (exact - 0.5, 1), (exact + 0.5, 2), (20000, 4)):
        found = ask(NEAR.format("khu"), within=f"{within:.3f}")
        assert found["numberMatched"] == expected
    assert [one["id"] for one in ask(NEAR.format("khu"), within=20000, limit=2)["near"]] == ["trong", "bac"]
    assert ask(NEAR.format("khu"), within=20000, limit=2)["numberMatched"] == 4
    assert [one["id"] for one in ask(NEAR.format("khu"), layer="park")["near"]] == ["bac"]


@pytest.mark.usefixtures("town")
def test_what_is_near_is_what_sql_without_any_box_finds(ask: Ask, connection: Connection) -> None:
    for origin in ("khu", "duong", "xa", "trong"):
        for within in (0, 1000, 4000, 12000):
            rows = connection.execute(
                text(
                    "SELECT other.id FROM feature AS this JOIN feature AS other "
                    "ON other.id <> this.id AND NOT other.withdrawn "
                    "WHERE this.id = :id "
                    "AND ST_Distance(this.geometry::geography, other.geometry::geography) <= :within "
                    "ORDER BY ST_Distance(this.geometry::geography, other.geometry::geography), other.id"
                ),
                {"id": origin, "within": within},
            )
            assert [one["id"] for one in ask(NEAR.format(origin), within=within)["near"]] == [row[0] for row in rows]


def test_the_nearest_of_many_are_those_that_sql_measures_one_by_one(ask: Ask, connection: Connection) -> None:
    edits = []
    for i in range(150):
        x, y, side = 106.4 + i * 0.0618034 % 0.7, 20.6 + i * 0.0754878 % 0.4, 0.0005 * (i % 40 + 1)
        shapes = (
            point(x, y),
            square(x, y, x + side, y + side),
            geometry("LineString", [[x, y], [x + 30 * side % 0.3, y + side], [x + side, y + 9 * side]]),
        )
        edits.append(edit(f"du-an-{i:03}", geometry=shapes[i % 3], facts=(fact(),)))
    put(connection, *edits)
    exact = text(
        "SELECT other.id FROM feature AS this JOIN feature AS other ON other.id <> this.id WHERE this.id = :id "
        "AND ST_DWithin(this.geometry::geography, other.geometry::geography, :within) "
        "ORDER BY ST_Distance(this.geometry::geography, other.geometry::geography), other.id"
    )
    for origin in ("du-an-000", "du-an-037", "du-an-118"):
        for within in (0, 700, 5_000, 20_000, 50_000):
            rows = [row[0] for row in connection.execute(exact, {"id": origin, "within": within})]
            for limit in (1, 12, 500):
                found = ask(NEAR.format(origin), within=within, limit=limit)
                assert [one["id"] for one in found["near"]] == rows[:limit]
                assert found["numberMatched"] == len(rows)


@pytest.mark.usefixtures("town")
def test_the_same_time_is_told_with_its_days_and_unknown_stays_unknown(ask: Ask) -> None:
    near = {one["id"]: one for one in ask(NEAR.format("khu"), within=5000, datetime="2019-01-01/2024-12-31")["near"]}
    assert near["trong"]["together"] == "yes"
    assert near["trong"]["spans"] == [
        {"from": "2023-01-01", "to": "2024-12-31", "status": "under_construction", "other_status": "operational",
         "inferred": False},
    ]  # fmt: skip
    assert (near["bac"]["together"], near["bac"]["spans"]) == ("no", [])
    assert near["duong"]["spans"][0]["inferred"] is True
    before = {one["id"]: one for one in ask(NEAR.format("khu"), within=5000, datetime="2022-06-30")["near"]}
    assert (before["trong"]["together"], before["bac"]["together"]) == ("unknown", "no")
    assert before["trong"]["status"] == "operational"


@pytest.mark.usefixtures("town")
def test_a_project_without_a_place_has_no_neighbours_but_is_no_error(ask: Ask) -> None:
    found = ask(NEAR.format("khong-cho"))
    assert (found["located"], found["near"], found["numberMatched"], found["unlocated"]) == (False, [], 0, 0)


@pytest.mark.usefixtures("town")
def test_what_cannot_be_asked_is_refused_with_the_way_out(refused: Ask) -> None:
    for within in ("-1", "50001", "nan", "1e3", "3km", "٣"):
        assert "50000" in refused(NEAR.format("khu"), within=within)["detail"]
    refused(NEAR.format("khu"), radius=3)
    refused(NEAR.format("khu"), datetime="2023-13-01")
    refused(NEAR.format("khong-co"), 404)
    refused(NEAR.format("rut"), 410)
    refused("/api/collections/port/items/khu/near", 404)
    refused("/api/collections/units-2025-07/items/khu/near", 404)


def stages(*told: tuple[str, str]) -> list[Stage]:
    days = [date.fromisoformat(day) for day, _ in told]
    known = [Stage(day, until, status) for day, until, (_, status) in zip(days, [*days[1:], None], told, strict=True)]
    return [Stage(None, days[0], "unknown"), *known]


@pytest.mark.parametrize(
    ("one", "other", "verdict", "days"),
    [
        ((("2022-01-01", "operational"),), (("2024-03-01", "site_clearance"),), "yes", [("2024-03-01", "2026-11-22")]),
        # Ended before the other was first told of; that one may have begun earlier.
        ((("2020-01-01", "operational"), ("2021-01-01", "cancelled")), (("2022-01-01", "operational"),), "unknown", []),
        # The other began as a proposal, so it was not there before.
        ((("2020-01-01", "operational"), ("2021-01-01", "cancelled")), (("2022-01-01", "proposed"),), "no", []),
        ((("2020-01-01", "proposed"), ("2021-01-01", "site_clearance"), ("2022-01-01", "cancelled")),
         (("2019-06-01", "proposed"), ("2021-07-01", "under_construction"), ("2023-01-01", "operational")),
         "yes", [("2021-07-01", "2021-12-31")]),
    ],
)  # fmt: skip
def test_the_same_time_by_hand(one: Any, other: Any, verdict: str, days: list[tuple[str, str]]) -> None:
    for told in (
        together(stages(*one), stages(*other), ALWAYS, TODAY),
        together(stages(*other), stages(*one), ALWAYS, TODAY),
    ):
        assert told[0] == verdict
        assert [(str(span.first), str(span.last)) for span in told[1]] == days


def test_a_project_of_which_nothing_is_told_is_never_said_to_be_absent() -> None:
    silent = [Stage(None, None, "unknown")]
    assert together(silent, stages(("2020-01-01", "operational")), ALWAYS, TODAY) == ("unknown", [])
    assert together(silent, silent, Interval(date(2023, 1, 1), date(2023, 1, 1)), TODAY) == ("unknown", [])
