"""Features as JSON-FG and as a table: the other forms of the items."""

import csv
import io
from typing import Any

import pyogrio
import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo.crs import CRS
from tests.api.conftest import Ask
from tests.factories import BOX, edit, fact, point, store, store_units, unit

ITEMS = "/api/collections/port/items"


@pytest.fixture
def ports(connection: Connection) -> Connection:
    store_units(
        connection, unit(box=BOX["cat-hai"], valid_to="2024-12-31"), unit("2024-xa-a", level="commune", type="xã")
    )
    dates = {"a": "2023-02-15", "b": "2023-02", "c": "2023", "d": "2020-11/2021-01"}
    store(
        connection,
        *(
            edit(f"cang-{name}", geometry=point(106.9, 20.8), facts=(fact(valid_from=day),))
            for name, day in dates.items()
        ),
        edit("cang-e"),
    )
    return connection


@pytest.fixture
def features(client: TestClient, ports: Connection) -> dict[str, Any]:
    """The ports by their ids, as JSON-FG in VN-2000."""
    assert ports
    answer = client.get(ITEMS, params={"f": "jsonfg", "crs": "EPSG:9210"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fg+json")
    return {feature["id"]: feature for feature in answer.json()["features"]}


@pytest.mark.parametrize(
    ("feature", "since"),
    [
        ("cang-a", "2023-02-15"),
        ("cang-b", "2023-02-28"),
        ("cang-c", "2023-12-31"),
        ("cang-d", "2021-01-31"),
    ],
)
def test_a_status_holds_from_the_day_on_which_it_surely_had_begun(
    features: dict[str, Any], feature: str, since: str
) -> None:
    assert features[feature]["time"] == {"interval": [since, ".."]}


def test_of_a_project_without_a_status_no_time_is_told(features: dict[str, Any]) -> None:
    assert features["cang-e"]["time"] is None
    assert features["cang-e"]["place"] is None
    assert features["cang-e"]["geometry"] is None


def test_a_place_is_told_in_the_system_asked_for_and_for_everybody(ask: Ask, features: dict[str, Any]) -> None:
    here = features["cang-a"]
    assert here["featureType"] == "port"
    assert here["geometry"] == {"type": "Point", "coordinates": [106.9, 20.8]}
    plain = ask(f"{ITEMS}/cang-a", crs="EPSG:9210")
    assert here["place"] == plain["geometry"]
    assert here["properties"] == plain["properties"]


@pytest.mark.usefixtures("ports")
@pytest.mark.parametrize("system", [one.uri for one in CRS])
def test_the_document_names_its_system_and_what_it_conforms_to(ask: Ask, system: str) -> None:
    for path in (ITEMS, f"{ITEMS}/cang-a"):
        told = ask(path, f="jsonfg", crs=system)
        assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in told["conformsTo"]
        assert told.get("coordRefSys", CRS[0].uri) == system
        feature = told.get("features", [told])[0]
        assert (feature["place"] is None) == (system == CRS[0].uri)
        assert "fg" not in ask(path, crs=system)


@pytest.mark.usefixtures("ports")
def test_what_is_left_out_on_request_is_left_out(ask: Ask) -> None:
    feature = ask(f"{ITEMS}/cang-c", f="jsonfg", properties="name_vi", skipGeometry="true", crs="EPSG:3857")
    assert feature["properties"] == {"name_vi": "Cảng A"}
    assert (feature["place"], feature["geometry"]) == (None, None)
    assert feature["time"] == {"interval": ["2023-12-31", ".."]}


@pytest.mark.usefixtures("ports")
def test_a_unit_is_of_its_level_and_tells_when_it_ended(ask: Ask) -> None:
    told = ask("/api/collections/districts-2024/items/2024-huyen-cat-hai", f="jsonfg")
    assert (told["featureType"], told["time"]) == ("district", {"interval": ["..", "2024-12-31"]})
    (commune,) = ask("/api/collections/communes-2024/items", f="jsonfg")["features"]
    assert (commune["featureType"], commune["time"], commune["geometry"]) == ("commune", None, None)


@pytest.mark.usefixtures("ports")
def test_gdal_reads_json_fg_in_vn_2000(client: TestClient) -> None:
    body = client.get(ITEMS, params={"crs": "EPSG:9210"}, headers={"Accept": "application/fg+json"}).content
    table = pyogrio.read_dataframe(io.BytesIO(body))
    assert set(table["id"]) == {f"cang-{name}" for name in "abcde"}
    places = table[table["id"] == "cang-a"]
    if places.crs.to_epsg() == 9210:  # GDAL from 3.8 on reads `place`; before, the GeoJSON that we are as well
        assert places.geometry.iloc[0].x == pytest.approx(619_548, abs=1_000)
    else:
        assert (places.geometry.iloc[0].x, places.geometry.iloc[0].y) == (106.9, 20.8)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.usefixtures("ports")
def test_a_table_has_the_page_that_the_features_have(client: TestClient, ask: Ask) -> None:
    asked = {"limit": "2", "sortby": "-valid_from"}
    answer = client.get(ITEMS, params=asked, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="port.csv"'
    page = ask(ITEMS, **asked)
    found = rows(answer.text)
    assert [row["id"] for row in found] == [feature["id"] for feature in page["features"]]
    while following := [part for part in answer.headers["link"].split(", ") if 'rel="next"' in part]:
        answer = client.get(following[0].partition(">")[0].removeprefix("<"), headers={"Accept": "text/csv"})
        found += rows(answer.text)
    assert [row["id"] for row in found] == [one["id"] for one in ask(ITEMS, sortby="-valid_from")["features"]]


@pytest.mark.usefixtures("ports")
def test_a_table_holds_the_columns_and_the_system_asked_for(client: TestClient, refused: Ask) -> None:
    (row,) = rows(client.get(f"{ITEMS}?f=csv&properties=name_vi,status&crs=EPSG:9210&ids=cang-a").text)
    assert list(row) == ["id", "name_vi", "status", "easting_epsg_9210", "northing_epsg_9210", "_WKT_epsg_9210"]
    assert float(row["easting_epsg_9210"]) == pytest.approx(619_548, abs=1_000)
    units = rows(client.get("/api/collections/districts-2024/items?f=csv&limit=1").text)
    assert [one["id"] for one in units] == ["2024-huyen-cat-hai"]
    assert "skipGeometry" in refused(ITEMS, f="csv", skipGeometry="true")["detail"]


@pytest.mark.usefixtures("ports")
def test_a_page_for_people_shows_no_more_rows_than_anybody_reads(client: TestClient, connection: Connection) -> None:
    store(connection, *(edit(f"them-{number:03}") for number in range(500)))
    page = client.get(f"{ITEMS}?limit=10000&f=html").text
    assert page.count('<th scope="row">') == 500
    assert 'rel="next"' in page
