"""OGC API Features Part 2: where things lie in another reference system, by hand, by pyproj, and by control points."""

import math
from typing import Any

import pyproj
import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo.crs import CRS, CRS84
from tests.api.conftest import Ask
from tests.factories import BOX, edit, point, store, store_units, unit

OGC = "http://www.opengis.net/def/crs"
EPSG = f"{OGC}/EPSG/0"
PORTS = "/api/collections/port/items"
DISTRICTS = "/api/collections/districts-2024/items"

# Control points of issue 2: WGS 84 longitude and latitude, and what the VN-2000 latitude and longitude printed beside
# them come to in metres (worked out in tests/geo/test_crs.py).
CONTROL = {
    "a2": ((106 + 54 / 60 + 35.4 / 3600, 20 + 47 / 60 + 48.5 / 3600), (620547.5, 2300893.3), (646577.2, 2301100.2)),
    "b1": ((106 + 54 / 60 + 38.2 / 3600, 20 + 47 / 60 + 50.1 / 3600), (620628.1, 2300943.1), (646657.8, 2301150.2)),
    "b3": ((106 + 54 / 60 + 44.8 / 3600, 20 + 47 / 60 + 39.6 / 3600), (620821.3, 2300621.5), (646851.5, 2300828.9)),
    "b4": ((106 + 54 / 60 + 41.9 / 3600, 20 + 47 / 60 + 38.0 / 3600), (620737.8, 2300571.7), (646768.1, 2300778.9)),
}
WITHIN_M = 3.0
LINE = '{"type":"LineString","coordinates":[[106.7,20.8],[106.75,20.85]]}'


@pytest.fixture
def points(connection: Connection) -> None:
    store(connection, *(edit(f"moc-{name}", geometry=point(*place)) for name, (place, _, _) in CONTROL.items()))


def coordinates(body: dict[str, Any]) -> dict[str, Any]:
    return {one["id"]: one["geometry"] and one["geometry"]["coordinates"] for one in body["features"]}


def test_every_collection_tells_its_reference_systems(ask: Ask) -> None:
    offered = [f"{OGC}/OGC/1.3/CRS84", *(f"{EPSG}/{code}" for code in (4326, 3857, 9210, 9209))]
    for collection in ask("/api/collections")["collections"]:
        assert (collection["crs"], collection["storageCrs"]) == (offered, offered[0])


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize(("code", "position"), [(9210, 1), (9209, 2)])
def test_a_control_point_is_told_in_the_metres_that_officials_hold(ask: Ask, code: int, position: int) -> None:
    told = coordinates(ask(PORTS, crs=f"{EPSG}/{code}"))
    project = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    for name, known in CONTROL.items():
        easting, northing = told[f"moc-{name}"]
        assert abs(easting - known[position][0]) < WITHIN_M
        assert abs(northing - known[position][1]) < WITHIN_M
        assert (easting, northing) == pytest.approx(project.transform(*known[0]), abs=0.01)
        assert (easting, northing) == (round(easting, 3), round(northing, 3))


@pytest.mark.usefixtures("points")
def test_web_mercator_is_what_its_formula_says(ask: Ask) -> None:
    (longitude, latitude), *_ = CONTROL["a2"]
    radius = 6_378_137  # x = R·λ, y = R·ln tan(π/4 + φ/2)
    x = radius * math.radians(longitude)
    y = radius * math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    assert coordinates(ask(PORTS, crs="EPSG:3857"))["moc-a2"] == pytest.approx([x, y], abs=0.01)


@pytest.mark.usefixtures("points")
def test_epsg_4326_puts_latitude_first_and_crs84_longitude(ask: Ask) -> None:
    (longitude, latitude), *_ = CONTROL["b3"]
    assert coordinates(ask(PORTS, crs="EPSG:4326"))["moc-b3"] == pytest.approx([latitude, longitude], abs=1e-7)
    assert coordinates(ask(PORTS, crs="CRS84"))["moc-b3"] == pytest.approx([longitude, latitude], abs=1e-7)
    assert coordinates(ask(PORTS)) == coordinates(ask(PORTS, crs=CRS84.uri))


def test_the_order_of_the_axes_is_that_of_the_registry() -> None:
    for crs in CRS[1:]:
        first = pyproj.CRS.from_epsg(crs.srid).axis_info[0].direction
        assert crs.latitude_first == (first == "north"), crs.uri


@pytest.mark.parametrize("name", [name for crs in CRS for name in crs.names])
def test_each_name_of_a_system_is_understood_and_answered_with_its_uri(client: TestClient, name: str) -> None:
    uri = next(crs.uri for crs in CRS if name in crs.names)
    answer = client.get(PORTS, params={"crs": name})
    assert (answer.status_code, answer.headers["content-crs"]) == (200, f"<{uri}>")


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("path", [PORTS, f"{PORTS}/moc-a2", "/layers/port.geojson", DISTRICTS])
def test_every_answer_with_places_names_its_system(client: TestClient, path: str) -> None:
    assert client.get(path).headers["content-crs"] == f"<{CRS84.uri}>"
    answer = client.get(path, params={"crs": "[EPSG:9210]"})
    assert answer.headers["content-crs"] == f"<{EPSG}/9210>"
    assert "Content-Crs" in answer.headers["access-control-expose-headers"]


@pytest.mark.usefixtures("points")
def test_one_feature_and_the_download_are_told_in_metres_too(ask: Ask) -> None:
    easting, northing = ask(f"{PORTS}/moc-a2", crs="EPSG:9210")["geometry"]["coordinates"]
    assert (easting, northing) == pytest.approx(CONTROL["a2"][1], abs=WITHIN_M)
    assert coordinates(ask("/layers/port.geojson", crs="EPSG:9210"))["moc-a2"] == [easting, northing]


def test_properties_are_the_same_in_every_system(ask: Ask, connection: Connection) -> None:
    hostile = '","geometry":null,"properties":{"a":1}'
    store(connection, edit(geometry=LINE, name_vi=f"Cảng {hostile}", investor='A: ,"properties":'), edit("cang-b"))
    whole, moved = ask(PORTS), ask(PORTS, crs="EPSG:9210")
    assert [one["properties"] for one in whole["features"]] == [one["properties"] for one in moved["features"]]
    line = next(one for one in moved["features"] if one["id"] == "cang-a")
    assert len(line["geometry"]["coordinates"]) == 2
    assert next(one for one in moved["features"] if one["id"] == "cang-b")["geometry"] is None


def test_outlines_of_units_are_told_in_metres(ask: Ask, connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    ring = ask(DISTRICTS, crs="EPSG:9210")["features"][0]["geometry"]["coordinates"][0][0]
    west, south, *_ = BOX["cat-hai"]
    expected = pyproj.Transformer.from_crs(4326, 9210, always_xy=True).transform(west, south)
    assert ring[0] == pytest.approx(expected, abs=0.01)
    assert ask(f"{DISTRICTS}/2024-huyen-cat-hai", crs="EPSG:9210")["geometry"]["coordinates"][0][0] == ring


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize(
    ("crs", "bbox"),
    [
        ("CRS84", "106.909,20.7965,106.9107,20.7975"),
        ("EPSG:4326", "20.7965,106.909,20.7975,106.9107"),
        ("EPSG:9210", "620530,2300880,620640,2300960"),
        ("EPSG:9209", "646560,2301090,646670,2301160"),
        ("EPSG:3857", "11901100,2367600,11901240,2367760"),
    ],
)
def test_a_box_finds_the_same_in_every_system(ask: Ask, crs: str, bbox: str) -> None:
    assert list(coordinates(ask(PORTS, **{"bbox": bbox, "bbox-crs": crs}))) == ["moc-a2", "moc-b1"]


def test_the_edge_of_a_metric_box_is_straight_in_metres(ask: Ask, connection: Connection) -> None:
    # Over 50 km of easting the parallel bends by some 19 m: this point lies 5 m inside of the northern edge, but
    # outside of the figure that straight lines between the corners would give in degrees.
    back = pyproj.Transformer.from_crs(9210, 4326, always_xy=True).transform
    store(connection, edit(geometry=point(*back(640_000, 2_299_995))))
    assert coordinates(ask(PORTS, **{"bbox": "615000,2250000,665000,2300000", "bbox-crs": "EPSG:9210"}))
    assert not coordinates(ask(PORTS, **{"bbox": "615000,2250000,665000,2299990", "bbox-crs": "EPSG:9210"}))


def test_a_box_of_units_may_be_in_metres(ask: Ask, connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    inside = {"bbox": "615000,2290000,616000,2291000", "bbox-crs": "EPSG:9210"}
    assert ask(DISTRICTS, **inside)["numberMatched"] == 1
    assert ask(DISTRICTS, **inside | {"bbox": "500000,2290000,501000,2291000"})["numberMatched"] == 0


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("bbox", ["-1e9,-1e9,1e9,1e9", "-1e308,-1e308,1e308,1e308"])
@pytest.mark.parametrize("crs", ["EPSG:9210", "EPSG:3857"])
def test_a_box_around_everything_finds_everything(ask: Ask, crs: str, bbox: str) -> None:
    assert ask(PORTS, **{"bbox": bbox, "bbox-crs": crs})["numberMatched"] == len(CONTROL)
    assert ask(PORTS, **{"bbox": "-1e9,-1e9,-1e8,-1e8", "bbox-crs": crs})["numberMatched"] == 0


@pytest.mark.usefixtures("points")
def test_the_next_page_stays_in_its_system(ask: Ask, client: TestClient) -> None:
    first = ask(PORTS, crs="EPSG:9210", limit=1)
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    answer = client.get(following)
    assert answer.headers["content-crs"] == f"<{EPSG}/9210>"
    assert coordinates(answer.json())["moc-b1"] == pytest.approx(CONTROL["b1"][1], abs=WITHIN_M)


@pytest.mark.parametrize(
    "crs", ["EPSG:32648", "9210", "epsg:9210", "urn:ogc:def:crs:EPSG::9210", "EPSG:9210,CRS84", "'"]
)
@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
def test_a_system_that_is_not_offered_is_refused_with_those_that_are(refused: Ask, name: str, crs: str) -> None:
    assert f"{EPSG}/9210" in refused(PORTS, **{name: crs})["allowed"]
