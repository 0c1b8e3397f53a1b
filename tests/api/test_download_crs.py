"""Files in the reference system that officials hold in hand, read by GDAL, GeoPandas and Python's csv."""

import csv
import io
import json
from pathlib import Path

import geopandas
import pyarrow.parquet
import pyogrio
import pyproj
import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from tests.api.conftest import Ask
from tests.factories import BOX, edit, geometry, point, store, store_units, unit

SYSTEMS = ["EPSG:9210", "EPSG:9209", "EPSG:3857", "EPSG:4326"]
LONGITUDE, LATITUDE = 106 + 54 / 60 + 35.4 / 3600, 20 + 47 / 60 + 48.5 / 3600
METRES = {"EPSG:9210": (620547.5, 2300893.3), "EPSG:9209": (646577.2, 2301100.2)}
"""Control point A2, and what its printed VN-2000 degrees come to by hand (worked out in tests/geo/test_crs.py)."""
WITHIN_M = 3.0
RING = [[106.7, 20.8], [106.71, 20.8], [106.71, 20.81], [106.7, 20.8]]


@pytest.fixture(autouse=True)
def ports(connection: Connection) -> None:
    """A point, an area, and one without a place."""
    store_units(connection, unit(box=BOX["cat-hai"]))
    places = {"diem": point(LONGITUDE, LATITUDE), "vung": geometry("Polygon", [RING]), "khong": None}
    store(connection, *(edit(name, geometry=place) for name, place in places.items()))


def read(client: TestClient, folder: Path, suffix: str, crs: str, of: str = "port") -> geopandas.GeoDataFrame:
    answer = client.get(f"/layers/{of}.{suffix}", params={"crs": crs})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-crs"] == f"<http://www.opengis.net/def/crs/EPSG/0/{crs.removeprefix('EPSG:')}>"
    file = folder / f"{of}.{suffix}"
    file.write_bytes(answer.content)
    frame = geopandas.read_parquet(file) if suffix == "parquet" else pyogrio.read_dataframe(file)
    return frame.set_index("id")


@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet"])
def test_a_file_says_its_system_and_holds_it(client: TestClient, tmp_path: Path, suffix: str, crs: str) -> None:
    ports = read(client, tmp_path, suffix, crs)
    degrees = suffix == "parquet" and crs == "EPSG:4326"  # what GeoParquet means where it says nothing
    assert ports.crs.to_string() == ("OGC:CRS84" if degrees else crs)
    assert ports.geometry.isna().sum() == 1
    here = geopandas.read_file(io.BytesIO(client.get("/layers/port.geojson").content)).set_index("id").geometry
    assert ports.geometry.dropna().to_crs(9210).distance(here.dropna().to_crs(9210)).max() < 0.05
    to = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    east, north = to.transform(LONGITUDE, LATITUDE)
    place = ports.geometry["diem"]
    assert (place.x, place.y) == pytest.approx((east, north), abs=0.05 if crs != "EPSG:4326" else 1e-7)
    assert (place.x, place.y) == pytest.approx(METRES.get(crs, (east, north)), abs=WITHIN_M)
    assert read(client, tmp_path, suffix, crs, "port-polygons").geometry.geom_type.tolist() == ["MultiPolygon"]


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet"])
def test_units_are_files_in_vn_2000_too(client: TestClient, tmp_path: Path, suffix: str) -> None:
    districts = read(client, tmp_path, suffix, "EPSG:9210", "districts-2024")
    assert districts.crs.to_epsg() == 9210
    corner = districts.geometry.iloc[0].geoms[0].exterior.coords[0]
    expected = pyproj.Transformer.from_crs(4326, 9210, always_xy=True).transform(*BOX["cat-hai"][:2])
    assert corner == pytest.approx(expected, abs=0.05)


def test_a_parquet_in_metres_tells_the_whole_system(client: TestClient) -> None:
    body = client.get("/layers/port.parquet", params={"crs": "EPSG:9210"}).content
    geo = json.loads(pyarrow.parquet.read_schema(io.BytesIO(body)).metadata[b"geo"])
    told = pyproj.CRS.from_json_dict(geo["columns"]["geometry"]["crs"])
    assert told == pyproj.CRS.from_epsg(9210)
    plain = client.get("/layers/port.parquet").content
    geo = json.loads(pyarrow.parquet.read_schema(io.BytesIO(plain)).metadata[b"geo"])
    assert "crs" not in geo["columns"]["geometry"]


@pytest.mark.parametrize("code", ["9210", "9209", "3857"])
def test_a_csv_names_its_system_in_the_header(client: TestClient, ask: Ask, tmp_path: Path, code: str) -> None:
    answer = client.get("/layers/port.csv", params={"crs": f"EPSG:{code}"})
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    told = ask("/api/collections/port/items/diem", crs=f"EPSG:{code}")["geometry"]["coordinates"]
    row = rows["diem"]
    assert "longitude" not in row
    assert [float(row[f"easting_epsg_{code}"]), float(row[f"northing_epsg_{code}"])] == told
    assert row[f"_WKT_epsg_{code}"] == f"POINT({told[0]} {told[1]})"
    assert rows["vung"][f"easting_epsg_{code}"] == rows["khong"][f"_WKT_epsg_{code}"] == ""
    (tmp_path / "port.csv").write_bytes(answer.content)
    read = pyogrio.read_dataframe(tmp_path / "port.csv").set_index("id")
    assert (read.geometry["diem"].x, read.geometry["diem"].y) == pytest.approx(tuple(told))
    assert read.geometry["vung"].geom_type == "Polygon"


def test_a_csv_in_degrees_calls_them_longitude_and_latitude_in_either_order_of_axes(client: TestClient) -> None:
    plain, latitude_first = (client.get("/layers/port.csv", params={"crs": crs}) for crs in ("CRS84", "EPSG:4326"))
    assert plain.content == latitude_first.content
    row = next(csv.DictReader(io.StringIO(plain.content.decode("utf-8-sig"))))
    assert (float(row["longitude"]), float(row["latitude"])) == pytest.approx((LONGITUDE, LATITUDE), abs=1e-7)


@pytest.mark.parametrize("crs", ["EPSG:9210", "EPSG:4326"])
def test_a_kml_is_refused_in_another_system_with_what_may_be_taken(refused: Ask, client: TestClient, crs: str) -> None:
    detail = refused("/layers/port.kml", crs=crs)["detail"]
    assert all(f".{suffix}" in detail for suffix in ("geojson", "csv", "gpkg", "fgb", "parquet"))
    assert client.get("/layers/port.kml", params={"crs": "CRS84"}).status_code == 200
