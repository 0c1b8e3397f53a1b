"""A layer that holds points, lines and areas is offered by kind too, so that a program finds one type of geometry."""

from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from tests.api.conftest import Ask
from tests.factories import edit, fact, geometry, point, store

LINE = geometry("LineString", [[106.7, 20.8], [106.8, 20.9]])
LINES = geometry("MultiLineString", [[[106.7, 20.8], [106.8, 20.9]], [[106.9, 20.8], [106.95, 20.85]]])
RING = [[106.7, 20.8], [106.71, 20.8], [106.71, 20.81], [106.7, 20.8]]
AREA = geometry("Polygon", [RING])
KINDS = {"points": {"diem"}, "lines": {"duong", "hai-duong"}, "polygons": {"vung"}}
TYPES = {"points": "Point", "lines": "MultiLineString", "polygons": "MultiPolygon"}


@pytest.fixture(autouse=True)
def park(connection: Connection) -> None:
    """Parks of every kind, one of no place, and a port."""
    places = {"diem": point(), "duong": LINE, "hai-duong": LINES, "vung": AREA, "khong": None}
    store(connection, *(edit(name, layer="park", geometry=place, facts=(fact(),)) for name, place in places.items()))
    store(connection, edit("cang-a", geometry=point()))


def ids(answer: dict[str, Any]) -> set[str]:
    return {feature["id"] for feature in answer["features"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_collection_of_one_kind_holds_its_features_with_one_type(ask: Ask, kind: str) -> None:
    answer = ask(f"/api/collections/park-{kind}/items")
    assert ids(answer) == KINDS[kind]
    assert answer["numberMatched"] == len(KINDS[kind])
    assert {feature["geometry"]["type"] for feature in answer["features"]} == {TYPES[kind]}
    place = ask(f"/api/collections/park-{kind}/schema")["properties"]["geometry"]
    assert place["format"] == f"geometry-{TYPES[kind].lower()}"
    metric = ask(f"/api/collections/park-{kind}/items", crs="EPSG:9210", properties="name_vi")
    assert {feature["geometry"]["type"] for feature in metric["features"]} == {TYPES[kind]}


def test_promotion_changes_the_type_and_no_coordinate(ask: Ask) -> None:
    for part, feature in (("lines", "duong"), ("lines", "hai-duong"), ("polygons", "vung")):
        whole = ask(f"/api/collections/park/items/{feature}")
        told = ask(f"/api/collections/park-{part}/items/{feature}")
        coordinates = whole["geometry"]["coordinates"]
        several = coordinates if whole["geometry"]["type"].startswith("Multi") else [coordinates]
        assert told["geometry"]["coordinates"] == several
        assert told["properties"] == whole["properties"]


def test_points_become_multipoints_once_a_feature_is_several_points(ask: Ask, connection: Connection) -> None:
    several = geometry("MultiPoint", [[106.9, 20.8], [106.95, 20.8]])
    store(connection, edit("nhieu", layer="park", geometry=several))
    for part in ("park-points", "projects-points"):
        types = {feature["geometry"]["type"] for feature in ask(f"/api/collections/{part}/items")["features"]}
        assert types == {"MultiPoint"}
    assert ask("/api/collections/park-points/schema")["properties"]["geometry"]["format"] == "geometry-multipoint"
    assert ask("/api/collections/port-points/items")["features"][0]["geometry"]["type"] == "Point"


def test_a_kind_is_told_on_another_day_as_on_this_one(ask: Ask) -> None:
    answer = ask("/api/collections/park-lines/items", datetime="2023-06-30")
    assert ids(answer) == KINDS["lines"]
    assert {feature["geometry"]["type"] for feature in answer["features"]} == {"MultiLineString"}
    assert ids(ask("/api/collections/park-lines/items", **{"as-of": "2020-01-01T00:00:00Z"})) == set()


def test_what_is_of_another_kind_or_has_no_place_is_in_the_mother_alone(ask: Ask, refused: Ask) -> None:
    assert ids(ask("/api/collections/park/items")) == {*set().union(*KINDS.values()), "khong"}
    refused("/api/collections/park-lines/items/diem", 404)
    refused("/api/collections/park-points/items/khong", 404)
    refused("/api/collections/park-points/items/cang-a", 404)
    assert ids(ask("/api/collections/projects-points/items")) == {"diem", "cang-a"}
    assert ids(ask("/api/collections/projects-points/items", layer="port")) == {"cang-a"}
    assert refused("/api/collections/park-points/items", layer="port")["allowed"] == ["park"]


def test_a_mixed_layer_lists_its_kinds_after_everything_else(ask: Ask) -> None:
    listed = [one["id"] for one in ask("/api/collections")["collections"]]
    parts = [f"{mother}-{kind}" for mother in ("projects", "park") for kind in KINDS]
    assert listed[-6:] == parts
    assert not any(name.endswith(("-points", "-lines", "-polygons")) for name in listed[:-6])
    related = {link["href"] for link in ask("/api/collections/park")["links"] if link["rel"] == "related"}
    assert related == {f"http://map.example/api/collections/park-{kind}" for kind in KINDS}
    mother = [link["href"] for link in ask("/api/collections/park-lines")["links"] if link["rel"] == "related"]
    assert mother == ["http://map.example/api/collections/park"]


def test_a_kind_that_nothing_has_yet_answers_empty(ask: Ask) -> None:
    assert ask("/api/collections/port-lines/items")["features"] == []
    assert "extent" not in ask("/api/collections/port-lines")
    assert "port-lines" not in [one["id"] for one in ask("/api/collections")["collections"]]
    assert [link for link in ask("/api/collections/port")["links"] if link["rel"] == "related"] == []


def test_everything_that_hangs_on_a_collection_hangs_on_its_kinds(ask: Ask, client: TestClient) -> None:
    path = "/api/collections/park-lines"
    for link in (one for one in ask(path)["links"] if one["rel"] != "license"):
        answer = client.get(link["href"])
        assert answer.status_code == 200, (link, answer.text[:300])
    assert ask(f"{path}/queryables")["properties"]["geometry"]["format"] == "geometry-linestring-or-multilinestring"
    assert ids(ask(f"{path}/items", filter="id LIKE 'hai%'")) == {"hai-duong"}
    assert ask(path)["extent"]["spatial"]["bbox"] == [[106.7, 20.8, 106.95, 20.9]]
    kinds = {layer["type"] for layer in ask(f"{path}/styles/status.json")["layers"]}
    assert "line" in kinds
    assert "fill" not in kinds
    assert ask(f"{path}/items/duong/history")["id"] == "duong"
    assert client.get(f"{path}/tiles/WebMercatorQuad/10/451/815").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet"])
def test_a_file_of_one_kind_has_one_type(client: TestClient, tmp_path: Path, kind: str, suffix: str) -> None:
    answer = client.get(f"/layers/park-{kind}.{suffix}")
    assert answer.status_code == 200, answer.text
    assert f'filename="park-{kind}.{suffix}"' in answer.headers["content-disposition"]
    file = tmp_path / f"park.{suffix}"
    file.write_bytes(answer.content)
    if suffix == "parquet":
        assert set(geopandas.read_parquet(file).geometry.geom_type) == {TYPES[kind]}
    else:
        assert pyogrio.read_info(file)["geometry_type"] == TYPES[kind]


def test_an_index_finds_the_few_lines_among_many_points(connection: Connection) -> None:
    connection.execute(
        text(
            """
            INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status,
              condition, geojson)
            SELECT 'p' || n, layer, ST_Point(106.7, 20.8, 4326), properties, stated_units, version, withdrawn,
              changeset, status, condition, '{}' FROM feature, generate_series(1, 3000) AS n WHERE id = 'diem'
            """
        )
    )
    connection.execute(text("ANALYZE feature"))
    found = "SELECT id FROM feature WHERE NOT withdrawn AND layer = ANY('{park}') AND ST_Dimension(geometry) = 1"
    plan = "\n".join(connection.execute(text(f"EXPLAIN {found} ORDER BY id LIMIT 101")).scalars())
    assert "feature_kind" in plan, plan
