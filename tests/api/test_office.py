"""Tables and views that an office keeps itself, published as they stand: real ones, in VN-2000, under awkward names."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import mapbox_vector_tile
import pyogrio
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine, text
from starlette.testclient import TestClient

from api.dependencies import transaction
from api.main import create_app, keeping
from api.store import prepare
from geo.bbox import BBox
from geo.errors import InvalidData
from geo.office import held_against
from geo.office_relation import OfficeQuery
from geo.office_store import selected
from geo.settings import Settings
from layers.catalog import Catalog
from tests.api.conftest import Ask
from tests.factories import store_units, unit

PARCELS = """
title = { vi = "Thửa đất", en = "Parcels" }
description = { vi = "Thửa đất của Sở.", en = "Parcels of the department." }
each_feature_is = "one parcel"
geometry = "Polygon"

[source]
table = "Địa chính.Thửa % đất"
id = "gid"
geometry = "geom"
publisher = "Sở Nông nghiệp và Môi trường"
licence = "CC-BY-4.0"
attribution = "Sở NN&MT Hải Phòng"
status = { column = "tinh_trang", stages = { dang_xay = "under_construction", xong = "completed" } }
district = { column = "ma_xa", generation = "2025-07" }
datetime = { from = "tu_ngay", to = "den_ngay" }

[fields.owner]
title = { vi = "Chủ", en = "Owner" }
type = "string"
column = "Chủ sử \\"dụng"

[fields.area_m2]
title = { vi = "Diện tích", en = "Area" }
type = "number"
unit = "m2"
column = "dien_tich"

[fields.since]
title = { vi = "Từ ngày", en = "Since" }
type = "date"
column = "tu_ngay"

[fields.uses]
title = { vi = "Mục đích", en = "Uses" }
type = "string-list"
column = "muc_dich"

[fields.order]
title = { vi = "Thứ tự", en = "Order" }
type = "integer"
column = "thu_tu"
"""
TABLE = '"Địa chính"."Thửa % đất"'
SQL = (
    'CREATE SCHEMA "Địa chính"',
    f"""CREATE TABLE {TABLE} (gid bigint PRIMARY KEY, geom geometry(MultiPolygon, 9210), "Chủ sử ""dụng" text,
      dien_tich numeric, tu_ngay date, den_ngay date, muc_dich text[], thu_tu integer, tinh_trang text, ma_xa integer,
      "bí mật" text)""",
    f"CREATE INDEX ON {TABLE} USING gist (geom)",
    f"""INSERT INTO {TABLE} SELECT n,
      ST_Multi(ST_MakeEnvelope(620000 + n * 20, 2300000, 620010 + n * 20, 2300010, 9210)),
      'Ông "A" ' || n, CASE WHEN n % 5 > 0 THEN n * 10.5 END, date '2023-01-01' + n,
      CASE WHEN n < 10 THEN date '2024-01-01' END, ARRAY['ở', 'vườn'], n % 3,
      CASE n % 2 WHEN 0 THEN 'xong' ELSE 'dang_xay' END, CASE WHEN n <= 5 THEN 11411 ELSE 99999 END,
      'không ai được thấy'
      FROM generate_series(1, 30) AS n""",
    f"INSERT INTO {TABLE} (gid, tu_ngay, thu_tu) VALUES (31, '2023-06-01', 1)",
    f"ANALYZE {TABLE}",
    f"""CREATE VIEW "Địa chính".xem AS SELECT 'T-' || gid AS ma, ST_Centroid(geom)::geometry(Point, 9210) AS diem,
      dien_tich FROM {TABLE} WHERE gid <= 20""",
)
VIEW = """
title = { vi = "Điểm thửa", en = "Parcel points" }
description = "…"
each_feature_is = "one parcel"
geometry = "Point"

[source]
table = "Địa chính.xem"
id = "ma"
geometry = "diem"
publisher = "Sở"
licence = "CC-BY-4.0"
attribution = "Sở"

[fields.dien_tich]
title = "Diện tích"
type = "number"
"""
PATH = "/api/collections/parcels"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    (folder / "parcels.toml").write_text(PARCELS, "utf-8")
    (folder / "parcel-points.toml").write_text(VIEW, "utf-8")
    return folder


@pytest.fixture(scope="module")
def stored(own_engine: Engine) -> Engine:
    """A database in which another office keeps its own tables, and lets one role read them."""
    with own_engine.begin() as connection:
        for statement in SQL:
            connection.execute(text(statement.replace(":", "\\:") if "::" not in statement else statement))
        box = (106.8, 20.6, 107.1, 20.9)
        store_units(connection, unit("2025-07-phuong-a", generation="2025-07", level="commune", code="11411", box=box))
    return own_engine


@pytest.fixture(scope="module")
def app(stored: Engine, office: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("home")
    return create_app(replace(Settings.from_env({}), home=home, layers_path=office), stored)


@pytest.fixture
def connection(stored: Engine) -> Iterator[Connection]:
    with stored.connect() as connected:
        begun = connected.begin()
        yield connected
        begun.rollback()


@pytest.fixture
def client(app: FastAPI, connection: Connection) -> Iterator[TestClient]:
    def nested() -> Iterator[Connection]:
        with connection.begin_nested():
            yield connection

    app.dependency_overrides[transaction] = nested
    app.state.office_tables.clear()
    yield TestClient(app, base_url="http://map.example", raise_server_exceptions=False, follow_redirects=False)
    app.dependency_overrides.clear()


def ids(answer: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in answer["features"]]


def test_a_table_is_published_with_the_columns_that_are_named_and_no_other(ask: Ask, client: TestClient) -> None:
    answer = ask(f"{PATH}/items", limit=1)
    (feature,) = answer["features"]
    assert answer["numberMatched"] == 31
    assert feature["properties"] == {
        "owner": 'Ông "A" 1', "area_m2": 10.5, "since": "2023-01-02", "uses": ["ở", "vườn"], "order": 1,
    }  # fmt: skip
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["geometry"]["coordinates"][0][0][0] == pytest.approx((106.9, 20.79), abs=0.02)
    assert ask(f"{PATH}/items/1")["properties"] == feature["properties"]
    assert ask(f"{PATH}/items/31")["geometry"] is None
    assert "bí mật" not in client.get(f"{PATH}/items").text
    assert client.get(f"{PATH}/items").headers["cache-control"] == "no-store"


def test_pages_follow_each_other_in_every_order(ask: Ask, client: TestClient) -> None:
    for order in ("id", "-id", "area_m2", "-area_m2,owner", "order,-since"):
        whole = ids(ask(f"{PATH}/items", limit=100, sortby=order))
        assert len(set(whole)) == 31
        walked, href = [], f"{PATH}/items?limit=7&sortby={order}"
        while href:
            page = client.get(href).json()
            walked += ids(page)
            assert page["numberMatched"] == 31
            href = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        assert walked == whole
    assert ids(ask(f"{PATH}/items", limit=3)) == ["1", "2", "3"]
    assert ids(ask(f"{PATH}/items", sortby="area_m2", limit=100))[:7] == ["5", "10", "15", "20", "25", "30", "31"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"ids": "2,3,999,abc,02"}, {"2", "3"}),
        ({"status": "completed", "ids": "1,2,3,4"}, {"2", "4"}),
        ({"district": "2025-07-phuong-a"}, {"1", "2", "3", "4", "5"}),
        ({"datetime": "2023-01-03"}, {"1", "2"}),
        ({"datetime": "2024-06-01/..", "ids": "9,10"}, {"10"}),
        ({"filter": "area_m2 > 300"}, {"29"}),
        ({"filter": "owner LIKE '%\"A\" 7'"}, {"7"}),
        ({"filter": "\"order\" = 0 AND since < DATE('2023-01-08')"}, {"3", "6"}),
        ({"filter": "area_m2 IS NULL AND id = '31'"}, {"31"}),
        ({"bbox": "620055,2300001,620085,2300002", "bbox-crs": "EPSG:9210"}, {"3", "4"}),
        ({"bbox": "620055,2300001,620085,2300002", "bbox-crs": "EPSG:9210", "filter": "id <> '3'"}, {"4"}),
        ({"bbox": "-180,-90,180,90", "ids": "1,31"}, {"1"}),
        ({"bbox": "-10,-10,10,10"}, set()),
    ],
)
def test_a_table_is_filtered_by_what_its_definition_maps(ask: Ask, parameters: Any, expected: set[str]) -> None:
    answer = ask(f"{PATH}/items", limit=100, **parameters)
    assert set(ids(answer)) == expected
    assert answer["numberMatched"] == len(expected)


def test_a_place_finds_it_in_the_filter_too(ask: Ask) -> None:
    ring = ask(f"{PATH}/items/12")["geometry"]["coordinates"][0][0]
    x, y = (sum(point[axis] for point in ring[:4]) / 4 for axis in (0, 1))
    assert ids(ask(f"{PATH}/items", filter=f"S_INTERSECTS(geometry,POINT({x} {y}))")) == ["12"]


def test_what_is_not_mapped_is_refused_with_what_is(refused: Ask) -> None:
    assert "status" in refused(f"{PATH}/items", condition="delayed")["allowed"]
    for name, value in (("status", "completed"), ("district", "x"), ("datetime", "2023-01-01"), ("q", "a")):
        allowed = refused("/api/collections/parcel-points/items", **{name: value})["allowed"]
        assert name not in allowed
        assert "bbox" in allowed
    assert "owner" in refused(f"{PATH}/items", filter="tinh_trang = 'xong'")["allowed"]
    assert "order" in refused(f"{PATH}/items", sortby="gid")["allowed"]
    assert "uses" in refused(f"{PATH}/items", properties="dien_tich")["allowed"]
    refused(f"{PATH}/items", next="bm9uc2Vuc2U")
    refused(f"{PATH}/items", next="WyJhYmMiXQ")


@pytest.mark.parametrize("wrong", ["0", "01", "999", "abc", "1;DROP TABLE x", "99999999999999999999", "1.0", " 1"])
def test_an_id_that_no_row_has_is_not_found(refused: Ask, wrong: str) -> None:
    refused(f"{PATH}/items/{wrong}", 404)


def test_a_view_is_a_collection_of_points(ask: Ask) -> None:
    answer = ask("/api/collections/parcel-points/items", limit=100, crs="EPSG:9210")
    assert answer["numberMatched"] == 20
    assert {feature["geometry"]["type"] for feature in answer["features"]} == {"Point"}
    third = next(feature for feature in answer["features"] if feature["id"] == "T-3")
    assert third["geometry"]["coordinates"] == pytest.approx([620065, 2300005], abs=0.002)
    assert ask("/api/collections/parcel-points/items/T-3")["properties"] == {"dien_tich": 31.5}
    place = ask("/api/collections/parcel-points/schema")["properties"]["geometry"]["format"]
    assert place == "geometry-point"


def test_everything_that_hangs_on_a_table_answers(ask: Ask, client: TestClient) -> None:
    listed = [one["id"] for one in ask("/api/collections")["collections"]]
    assert {"parcels", "parcel-points", "port"} <= set(listed)
    told = ask(PATH)
    assert told["attribution"] == "Sở NN&MT Hải Phòng"
    assert told["extent"]["spatial"]["bbox"][0] == pytest.approx([106.905, 20.789, 106.911, 20.789], abs=0.001)
    for link in (one for one in told["links"] if one["rel"] != "license"):
        answer = client.get(link["href"])
        assert answer.status_code == 200, (link, answer.text[:300])
    assert set(ask(f"{PATH}/schema")["properties"]) == {"id", "geometry", "owner", "area_m2", "since", "uses", "order"}
    assert set(ask(f"{PATH}/queryables")["properties"]) == {"id", "geometry", "owner", "area_m2", "since", "order"}
    assert set(ask(f"{PATH}/sortables")["properties"]) == {"id", "owner", "area_m2", "since", "order"}
    for page in ("", "/items", "/items/1", "/items/31", "/schema", "/queryables", "/tiles", "/tiles/WebMercatorQuad"):
        answer = client.get(f"{PATH}{page}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, (page, answer.text[:300])
        assert answer.headers["content-type"].startswith("text/html")
    assert client.get(f"{PATH}/styles").status_code == 404
    assert client.get(f"{PATH}/items/1/history").status_code == 404


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "fgb", "parquet", "csv", "kml"])
def test_a_table_is_a_file_in_every_format(client: TestClient, tmp_path: Path, suffix: str) -> None:
    answer = client.get(f"/layers/parcels.{suffix}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    file = tmp_path / f"parcels.{suffix}"
    file.write_bytes(answer.content)
    frame = geopandas.read_parquet(file) if suffix == "parquet" else pyogrio.read_dataframe(file)
    assert len(frame) == 31
    assert set(frame.geometry.dropna().geom_type) == {"MultiPolygon"}
    assert frame["owner"].dropna().iloc[0] == 'Ông "A" 1'
    assert "bí mật" not in frame.columns


def test_a_file_of_a_table_takes_filters_and_vn_2000(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/layers/parcels.gpkg", params={"crs": "EPSG:9210", "filter": "area_m2 < 40"})
    (tmp_path / "parcels.gpkg").write_bytes(answer.content)
    frame = pyogrio.read_dataframe(tmp_path / "parcels.gpkg")
    assert sorted(frame["id"]) == ["1", "2", "3"]
    assert frame.crs.to_epsg() == 9210
    assert tuple(frame.geometry.iloc[0].bounds) == pytest.approx((620020, 2300000, 620030, 2300010), abs=0.002)
    rows = client.get("/layers/parcels.csv", params={"ids": "1", "crs": "EPSG:9210"}).content.decode("utf-8-sig")
    assert "620020" in next(csv.DictReader(io.StringIO(rows)))["_WKT_epsg_9210"]


def tile_of(client: TestClient, zoom: int) -> Any:
    longitude, latitude = 106.91, 20.795
    column = int((longitude + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
    answer = client.get(f"{PATH}/tiles/WebMercatorQuad/{zoom}/{row}/{column}")
    assert answer.status_code == 200, answer.text
    return mapbox_vector_tile.decode(answer.content)["parcels"]["features"]


def test_a_tile_holds_the_rows_with_their_properties(client: TestClient) -> None:
    features = {one["properties"]["id"]: one["properties"] for one in tile_of(client, 13)}
    assert len(features) == 30
    assert features["1"] == {"id": "1", "owner": 'Ông "A" 1', "area_m2": 10.5, "since": "2023-01-02", "order": 1}
    assert client.get(f"{PATH}/tiles/WebMercatorQuad/13/0/0").status_code == 204
    assert client.get(f"{PATH}/tiles/WebMercatorQuad/0/0/0").status_code == 200


def test_a_crowded_tile_counts_and_loses_nobody(client: TestClient, connection: Connection) -> None:
    connection.execute(
        text(
            f"INSERT INTO {TABLE} (gid, geom) SELECT 100 + n, ST_Multi(ST_MakeEnvelope(620000 + n % 100, "
            "2300000 + n / 100, 620001 + n % 100, 2300001 + n / 100, 9210)) FROM generate_series(1, 5000) AS n"
        )
    )
    features = tile_of(client, 13)
    assert len(features) < 2000
    assert sum(one["properties"].get("count", 1) for one in features) == 5030


def test_a_change_is_seen_by_the_next_question(stored: Engine, office: Path, tmp_path: Path) -> None:
    url = stored.url.render_as_string(hide_password=False)
    settings = replace(Settings.from_env({}), home=tmp_path, layers_path=office, database_url=url)
    with TestClient(keeping(create_app(settings)), base_url="http://map.example") as client:
        addresses = (f"{PATH}/items?limit=100", "/layers/parcels.geojson", f"{PATH}/items/7", PATH, "/api/collections")
        before = [client.get(address) for address in addresses]
        assert all("etag" not in answer.headers for answer in before)
        pages = [client.get(address, headers={"Accept": "text/html"}) for address in addresses if "/api" in address]
        assert all("etag" not in page.headers and page.headers["content-type"][:9] == "text/html" for page in pages)
        try:
            with stored.begin() as changing:
                changing.execute(text(f"UPDATE {TABLE} SET thu_tu = 77 WHERE gid = 7"))
            for address in addresses[:3]:
                assert '"order" : 77' in client.get(address).text
        finally:
            with stored.begin() as changing:
                changing.execute(text(f"UPDATE {TABLE} SET thu_tu = 1 WHERE gid = 7"))


def test_a_role_that_may_only_select_is_enough(stored: Engine, office: Path) -> None:
    with stored.connect() as connection, connection.begin():
        connection.execute(text("CREATE ROLE reader_of_parcels"))
        connection.execute(text('GRANT USAGE ON SCHEMA "Địa chính" TO reader_of_parcels'))
        source = Catalog.load(Settings.from_env({}).definitions, office).tables["parcels"].source
        connection.execute(text("SET LOCAL ROLE reader_of_parcels"))
        with pytest.raises(InvalidData, match=r"reader_of_parcels may not read .*GRANT SELECT"):
            held_against(connection, source, "parcels.toml")
        connection.execute(text("RESET ROLE"))
        connection.execute(text(f"GRANT SELECT ON {TABLE} TO reader_of_parcels"))
        connection.execute(text("SET LOCAL ROLE reader_of_parcels"))
        assert held_against(connection, source, "parcels.toml").srid == 9210
        connection.rollback()


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("Thửa % đất", "thửa % đất", ("source.table", "no table or view", "capitals count")),
        ('"Địa chính.Thửa % đất"', '"pg_catalog.pg_authid"', ("source.table", "no table")),
        ('"Địa chính.Thửa % đất"', "'public.x\"; DROP TABLE feature; --'", ("source.table", "no table")),
        ('column = "dien_tich"', "column = 'dien_tich\", (SELECT 1) AS \"x'", ("no column", "dien_tich")),
        ('id = "gid"', 'id = "thu_tu"', ("source.id", "no primary key")),
        ('id = "gid"', 'id = "geom"', ("source.id", "geometry")),
        ('geometry = "geom"', 'geometry = "thu_tu"', ("source.geometry", "int4")),
        ('geometry = "geom"', 'geometry = "geom"\nsrid = 4326', ("source.srid", "4326", "9210")),
        ('geometry = "Polygon"', 'geometry = "Point"', ("geometry", "Point", "MULTIPOLYGON")),
        ('type = "number"', 'type = "boolean"', ("fields.area_m2", "boolean", "numeric")),
        ('from = "tu_ngay"', 'from = "thu_tu"', ("source.datetime", "thu_tu", "a date")),
    ],
)
def test_a_definition_that_does_not_fit_the_table_is_told_so(
    connection: Connection, tmp_path: Path, written: str, instead: str, words: tuple[str, ...]
) -> None:
    assert written in PARCELS
    (tmp_path / "parcels.toml").write_text(PARCELS.replace(written, instead, 1), "utf-8")
    layer = Catalog.load(Settings.from_env({}).definitions, tmp_path).tables["parcels"]
    with pytest.raises(InvalidData) as error:
        held_against(connection, layer.source, layer.file)
    assert all(word in str(error.value) for word in ("parcels.toml", *words)), str(error.value)
    assert connection.execute(text("SELECT count(*) FROM feature")).scalar_one() == 0


def test_a_geometry_without_a_reference_system_is_given_one_by_the_definition(
    connection: Connection, ask: Ask, app: FastAPI
) -> None:
    connection.execute(text('DROP VIEW "Địa chính".xem'))
    connection.execute(text(f"ALTER TABLE {TABLE} ALTER geom TYPE geometry USING ST_SetSRID(geom, 0)"))
    layer = app.state.catalog.tables["parcels"]
    with pytest.raises(InvalidData, match=r"does not say its reference system; write srid = 9210"):
        held_against(connection, layer.source, layer.file)
    looked_at = held_against(connection, replace(layer.source, srid=9210), layer.file)
    assert (looked_at.srid, looked_at.stored_srid) == (9210, 0)
    app.state.office_tables["parcels"] = looked_at
    inside = {"bbox": "620055,2300001,620085,2300002", "bbox-crs": "EPSG:9210"}
    answer = ask(f"{PATH}/items", crs="EPSG:9210", **inside)
    assert ids(answer) == ["3", "4"]
    assert answer["features"][0]["geometry"]["coordinates"][0][0][0] == pytest.approx([620060, 2300000], abs=0.002)


def test_rows_of_a_view_that_share_their_id_are_refused(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "points.toml").write_text(VIEW.replace('id = "ma"', 'id = "dien_tich"'), "utf-8")
    layer = Catalog.load(Settings.from_env({}).definitions, tmp_path).tables["points"]
    with pytest.raises(InvalidData, match=r"source\.id: the column dien_tich is numeric"):
        held_against(connection, layer.source, layer.file)
    connection.execute(
        text(f"""CREATE OR REPLACE VIEW "Địa chính".xem AS SELECT 'T-' || gid % 5 AS ma,
          ST_Centroid(geom)\\:\\:geometry(Point, 9210) AS diem, dien_tich FROM {TABLE} WHERE gid <= 20""")
    )
    (tmp_path / "points.toml").write_text(VIEW, "utf-8")
    layer = Catalog.load(Settings.from_env({}).definitions, tmp_path).tables["points"]
    with pytest.raises(InvalidData, match=r"15 rows of Địa chính\.xem share their ma"):
        held_against(connection, layer.source, layer.file)


def test_the_service_does_not_start_over_a_table_that_is_not_as_told(stored: Engine, tmp_path: Path) -> None:
    (tmp_path / "parcels.toml").write_text(PARCELS.replace("dien_tich", "dien_tich_m2"), "utf-8")
    settings = replace(Settings.from_env({}), home=tmp_path, layers_path=tmp_path)
    with pytest.raises(InvalidData, match=r"parcels\.toml: source\.table: .* has no column 'dien_tich_m2'; it has gid"):
        prepare(stored.url.render_as_string(hide_password=False), settings, print)


def test_a_table_that_is_gone_is_told_as_not_ready_and_the_others_answer(
    refused: Ask, ask: Ask, connection: Connection
) -> None:
    connection.execute(text('DROP VIEW "Địa chính".xem'))
    detail = refused("/api/collections/parcel-points/items", 503)["detail"]
    assert "definition" in detail
    assert "parcel-points" in [one["id"] for one in ask("/api/collections")["collections"]]
    assert ask(f"{PATH}/items")["numberMatched"] == 31


@pytest.mark.parametrize("path", [f"{PATH}/items", f"{PATH}/items/1", "/layers/parcels.geojson"])
def test_a_column_that_goes_while_the_service_runs_is_told_as_not_ready(
    refused: Ask, ask: Ask, connection: Connection, path: str
) -> None:
    assert ask(f"{PATH}/items")["numberMatched"] == 31
    with connection.begin_nested() as before:
        connection.execute(text(f"ALTER TABLE {TABLE} DROP COLUMN muc_dich"))
        for _ in range(2):
            with connection.begin_nested() as asking:
                assert "definition" in refused(path, 503)["detail"]
                asking.rollback()
        before.rollback()
    assert ask(f"{PATH}/items")["numberMatched"] == 31


def test_a_box_is_found_by_the_index_of_the_table(connection: Connection, app: FastAPI) -> None:
    connection.execute(
        text(
            f"INSERT INTO {TABLE} (gid, geom) SELECT 100 + n, ST_Multi(ST_MakeEnvelope(600000 + n, 2300000, "
            "600001 + n, 2300001, 9210)) FROM generate_series(1, 5000) AS n"
        )
    )
    connection.execute(text(f"ANALYZE {TABLE}"))
    layer = app.state.catalog.tables["parcels"]
    table = held_against(connection, layer.source, layer.file)
    statement = selected(connection, table, OfficeQuery(bbox=BBox(106.95, 20.7, 106.951, 20.9)))
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {compiled}".replace("%%", "%").replace("%", "%%")).scalars())
    assert "geom_idx" in plan, plan
