"""The programs of other offices read us over a real connection: GDAL's OGC API driver, GeoPandas and OWSLib."""

import os
import subprocess
import sys
from collections.abc import Iterator

import geopandas
import pyogrio
import pytest
from owslib.ogcapi.features import Features
from sqlalchemy import Engine, text

from api.main import read_only_engine
from tests.api.serving import serving
from tests.factories import BOX, edit, fact, geometry, point, store, store_units, unit


@pytest.fixture(scope="module")
def address(own_engine: Engine) -> Iterator[str]:
    """The server with 25 ports, every fifth of which has no place, behind a port of its own."""
    with own_engine.begin() as connection:
        store_units(connection, unit(box=BOX["cat-hai"]))
        places = [point(106.7 + number / 100, 20.8) if number % 5 else None for number in range(25)]
        store(connection, *(edit(f"cang-{n:02d}", geometry=place, facts=(fact(),)) for n, place in enumerate(places)))
    # In a process of its own: GDAL keeps Python's lock while it waits for the answer.
    with serving(own_engine) as own:
        yield own


def stored(own_engine: Engine, condition: str = "true") -> dict[str, tuple[str, str, str | None]]:
    """What SQL says of the ports: status, name and place."""
    with own_engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, geojson::jsonb #>> '{properties,status}', properties ->> 'name_vi', ST_AsText(geometry, 6)"
                f" FROM feature WHERE layer = 'port' AND ({condition})"
            )
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


@pytest.mark.parametrize("page", [10, 1000])
def test_gdal_reads_every_port_page_by_page(address: str, page: int) -> None:
    ports = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", PAGE_SIZE=page)
    assert sorted(ports["id"]) == [f"cang-{number:02d}" for number in range(25)]
    assert ports.geometry.isna().sum() == 5
    assert set(ports["status"]) == {"under_construction"}


def test_gdal_finds_every_collection_and_asks_for_a_box(address: str) -> None:
    assert set(pyogrio.list_layers(f"OAPIF:{address}/api")[:, 0]) >= {"projects", "port", "districts-2024"}
    inside = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="projects", bbox=(106.705, 20.7, 106.735, 20.9))
    assert sorted(inside["id"]) == ["cang-01", "cang-02", "cang-03"]


def test_gdal_asks_for_vn_2000_and_places_everything_where_it_is(address: str) -> None:
    here = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port").set_index("id")
    there = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", CRS="EPSG:9210").set_index("id")
    assert there.crs.to_epsg() == 9210
    eastings, northings = there.geometry.dropna().x, there.geometry.dropna().y
    assert eastings.between(590_000, 640_000).all()
    assert northings.between(2_295_000, 2_310_000).all()
    assert here.to_crs(9210).geometry.dropna().distance(there.geometry.dropna()).max() < 0.05
    box = (eastings["cang-01"] - 50, 2_290_000, eastings["cang-03"] + 50, 2_310_000)
    inside = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", bbox=box, CRS="EPSG:9210")
    assert sorted(inside["id"]) == ["cang-01", "cang-02", "cang-03"]


def test_gdal_reads_latitude_first_as_it_is_meant(address: str) -> None:
    uri = "http://www.opengis.net/def/crs/EPSG/0/4326"
    ports = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", CRS=uri).set_index("id")
    assert (ports.geometry["cang-01"].x, ports.geometry["cang-01"].y) == pytest.approx((106.71, 20.8))


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("status = 'under_construction' AND id = 'cang-07'", ["cang-07"]),
        ("id LIKE 'cang-0%' AND name_vi = 'Cảng A'", [f"cang-{number:02d}" for number in range(10)]),
        ("layer = 'port' AND id IN ('cang-03','cang-04')", ["cang-03", "cang-04"]),
    ],
)
def test_gdal_filters_by_what_features_say(address: str, where: str, ids: list[str]) -> None:
    assert sorted(pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", where=where)["id"]) == ids


def test_gdal_knows_fields_that_its_first_page_lacks(address: str, own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        store(connection, edit("cang-24", geometry=point(106.94, 20.8), area_ha=12.5, berths=3, facts=(fact(),)))
    ports = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port").set_index("id")
    assert (ports.loc["cang-24", "area_ha"], ports.loc["cang-24", "berths"]) == (12.5, 3)
    assert pyogrio.read_info(f"OAPIF:{address}/api", layer="port")["geometry_type"] == "Point"
    large = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer="port", where="area_ha > 5 AND kind IS NULL")
    assert list(large["id"]) == ["cang-24"]


def test_geopandas_reads_the_download(address: str) -> None:
    ports = geopandas.read_file(f"{address}/layers/port.geojson?district=cat-hai")
    assert sorted(ports["id"]) == [f"cang-{number}" for number in range(11, 25) if number % 5]
    assert ports.crs.to_epsg() == 4326


def test_a_connection_that_reads_cannot_write(own_engine: Engine) -> None:
    reading = read_only_engine(own_engine.url.render_as_string(hide_password=False))
    with reading.connect() as connection:
        settings = ("transaction_read_only", "transaction_isolation", "statement_timeout")
        told = [connection.exec_driver_sql(f"SHOW {setting}").scalar_one() for setting in settings]
    reading.dispose()
    assert told == ["on", "repeatable read", "20s"]


def test_gdal_finds_one_type_of_geometry_in_each_part_of_a_mixed_layer(address: str, own_engine: Engine) -> None:
    line, ring = [[106.7, 20.8], [106.8, 20.9]], [[106.7, 20.8], [106.71, 20.8], [106.71, 20.81], [106.7, 20.8]]
    places = {
        "diem": point(), "duong": geometry("LineString", line), "hai-duong": geometry("MultiLineString", [line, line]),
        "vung": geometry("Polygon", [ring]), "khong": None,
    }  # fmt: skip
    with own_engine.begin() as connection:
        store(connection, *(edit(name, layer="park", geometry=place) for name, place in places.items()))
    listed = dict(pyogrio.list_layers(f"OAPIF:{address}/api"))
    assert {"park-points", "park-lines", "park-polygons", "projects-points"} <= set(listed)
    for part, kind, ids in (
        ("points", "Point", ["diem"]),
        ("lines", "MultiLineString", ["duong", "hai-duong"]),
        ("polygons", "MultiPolygon", ["vung"]),
    ):
        assert pyogrio.read_info(f"OAPIF:{address}/api", layer=f"park-{part}")["geometry_type"] == kind
        parks = pyogrio.read_dataframe(f"OAPIF:{address}/api", layer=f"park-{part}", PAGE_SIZE=1)
        assert sorted(parks["id"]) == ids
        assert set(parks.geometry.geom_type) == {kind}
        whole = geopandas.read_file(f"{address}/layers/park-{part}.geojson")
        assert set(whole.geometry.geom_type) == {kind}


@pytest.mark.parametrize("source", ["OAPIF:{}/api", "{}/layers/port.geojson"])
def test_what_gdal_reads_is_what_sql_says(address: str, own_engine: Engine, source: str) -> None:
    ports = pyogrio.read_dataframe(source.format(address), layer="port")
    places = [None if place is None else f"POINT({place.x:g} {place.y:g})" for place in ports.geometry]
    assert dict(zip(ports["id"], zip(ports["status"], ports["name_vi"], places, strict=True), strict=True)) == stored(
        own_engine
    )


def test_gdal_leaves_the_box_to_us_and_follows_every_page(address: str, own_engine: Engine) -> None:
    read = (
        "import pyogrio; ports = pyogrio.read_dataframe("
        f"'OAPIF:{address}/api', layer='port', where=\"id >= 'cang-10'\", "
        "bbox=(106.7, 20.7, 106.85, 20.9), PAGE_SIZE=2); print(*ports['id'])"
    )
    asked = os.environ | {"CPL_DEBUG": "ON"}
    told = subprocess.run([sys.executable, "-c", read], env=asked, capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) == set(stored(own_engine, "id >= 'cang-10' AND ST_X(geometry) <= 106.85"))
    pages = [line for line in told.stderr.splitlines() if "/port/items?" in line]
    assert all("bbox=" in line for line in pages[1:]), "after its first look at the layer"
    assert sum("next=" in line for line in pages) > 2, "page after page"


def test_owslib_reads_collections_pages_and_one_port(address: str, own_engine: Engine) -> None:
    service = Features(f"{address}/api")
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    assert {"projects", "port", "districts-2024"} <= set(service.feature_collections())
    assert {"status", "name_vi", "area_ha"} <= set(service.collection_queryables("port")["properties"])
    expected = stored(own_engine)
    page = service.collection_items("port", limit=10)
    assert (page["numberMatched"], page["numberReturned"]) == (len(expected), 10)
    found = service.collection_items("port", limit=1000)["features"]
    assert {one["id"]: one["properties"]["status"] for one in found} == {
        port: status for port, (status, _, _) in expected.items()
    }
    alone = service.collection_item("port", "cang-07")
    assert alone["geometry"]["coordinates"] == [106.77, 20.8]


def test_owslib_asks_by_box_day_and_filter(address: str, own_engine: Engine) -> None:
    service = Features(f"{address}/api")
    boxed = service.collection_items("port", bbox=[106.705, 20.7, 106.735, 20.9])
    assert [one["id"] for one in boxed["features"]] == ["cang-01", "cang-02", "cang-03"]
    filtered = service.collection_items("port", filter="id LIKE 'cang-1%' AND status = 'under_construction'", limit=100)
    assert {one["id"] for one in filtered["features"]} == set(stored(own_engine, "id LIKE 'cang-1%'"))
    before = service.collection_items("port", datetime_="2022-12-31", limit=100)
    assert {one["properties"].get("status") for one in before["features"]} == {"unknown"}
