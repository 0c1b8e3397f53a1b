"""OGC API – Tiles, as its clients ask it: QGIS and MapLibre by TileJSON, GDAL with a tile in its hand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pyogrio
import pytest
from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from api.main import create_app, keeping, read_only_engine
from geo import units
from geo.settings import Settings
from tests.api.conftest import Ask
from tests.api.test_landing import links
from tests.factories import BOX, edit, fact, point, store, store_units, unit

MVT = "application/vnd.mapbox-vector-tile"
SET = "/api/collections/projects/tiles/WebMercatorQuad"
ZOOM, ROW, COLUMN = 10, 451, 816
HERE = f"{SET}/{ZOOM}/{ROW}/{COLUMN}"
SPEC = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"


@pytest.fixture
def city(connection: Connection) -> Connection:
    """Two ports and a beach with a place in one tile, one port without; two districts."""
    store_units(
        connection,
        unit("2024-huyen-cat-hai", code="317", box=BOX["cat-hai"]),
        unit("2024-quan-do-son", name="Đồ Sơn", full_name="Quận Đồ Sơn", type="quận", box=BOX["do-son"]),
    )
    store(
        connection,
        edit("cang-a", geometry=point(106.95, 20.8), facts=(fact("under_construction"),)),
        edit("cang-b", districts=("2024-huyen-cat-hai",), facts=(fact("proposed"),)),
        edit("cang-c", geometry=point(106.9, 20.69), facts=(fact("operational", condition="delayed"),)),
        edit("bai-tam", layer="tourism", name_vi="Bãi tắm", geometry=point(106.89, 20.69)),
    )
    return connection


def ids(answer: Any, name: str = "projects") -> set[str]:
    if answer.status_code == 204:
        assert answer.content == b""
        return set()
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MVT
    layers = mapbox_vector_tile.decode(answer.content)
    assert set(layers) == {name}
    return {feature["properties"]["id"] for feature in layers[name]["features"]}


@pytest.mark.usefixtures("city")
def test_the_row_stands_before_the_column(client: TestClient) -> None:
    assert ids(client.get(HERE)) == {"cang-a", "cang-c", "bai-tam"}
    assert client.get(f"{SET}/{ZOOM}/{COLUMN}/{ROW}").status_code == 204


@pytest.mark.usefixtures("city")
def test_a_tile_of_one_layer_holds_that_layer_alone(client: TestClient) -> None:
    for layer, expected in {"port": {"cang-a", "cang-c"}, "tourism": {"bai-tam"}, "airport": set()}.items():
        address = f"/api/collections/{layer}/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}"
        assert ids(client.get(address), layer) == expected


@pytest.mark.usefixtures("city")
def test_an_empty_tile_is_no_content_and_no_error(client: TestClient) -> None:
    answer = client.get(f"{SET}/0/0/0", params={"ids": "nobody"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    "filters",
    [
        {"layer": "tourism"},
        {"layer": "tourism,port", "status": "operational,unknown"},
        {"district": "cat-hai"},
        {"district": "317@2024,do-son"},
        {"condition": "delayed"},
        {"q": "bai tam"},
        {"ids": "cang-c,cang-b,nobody"},
        {"bbox": "106.94,20.75,107,20.9"},
        {"bbox": "20.75,106.94,20.9,107", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"},
        {"filter": "status = 'operational' OR layer = 'tourism'"},
    ],
)
def test_the_filters_of_items_are_those_of_tiles(client: TestClient, ask: Ask, filters: dict[str, str]) -> None:
    found = ask("/api/collections/projects/items", **filters)["features"]
    located = {feature["id"] for feature in found if feature["geometry"]}
    assert located
    assert ids(client.get(HERE, params=filters)) == located


@pytest.mark.parametrize(
    "filters",
    [{"status": "almost"}, {"district": "atlantis"}, {"distrct": "cat-hai"}, {"f": "png"}, {"limit": "10"}, {"q": ""}],
)
def test_a_filter_that_cannot_be_is_refused_by_the_tile_and_by_its_set(refused: Ask, filters: dict[str, str]) -> None:
    refused(HERE, **filters)
    refused(SET, **filters)


def test_the_layer_of_a_tile_set_may_only_be_its_own(refused: Ask) -> None:
    refused("/api/collections/port/tiles/WebMercatorQuad/0/0/0", layer="tourism")
    refused("/api/collections/districts-2024/tiles/WebMercatorQuad/0/0/0", status="operational")


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("collection", units.COLLECTIONS)
def test_units_have_tiles_of_their_outlines(client: TestClient, collection: str) -> None:
    answer = client.get(f"/api/collections/{collection}/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}")
    expected = {"2024-huyen-cat-hai"} if collection == "districts-2024" else set()
    assert ids(answer, collection) - {"2024-quan-do-son"} == expected


@pytest.mark.parametrize(
    ("segments", "status", "told"),
    [
        ("25/0/0", 404, "0..24"),
        ("3/8/0", 404, "0..7"),
        ("3/0/8", 404, "0..7"),
        ("0/1/0", 404, "0..0"),
        (f"{'9' * 2000}/0/0", 404, "0..24"),
        (f"24/{2**24}/0", 404, f"0..{2**24 - 1}"),
        ("-1/0/0", 400, "0..24"),
        ("3/-1/0", 400, "0..7"),
        ("3/1.5/0", 400, "0..7"),
        ("3/1e0/0", 400, "0..7"),
        ("3/0x1/0", 400, "0..7"),
        ("3/%D9%A3/0", 400, "0..7"),
        ("3/%00/0", 400, "0..7"),
        ("3/0/%00", 400, "0..7"),
        ("%ED%A0%80/0/0", 400, "0..24"),
        ("3/%20 1/0", 400, "0..7"),
        ("3/nan/0", 400, "0..7"),
        ("{z}/{y}/{x}", 400, "0..24"),
        ("3/'%20OR%201=1--/0", 400, "0..7"),
        ("3/0/0.mvt", 400, "0..7"),
    ],
)
def test_a_tile_that_cannot_be_is_refused_with_the_range(refused: Ask, segments: str, status: int, told: str) -> None:
    assert refused(f"{SET}/{segments}", status)["allowed"] == [told]


@pytest.mark.parametrize("rest", ["3//0", "3/0", "3/0/0/0", "/", "3/0/0/", "..%2f..%2f/0/0"])
def test_half_an_address_is_a_problem_and_no_server_error(client: TestClient, rest: str) -> None:
    answer = client.get(f"{SET}/{rest}")
    assert 300 <= answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


def test_another_collection_or_tile_matrix_set_is_not_there(refused: Ask) -> None:
    for address in ("/api/collections/port/tiles/WorldCRS84Quad", "/api/tileMatrixSets/WorldCRS84Quad"):
        assert refused(address, 404)["allowed"] == ["WebMercatorQuad"]
    assert refused("/api/collections/port/tiles/Other/0/0/0", 404)["allowed"] == ["WebMercatorQuad"]
    for address in ("tiles", "tiles/WebMercatorQuad", "tiles/WebMercatorQuad/0/0/0"):
        assert "port" in refused(f"/api/collections/ports/{address}", 404)["allowed"]


@pytest.mark.usefixtures("city")
def test_every_collection_leads_to_its_tile_set_and_that_to_its_tiles(ask: Ask, client: TestClient) -> None:
    for one in ask("/api/collections")["collections"]:
        address = links(one)["http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"]
        assert address == f"/api/collections/{one['id']}/tiles"
        (listed,) = ask(address)["tilesets"]
        assert (listed["title"], listed["dataType"]) == (one["title"], "vector")
        assert listed["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
        assert listed["tileMatrixSetURI"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
        told = ask(links(listed)["self"])
        assert told.items() >= {name: listed[name] for name in listed if name != "links"}.items()
        (template,) = [link for link in told["links"] if link["rel"] == "item"]
        assert (template["templated"], template["type"]) == (True, MVT)
        tile = template["href"].format(tileMatrix=0, tileRow=0, tileCol=0)
        assert client.get(tile).status_code in (200, 204)
        assert ask(links(told)[TILING_SCHEME])["id"] == "WebMercatorQuad"
        drawn = ask(links(told)["stylesheet"])["layers"]
        assert {layer["source-layer"] for layer in drawn} == {one["id"]}  # QGIS paints a background over other maps


@pytest.mark.usefixtures("city")
def test_a_tile_set_tells_where_it_reaches_and_what_its_features_tell(ask: Ask, client: TestClient) -> None:
    told = ask("/api/collections/port/tiles/WebMercatorQuad")
    assert told["boundingBox"]["lowerLeft"] == [106.9, 20.69]
    assert told["boundingBox"]["upperRight"] == [106.95, 20.8]
    assert told["attribution"]
    (layer,) = told["layers"]
    fields = layer["propertiesSchema"]["properties"]
    body = client.get(f"/api/collections/port/tiles/WebMercatorQuad/{ZOOM}/{ROW}/{COLUMN}").content
    for feature in mapbox_vector_tile.decode(body)[layer["id"]]["features"]:
        assert set(feature["properties"]) <= set(fields)


@pytest.mark.usefixtures("city")
def test_tilejson_leads_a_client_to_the_same_tiles_with_its_filters(ask: Ask, client: TestClient) -> None:
    told = ask(SET, f="tilejson", status="operational,proposed", q="cảng")
    assert (told["tilejson"], told["scheme"], told["minzoom"]) == ("3.0.0", "xyz", 0)
    assert told["bounds"] == [106.89, 20.69, 106.95, 20.8]
    assert [layer["id"] for layer in told["vector_layers"]] == ["projects"]
    assert set(told["vector_layers"][0]["fields"]) >= {"id", "name_vi", "status", "condition", "location_accuracy"}
    assert told["attribution"]
    (template,) = told["tiles"]
    address = template.replace("{z}", str(ZOOM)).replace("{y}", str(ROW)).replace("{x}", str(COLUMN))
    assert ids(client.get(address)) == {"cang-c"}


def test_the_tile_matrix_set_is_the_registered_one(ask: Ask) -> None:
    (listed,) = ask("/api/tileMatrixSets")["tileMatrixSets"]
    told = ask(links(listed)["self"])
    assert told["uri"] == listed["uri"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    matrices = {matrix["id"]: matrix for matrix in told["tileMatrices"]}
    assert list(matrices) == [str(zoom) for zoom in range(25)]
    # As the register of OGC has them.
    assert matrices["0"]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert matrices["0"]["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert matrices["14"]["cellSize"] == pytest.approx(9.55462853564703)
    assert matrices["24"]["scaleDenominator"] == pytest.approx(33.3238997476528)
    assert matrices["24"]["matrixWidth"] == 16777216


def test_the_classes_that_are_declared_are_those_tested_here(ask: Ask) -> None:
    declared = {one for one in ask("/api/conformance")["conformsTo"] if "ogcapi-tiles" in one}
    assert declared == {f"{SPEC}/{name}" for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")}


def test_the_description_tells_each_form_of_a_tile_and_of_its_set(ask: Ask) -> None:
    document = ask("/api/openapi.json")
    forms = {}
    for path, operations in document["paths"].items():
        for parameter in operations["get"].get("parameters", ()):
            if parameter.get("name") == "f":
                forms[path.removeprefix("/api/collections/{collection}/tiles/")] = parameter["schema"]["enum"]
    assert forms["{matrix_set}"] == ["json", "tilejson", "html"]
    assert forms["{matrix_set}/{tile_matrix}/{tile_row}/{tile_col}"] == ["mvt"]
    tile = document["paths"]["/api/collections/{collection}/tiles/{matrix_set}/{tile_matrix}/{tile_row}/{tile_col}"]
    assert {"200", "204", "400", "404"} <= set(tile["get"]["responses"])
    assert MVT in tile["get"]["responses"]["200"]["content"]


def test_a_tile_is_kept_until_something_moves(own_engine: Engine, settings: Settings) -> None:
    with own_engine.begin() as connection:
        store(connection, edit(geometry=point(106.95, 20.8)))
    application = keeping(
        create_app(replace(settings, database_url=own_engine.url.render_as_string(hide_password=False)))
    )
    with TestClient(application) as browser:
        tag = browser.get(HERE).headers["etag"]
        assert browser.get(HERE, headers={"If-None-Match": tag}).status_code == 304
        with own_engine.begin() as connection:
            store(connection, edit(geometry=point(107.95, 20.8)))
        moved = browser.get(HERE, headers={"If-None-Match": tag})
    assert (moved.status_code, moved.content) == (204, b"")


def test_a_reader_shares_no_question_among_processes(own_engine: Engine) -> None:
    reading = read_only_engine(own_engine.url.render_as_string(hide_password=False))
    with reading.connect() as connection:
        told = [
            connection.exec_driver_sql(f"SHOW {one}").scalar_one() for one in ("max_parallel_workers_per_gather", "jit")
        ]
    reading.dispose()
    assert told == ["0", "off"]


@pytest.mark.usefixtures("city")
def test_gdal_reads_a_tile(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "tile.mvt"
    path.write_bytes(client.get(HERE).content)
    read = pyogrio.read_dataframe(f"MVT:{path}", X=COLUMN, Y=ROW, Z=ZOOM)
    assert read.crs.to_epsg() == 3857
    places = read.set_index("id").geometry.to_crs(4326)
    assert (places["cang-a"].x, places["cang-a"].y) == pytest.approx((106.95, 20.8), abs=1e-4)
    assert set(read["status"]) == {"under_construction", "operational", "unknown"}
