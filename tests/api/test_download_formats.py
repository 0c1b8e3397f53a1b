"""Every format of a download, read by GDAL, GeoPandas and Python's csv, against what PostgreSQL holds."""

import csv
import io
import json
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas
import pyarrow.parquet
import pyogrio
import pytest
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from geo.published import COLUMNS
from layers import export
from layers.export import FORMATS
from tests.api.conftest import Ask
from tests.factories import BOX, edit, fact, point, square, store, store_units, unit

WRITTEN = [name for name, one in FORMATS.items() if one.driver is not None]
NAME = "Bến cảng số 3, 4 “Lạch Huyện” – Đình Vũ"
Properties = dict[str, dict[str, Any]]
Download = Callable[..., Path]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go; a test that looks finds it empty again."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def download(client: TestClient, tmp_path: Path) -> Download:
    """GET a file of /layers/, which must be there, and keep it under its name."""

    def get(name: str, **parameters: str) -> Path:
        answer = client.get(f"/layers/{name}", params=parameters)
        assert answer.status_code == 200, answer.text
        (tmp_path / name).write_bytes(answer.content)
        return tmp_path / name

    return get


@pytest.fixture
def ports(connection: Connection) -> Properties:
    """Ports of every shape, and what PostgreSQL publishes of each."""
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(
        connection,
        edit("cang-diem", geometry=point(), name_vi=NAME, berths=2, area_ha=45.5, facts=(fact(),)),
        edit(
            "cang-vung",
            geometry=square(106.8, 20.7, 106.9, 20.8),
            alt_names=["TC-HICT", "Cảng; nước sâu"],
            decisions=["4068/QĐ-UBND (2025-10-16): phê duyệt"],
            named_in_directives=True,
            notes="<script>alert(1)</script> &amp; ]]> \\N 'x'",
            facts=(fact("operational", valid_from="2018-05-13", source="Báo, “số 5”\nTrang 2"),),
        ),
        edit(
            "cang-chua-ro",
            name_en='A "quoted", name\nin two lines',
            quay_length_m=-0.5,
            districts=("2024-huyen-cat-hai",),
        ),
    )
    rows = connection.execute(text("SELECT id, geojson::json -> 'properties' FROM feature ORDER BY id"))
    return {row[0]: row[1] for row in rows}


def read(path: Path) -> geopandas.GeoDataFrame:
    """A file as GeoPandas reads it, by id, as published: the id under its name of before KML."""
    frame = geopandas.read_parquet(path) if path.suffix == ".parquet" else pyogrio.read_dataframe(path)
    if path.suffix == ".kml":
        frame = frame.drop(columns="id").rename(columns={"feature_id": "id"})
    return frame.set_index("id")


def value(told: Any) -> Any:
    """What a table holds as JSON would say it: nothing for an empty cell, a list for an array."""
    if hasattr(told, "tolist"):
        return told.tolist()
    return None if told != told else told  # NaN is not even itself


@pytest.mark.parametrize("suffix", WRITTEN)
def test_gdal_reads_every_feature_and_attribute_as_postgresql_holds_it(
    download: Download, ports: Properties, suffix: str
) -> None:
    path = download(f"port.{suffix}")
    if suffix != "parquet":
        assert pyogrio.list_layers(path)[:, 0].tolist() == ["port"]
    frame = read(path)
    assert list(frame.index) == list(ports)
    assert frame.crs.to_string() == ("OGC:CRS84" if suffix == "parquet" else "EPSG:4326")
    assert frame.geometry.isna().tolist() == [True, False, False]
    assert frame.geometry["cang-diem"].wkt == "POINT (106.9 20.8)"
    assert frame.geometry["cang-vung"].bounds == (106.8, 20.7, 106.9, 20.8)
    assert frame["name_vi"]["cang-diem"] == NAME
    for feature, properties in ports.items():
        for name, published in properties.items():
            expected = published or (None if published in ("", []) else published)
            if isinstance(expected, list) and suffix != "parquet":
                expected = "; ".join(expected)
            if isinstance(expected, int) and not isinstance(expected, bool) and suffix == "kml":
                expected = str(expected)  # its whole numbers are small: GDAL writes the others as text
            assert value(frame[name][feature]) == expected, (feature, name)
    assert set(frame.columns) >= {"quay_length_m", "investor", *(one.name for one in COLUMNS)}


def test_a_spreadsheet_opens_the_csv_with_every_cell_in_its_place(download: Download, ports: Properties) -> None:
    content = download("port.csv").read_bytes()
    assert content.startswith("\ufeffid,name_vi,".encode())
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))}
    assert list(rows) == list(ports)
    for feature, properties in ports.items():
        for name, published in properties.items():
            expected = "; ".join(published) if isinstance(published, list) else published
            cell = rows[feature][name]
            if isinstance(expected, bool):
                assert cell == str(expected).lower()
            elif isinstance(expected, int | float):
                assert float(cell) == expected
            else:
                assert cell == (expected or "")
    assert (rows["cang-diem"]["longitude"], rows["cang-diem"]["WKT"]) == ("106.9", "POINT(106.9 20.8)")
    assert rows["cang-vung"]["longitude"] == ""
    assert rows["cang-vung"]["WKT"].startswith("MULTIPOLYGON")
    assert rows["cang-chua-ro"]["WKT"] == ""


def test_gdal_finds_the_geometry_of_the_csv_by_itself(download: Download, ports: Properties) -> None:
    frame = pyogrio.read_dataframe(download("port.csv"))
    assert frame["id"].tolist() == list(ports)
    assert frame.geometry.notna().tolist() == [False, True, True]


@pytest.mark.parametrize("begin", ["=1+1", "+84 31", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_of_the_csv_is_run_as_a_formula(download: Download, connection: Connection, begin: str) -> None:
    store(connection, edit(name_vi=begin, alt_names=[begin, "B"], berths=3, quay_length_m=-4.5))
    (row,) = csv.DictReader(io.StringIO(download("port.csv").read_bytes().decode("utf-8-sig"), newline=""))
    assert row["name_vi"] == f"'{begin}"
    assert row["alt_names"] == f"'{begin}; B"
    assert row["quay_length_m"] == "-4.5"
    # GDAL writes every line's end the same way.
    assert read(download("port.gpkg"))["name_vi"]["cang-a"] == begin.replace("\r", "\n")


@pytest.mark.usefixtures("ports")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_download_says_what_it_is(client: TestClient, suffix: str) -> None:
    answer = client.get(f"/layers/port.{suffix}", headers={"Accept-Encoding": "identity"})
    assert answer.headers["content-type"] == FORMATS[suffix].media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="port.{suffix}"'
    assert answer.headers["link"] == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    told = client.head(f"/layers/port.{suffix}", headers={"Accept-Encoding": "identity"})
    assert told.content == b""
    same = ("content-type", "content-disposition", "link")
    assert [told.headers[name] for name in same] == [answer.headers[name] for name in same]


@pytest.mark.usefixtures("ports")
@pytest.mark.parametrize("suffix", ["geojson", *WRITTEN])
def test_licence_and_attribution_travel_inside(download: Download, suffix: str) -> None:
    path = download(f"port.{suffix}")
    words: Mapping[str, str]
    if suffix == "geojson":
        words = json.loads(path.read_bytes())
    elif suffix == "parquet":
        words = {key.decode(): told.decode() for key, told in pyarrow.parquet.read_metadata(path).metadata.items()}
    elif suffix == "kml":
        head = path.read_text("utf-8").partition("<Schema")[0]
        words = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        words = {**words, "title": head.partition("<name>")[2].partition("</name>")[0]}
    else:
        words = pyogrio.read_info(path)["layer_metadata"]
    assert words["licence"] == "CC-BY-4.0"
    assert words["attribution"].startswith("Dữ kiện do dự án haiphong")
    assert (words["TITLE"] if suffix == "fgb" else words["title"]) == "Cảng, bến cảng / Ports and berths"


@pytest.mark.usefixtures("ports")
def test_a_file_that_is_compressed_already_is_sent_as_it_is(client: TestClient) -> None:
    for suffix, encoding in {"parquet": None, "gpkg": "gzip", "csv": "gzip"}.items():
        answer = client.get(f"/layers/port.{suffix}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers.get("content-encoding") == encoding


@pytest.mark.usefixtures("ports")
def test_the_parquet_is_geoparquet_with_lists(download: Download) -> None:
    file = pyarrow.parquet.ParquetFile(download("port.parquet"))
    geo = json.loads(file.metadata.metadata[b"geo"])
    column = {"encoding": "WKB", "geometry_types": ["MultiPolygon", "Point"]}
    assert geo == {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = file.read()
    assert table["alt_names"].to_pylist() == [None, None, ["TC-HICT", "Cảng; nước sâu"]]
    assert str(table.schema.field("berths").type) == "int64"
    assert str(table.schema.field("area_ha").type) == "double"
    assert str(table.schema.field("status_uncertain").type) == "bool"


@pytest.mark.usefixtures("ports")
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_filters_are_those_of_the_items(download: Download, ask: Ask, suffix: str) -> None:
    for filters in (
        {"district": "cat-hai"},
        {"status": "operational,unknown", "sortby": "-id"},
        {"q": "lach huyen"},
        {"bbox": "106.75,20.65,106.85,20.75"},
        {"ids": "cang-diem,cang-vung", "layer": "port"},
        {"condition": "delayed"},
    ):
        items = [one["id"] for one in ask("/api/collections/port/items", **filters)["features"]]
        path = download(f"port.{suffix}", **filters)
        if suffix == "geojson":
            assert [one["id"] for one in json.loads(path.read_bytes())["features"]] == items
        elif suffix == "csv":
            rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
            assert [row["id"] for row in rows] == items
        elif items or suffix in ("gpkg", "parquet"):
            found = list(read(path).index)
            # FlatGeobuf keeps the order of its spatial index where every feature has a place.
            assert (sorted(found), sorted(items)) == (sorted(items), sorted(found))
            assert suffix == "fgb" or found == items


@pytest.mark.parametrize("suffix", WRITTEN)
def test_all_projects_and_units_are_files_too(download: Download, connection: Connection, suffix: str) -> None:
    store_units(connection, unit(box=BOX["cat-hai"], code="317"), unit("2024-huyen-x", full_name="Huyện Đảo"))
    store(connection, edit(), edit("san-bay", layer="airport", geometry=point()))
    assert set(read(download(f"projects.{suffix}")).index) == {"cang-a", "san-bay"}
    path = download(f"districts-2024.{suffix}")
    frame = pyogrio.read_dataframe(path) if suffix != "parquet" else geopandas.read_parquet(path)
    assert set(frame["Name" if suffix == "kml" else "full_name"]) == {"Huyện Cát Hải", "Huyện Đảo"}
    assert frame.geometry.notna().sum() == 1
    assert len(pyogrio.read_dataframe(download("districts-2024.csv"))) == 2
    inside = json.loads(download("districts-2024.geojson", bbox="106.8,20.7,106.9,20.8").read_bytes())
    assert [one["id"] for one in inside["features"]] == ["2024-huyen-cat-hai"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_cannot_be_answered_is_refused_as_everywhere(refused: Ask, temporary: Path, suffix: str) -> None:
    for name, bad in {"status": "built", "district": "atlantis", "bbox": "1,2,3", "limit": "1", "q": ""}.items():
        refused(f"/layers/port.{suffix}", **{name: bad})
    refused(f"/layers/districts-2024.{suffix}", status="proposed")
    assert refused(f"/layers/nowhere.{suffix}", 404)["allowed"]
    assert list(temporary.iterdir()) == []


def test_an_unknown_format_is_told_those_that_exist(refused: Ask) -> None:
    for file in ("port.shp", "port", "port.", "port.CSV", "port.csv.gz", "port.geojson%00", "port..."):
        problem = refused(f"/layers/{file}", 404)
        assert problem["allowed"] == list(FORMATS), file
    assert refused("/layers/port.csv", f="json")["detail"]


@pytest.mark.parametrize("suffix", WRITTEN)
def test_too_much_for_one_file_is_said_before_it_is_written(
    refused: Ask, connection: Connection, temporary: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    store(connection, edit("a", geometry=point()), edit("b"))
    monkeypatch.setattr(export, "MOST_FEATURES", 1)
    problem = refused(f"/layers/port.{suffix}", 413)
    assert "2 features fit; at most 1" in problem["detail"]
    assert ".geojson" in problem["detail"]
    monkeypatch.setattr(export, "MOST_FEATURES", 2)
    monkeypatch.setattr(export, "MOST_BYTES", 100)
    refused(f"/layers/port.{suffix}", 413)
    assert list(temporary.iterdir()) == []


def test_a_file_that_takes_too_long_or_must_wait_is_refused_for_now(
    refused: Ask, client: TestClient, connection: Connection, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(connection, edit())
    monkeypatch.setattr(export, "SECONDS", 0.01)
    refused("/layers/port.gpkg", 503)
    monkeypatch.setattr(export, "SECONDS", 60)
    monkeypatch.setattr(export, "PATIENCE_S", 0.01)
    monkeypatch.setattr(export, "_running", threading.BoundedSemaphore(1))
    with export._running:
        refused("/layers/port.gpkg", 503)
        assert client.get("/layers/port.gpkg").headers["retry-after"]
    assert client.get("/layers/port.gpkg").status_code == 200
    assert list(temporary.iterdir()) == []
