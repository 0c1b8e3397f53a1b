"""`datetime` and `as-of`: the same two clocks at every address."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, Engine, text
from starlette.testclient import TestClient

from api.main import create_app, read_only_engine
from geo import listing
from geo.apply import apply
from geo.clocks import Clocks
from geo.query import FeatureQuery
from geo.settings import Settings
from tests.factories import changeset, edit, fact, point
from tests.factories import store as put

ITEMS = "/api/collections/port/items"
TILE = "/api/collections/projects/tiles/WebMercatorQuad/8/112/204"
ADDRESSES = (
    ITEMS,
    f"{ITEMS}/cang-a",
    f"{ITEMS}/cang-a/history",
    "/api/counts",
    "/layers/port.geojson",
    "/layers/port.csv",
    TILE,
)


@pytest.fixture
def city(connection: Connection) -> str:
    """A port that was planned, then ran; the instant at which only the plan was known."""
    put(connection, edit(geometry=point(), facts=(fact("proposed", valid_from="2022"),)))
    known: datetime = connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one()
    put(connection, edit(geometry=point(), facts=(fact("operational", valid_from="2024-03"),)))
    put(connection, edit("cang-b", geometry=point(), facts=(fact("completed", valid_from="2019"),)))
    return known.isoformat()


def statuses(client: TestClient, **asked: str) -> dict[str, str]:
    answer = client.get(ITEMS, params=asked)
    assert answer.status_code == 200, answer.text
    return {one["id"]: one["properties"]["status"] for one in answer.json()["features"]}


def test_a_day_and_an_instant_choose_what_is_shown(client: TestClient, city: str) -> None:
    assert statuses(client) == {"cang-a": "operational", "cang-b": "completed"}
    for day in ("2023-06-30", "2020-01-01/2023-06-30", "../2023-06-30", "2023-06-29T20:00:00Z"):
        assert statuses(client, datetime=day) == {"cang-a": "proposed", "cang-b": "completed"}
    for today in ("2023-06-30/..", "2099-01-01", datetime.now(UTC).date().isoformat()):
        assert statuses(client, datetime=today) == statuses(client)
    assert statuses(client, **{"as-of": city}) == {"cang-a": "proposed"}
    assert statuses(client, **{"as-of": city, "datetime": "2021-12-31"}) == {"cang-a": "unknown"}
    assert statuses(client, datetime="2023-06-30", status="proposed") == {"cang-a": "proposed"}


def test_every_address_tells_the_same_of_one_instant(client: TestClient, city: str) -> None:
    asked = {"as-of": city, "datetime": "2023-06-30"}
    counts = client.get("/api/counts", params=asked).json()
    assert (counts["numberMatched"], counts["status"]) == (1, {"proposed": 1})
    file = client.get("/layers/port.geojson", params=asked).json()
    assert [(one["id"], one["properties"]["status"]) for one in file["features"]] == [("cang-a", "proposed")]
    table = client.get("/layers/port.csv", params=asked).text
    assert "proposed" in table
    assert "cang-b" not in table
    one = client.get(f"{ITEMS}/cang-a", params=asked).json()
    assert (one["properties"]["status"], one["properties"]["version"]) == ("proposed", 1)
    assert client.get(f"{ITEMS}/cang-b", params=asked).status_code == 404


def _withdraw(connection: Connection) -> None:
    put(connection, edit("cang-b", withdrawn=True))


def test_what_was_withdrawn_is_gone_today_and_there_before(
    client: TestClient, connection: Connection, city: str
) -> None:
    before: datetime = connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one()
    _withdraw(connection)
    address = f"{ITEMS}/cang-b"
    assert client.get(address).status_code == 410
    assert client.get(address, params={"as-of": before.isoformat()}).status_code == 200
    assert client.get(address, params={"as-of": city}).status_code == 404


def test_the_page_of_what_was_withdrawn_since_shows_it_as_it_was_known_then(
    client: TestClient, connection: Connection, city: str
) -> None:
    known = datetime.fromisoformat(city).isoformat()
    put(connection, edit(withdrawn=True))
    assert client.get("/du-an/cang-a").status_code == 410
    assert client.get("/du-an/cang-a?datetime=2023-06-30").status_code == 410
    page = client.get("/du-an/cang-a", params={"as-of": known, "datetime": "2023-06-30"})
    assert page.status_code == 200
    for words in ("Cảng A", "Đề xuất", "đã được rút khỏi bản đồ"):
        assert words in page.text
    assert "Today: withdrawn" in client.get("/du-an/cang-a", params={"as-of": known, "lang": "en"}).text


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_question_of_both_clocks_has_the_same_bytes_after_any_later_edit(
    client: TestClient, connection: Connection, city: str, address: str
) -> None:
    asked = {"as-of": city, "datetime": "2023-06-30"}
    told = client.get(address, params=asked)
    assert told.status_code == 200, told.text
    put(connection, edit(geometry=point(106.95), facts=(fact("cancelled", valid_from="2023-01"),), name_vi="Cảng mới"))
    _withdraw(connection)
    put(connection, edit("cang-c", geometry=point(), facts=(fact(valid_from="2020"),)))
    assert client.get(address, params=asked).content == told.content
    assert client.get(address, params={"datetime": "2023-06-30"}).content != told.content


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("datetime", "2023-02-30"),
        ("datetime", "30/06/2023"),
        ("datetime", "2023"),
        ("datetime", "2023-06-30/2022-06-30"),
        ("datetime", "2023-06-30/2022-06-30/2021-06-30"),
        ("as-of", "hôm qua"),
        ("as-of", "2023-01-01/2023-06-30"),
        ("as-of", (datetime.now(UTC) + timedelta(days=2)).date().isoformat()),
        ("as-of", (datetime.now(UTC) + timedelta(minutes=5)).isoformat()),
    ],
)
@pytest.mark.usefixtures("city")
def test_what_is_no_moment_is_refused_everywhere(client: TestClient, address: str, parameter: str, value: str) -> None:
    answer = client.get(address, params={parameter: value})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "urn:haiphong:problem:invalid-parameter")
    assert parameter in problem["detail"]
    assert re.search("expected was|may have been meant|no such day", problem["detail"])


def test_an_instant_that_is_still_being_written_is_not_told_yet(own_engine: Engine, settings: Settings) -> None:
    """Else the same question would have one answer now and another when the writer has ended."""
    url = own_engine.url.render_as_string(hide_password=False)
    engine = read_only_engine(url)
    reading = TestClient(create_app(settings, engine))
    with own_engine.begin() as connection:
        apply(connection, changeset(edit("cang-a")))
    between = datetime.now(UTC)
    with own_engine.begin() as connection:
        apply(connection, changeset(edit("cang-b")))
        now = datetime.now(UTC)

        def ask(as_of: str) -> Any:
            return reading.get(ITEMS, params={"as-of": as_of})

        late = ask(now.isoformat())
        assert (late.status_code, late.json()["type"]) == (503, "urn:haiphong:problem:still-written")
        assert late.headers["retry-after"]
        assert ask((between - timedelta(seconds=2)).isoformat()).status_code == 200
        assert ask(now.date().isoformat()).status_code in (200, 400)  # the day that is not over names no instant
        assert reading.get(ITEMS).json()["numberMatched"] == 1
    assert [one["id"] for one in ask(now.isoformat()).json()["features"]] == ["cang-a", "cang-b"]
    engine.dispose()


def test_a_page_of_then_reads_the_same_however_its_bytes_travel(own_engine: Engine) -> None:
    """As they are where the server reads, as digits elsewhere; of an edition still published, and of another."""
    facts = (fact("proposed", valid_from="2020", source="Báo Hải Phòng"), fact("operational", valid_from="2024"))
    with own_engine.begin() as connection:
        apply(connection, changeset(edit("ben-a", facts=facts), edit("ben-b", facts=facts)))
    known = datetime.now(UTC)
    with own_engine.begin() as connection:
        apply(connection, changeset(replace(edit("ben-a", name_vi="Bến đã đổi tên"), expected_version=1)))
    engine = read_only_engine(own_engine.url.render_as_string(hide_password=False))
    for clocks in (Clocks(date(2022, 6, 30)), Clocks(date(2022, 6, 30), known), Clocks(date(2025, 6, 30), known)):
        query = FeatureQuery(ids=("ben-a", "ben-b"), clocks=clocks)
        with own_engine.connect() as slow, engine.connect() as quick:
            pages = [listing.items(connection, query) for connection in (slow, quick)]
        assert pages[0] == pages[1]
        told = [one["properties"] for one in orjson.loads(b"[" + pages[1].features + b"]")]
        assert [one["status"] for one in told] == ["proposed" if clocks.day.year == 2022 else "operational"] * 2
        assert ("Bến đã đổi tên" in pages[1].features.decode()) == (clocks.known is None)
    engine.dispose()
