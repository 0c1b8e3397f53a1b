"""OGC API Features Part 3 with CQL2: each kind of condition, asked of real features, in text and in JSON."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from tests.api.conftest import Ask
from tests.factories import BOX, edit, fact, point, store, store_units, unit

ITEMS = "/api/collections/projects/items"
SQUARE = '{"type":"Polygon","coordinates":[[[106.7,20.7],[106.8,20.7],[106.8,20.8],[106.7,20.8],[106.7,20.7]]]}'
LINE = '{"type":"LineString","coordinates":[[106.65,20.75],[106.85,20.75]]}'


@pytest.fixture(autouse=True)
def city(connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(
        connection,
        edit("cang-a", geometry=point(106.9, 20.8), facts=(fact(valid_from="2023-02-15"),), area_ha=12.5),
        edit("cang-b", name_vi="Cảng Đình Vũ", facts=(fact("completed", valid_from="2021"),), area_ha=50, kind="x"),
        edit("khu-c", layer="tourism", name_vi="Khu du lịch Đồ Sơn", geometry=SQUARE, investor="Công ty O'Neil"),
        edit(
            "cap-d",
            layer="tourism",
            name_vi="Cáp treo 100%",
            geometry=LINE,
            facts=(fact("completed", valid_from="2024-05"),),
        ),
    )


def found(body: dict[str, Any]) -> str:
    return " ".join(sorted(one["id"] for one in body["features"]))


EVERY = "cang-a cang-b cap-d khu-c"


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        # Basic CQL2
        ("status = 'completed'", "cang-b cap-d"),
        ("status <> 'completed'", "cang-a khu-c"),
        ("layer = 'port' AND status = 'completed'", "cang-b"),
        ("layer = 'tourism' OR status = 'under_construction'", "cang-a cap-d khu-c"),
        ("NOT (layer = 'tourism' OR status = 'under_construction')", "cang-b"),
        ("NOT layer = 'tourism'", "cang-a cang-b"),
        ("area_ha > 12.5", "cang-b"),
        ("area_ha >= 12.5 and area_ha < 50", "cang-a"),
        ("12.5 = area_ha", "cang-a"),
        ("area_ha <= 5e1", "cang-a cang-b"),
        ("area_ha IS NULL", "cap-d khu-c"),
        ("area_ha IS NOT NULL", "cang-a cang-b"),
        ("geometry IS NULL", "cang-b"),
        ("valid_from IS NULL", "khu-c"),
        ("valid_from > DATE('2023-01-01')", "cang-a cap-d"),
        ("valid_from = DATE('2023-02-15')", "cang-a"),
        ("valid_from < TIMESTAMP('2023-02-14T17:00:00Z')", "cang-b"),
        ("valid_from <= TIMESTAMP('2023-02-14T17:00:00Z')", "cang-a cang-b"),
        ("updated_at > TIMESTAMP('2020-01-01T00:00:00Z')", EVERY),
        ("updated_at > DATE('2020-01-01')", EVERY),
        ("updated_at < TIMESTAMP('2020-01-01T00:00:00Z')", ""),
        ("TRUE", EVERY),
        ("FALSE", ""),
        ("not true", ""),
        ("version = 1", EVERY),
        ("investor = 'Công ty O''Neil'", "khu-c"),
        ("id = 'cang-a'", "cang-a"),
        ("id > 'cang-b' and name_vi >= 'Khu'", "khu-c"),
        # Advanced comparison
        ("name_vi LIKE 'Cảng%'", "cang-a cang-b"),
        ("name_vi NOT LIKE 'Cảng%'", "cap-d khu-c"),
        ("id LIKE 'c_ng-_'", "cang-a cang-b"),
        (r"name_vi LIKE '%\%'", "cap-d"),
        ("area_ha BETWEEN 10 AND 20", "cang-a"),
        ("area_ha NOT BETWEEN 10 AND 20", "cang-b"),
        ("id IN ('cang-a','cap-d','no-such')", "cang-a cap-d"),
        ("id NOT IN ('cang-a','cap-d')", "cang-b khu-c"),
        ("area_ha IN (50, 51)", "cang-b"),
        ("valid_from IN (DATE('2021-01-01'))", "cang-b"),
        # Without case, without accents
        ("CASEI(name_vi) = CASEI('CẢNG đình vũ')", "cang-b"),
        ("name_vi = 'CẢNG đình vũ'", ""),
        ("ACCENTI(name_vi) = ACCENTI('Cang Dinh Vu')", "cang-b"),
        ("CASEI(ACCENTI(name_vi)) LIKE CASEI(ACCENTI('%DO SON%'))", "khu-c"),
        ("accenti(name_vi) like accenti('Cảng%')", "cang-a cang-b"),
        ("casei(name_vi) in (casei('CẢNG A'))", "cang-a"),
        # Space
        ("S_INTERSECTS(geometry,POINT(106.75 20.75))", "cap-d khu-c"),
        ("S_INTERSECTS(geometry,BBOX(106.89,20.79,106.91,20.81))", "cang-a"),
        ("S_INTERSECTS(geometry,BBOX(-180,-90,180,90))", "cang-a cap-d khu-c"),
        ("S_INTERSECTS(geometry,LINESTRING(106.79 20.6,106.79 20.9))", "cap-d khu-c"),
        ("S_INTERSECTS(geometry,POLYGON((106.85 20.7,107 20.7,107 20.9,106.85 20.9,106.85 20.7)))", "cang-a cap-d"),
        ("S_INTERSECTS(geometry,MULTIPOINT((106.9 20.8),(1 1)))", "cang-a"),
        ("S_INTERSECTS(geometry,MULTILINESTRING((106.9 20.8,107 21),(1 1,2 2)))", "cang-a"),
        ("S_INTERSECTS(geometry,MULTIPOLYGON(((106.89 20.79,106.91 20.79,106.91 20.81,106.89 20.79))))", "cang-a"),
        ("S_INTERSECTS(geometry,GEOMETRYCOLLECTION(POINT(106.9 20.8),POINT(106.71 20.71)))", "cang-a khu-c"),
        ("S_INTERSECTS(POINT(106.9 20.8),geometry)", "cang-a"),
        ("S_DISJOINT(geometry,POINT(106.9 20.8))", "cap-d khu-c"),
        ("S_WITHIN(geometry,BBOX(106.6,20.6,106.86,20.9))", "cap-d khu-c"),
        ("S_CONTAINS(geometry,POINT(106.75 20.72))", "khu-c"),
        ("S_EQUALS(geometry,POINT(106.9 20.8))", "cang-a"),
        ("S_TOUCHES(geometry,POINT(106.7 20.75))", "khu-c"),
        ("S_CROSSES(geometry,LINESTRING(106.75 20.6,106.75 20.9))", "cap-d khu-c"),
        ("S_OVERLAPS(geometry,BBOX(106.75,20.65,106.9,20.75))", "khu-c"),
        # Time
        ("T_BEFORE(valid_from,DATE('2023-02-15'))", "cang-b"),
        ("T_AFTER(valid_from,DATE('2023-02-15'))", "cap-d"),
        ("T_EQUALS(valid_from,DATE('2023-02-15'))", "cang-a"),
        ("T_DURING(valid_from,INTERVAL('2023-01-01','2023-12-31'))", "cang-a"),
        ("T_DURING(valid_from,INTERVAL('2023-01-01','..'))", "cang-a cap-d"),
        ("T_INTERSECTS(valid_from,INTERVAL('..','2023-02-15'))", "cang-a cang-b"),
        ("T_DISJOINT(valid_from,INTERVAL('2023-01-01','2023-12-31'))", "cang-b cap-d"),
        ("T_INTERSECTS(INTERVAL(valid_from,'..'),DATE('2023-06-01'))", "cang-a cang-b"),
        ("T_CONTAINS(INTERVAL('2023-01-01','2023-12-31'),valid_from)", "cang-a"),
        ("T_STARTS(valid_from,INTERVAL('2023-02-15','2023-12-31'))", "cang-a"),
        ("T_STARTEDBY(INTERVAL('2023-02-15','2023-12-31'),valid_from)", "cang-a"),
        ("T_FINISHES(valid_from,INTERVAL('2020-01-01','2023-02-15'))", "cang-a"),
        ("T_FINISHEDBY(INTERVAL('2020-01-01','2023-02-15'),valid_from)", "cang-a"),
        ("T_MEETS(INTERVAL('2020-01-01',valid_from),INTERVAL('2023-02-15','..'))", "cang-a"),
        ("T_METBY(INTERVAL('2023-02-15','..'),INTERVAL('2020-01-01',valid_from))", "cang-a"),
        ("T_OVERLAPS(INTERVAL('2020-01-01',valid_from),INTERVAL('2022-01-01','2023-12-31'))", "cang-a"),
        ("T_OVERLAPPEDBY(INTERVAL('2022-01-01','2023-12-31'),INTERVAL('2020-01-01',valid_from))", "cang-a"),
        ("T_AFTER(updated_at,TIMESTAMP('2020-01-01T00:00:00Z'))", EVERY),
        ("T_INTERSECTS(valid_from,TIMESTAMP('2023-02-14T17:00:00Z'))", "cang-a"),
        # One property with another
        ("name_vi = name_vi", EVERY),
        ("id <> layer", EVERY),
        ("S_INTERSECTS(geometry,geometry)", "cang-a cap-d khu-c"),
        ("T_INTERSECTS(valid_from,valid_from)", "cang-a cang-b cap-d"),
        ("'port' = 'port'", EVERY),
    ],
)  # fmt: skip
def test_a_condition_finds_what_it_says(ask: Ask, words: str, ids: str) -> None:
    body = ask(ITEMS, filter=words)
    assert found(body) == ids
    assert body["numberMatched"] == len(ids.split())


@pytest.mark.parametrize(
    ("tree", "ids"),
    [
        ({"op": "=", "args": [{"property": "status"}, "completed"]}, "cang-b cap-d"),
        ({"op": "in", "args": [{"property": "id"}, ["cang-a", "cap-d"]]}, "cang-a cap-d"),
        (
            {"op": "and", "args": [
                {"op": "like", "args": [{"op": "accenti", "args": [{"property": "name_vi"}]},
                                        {"op": "accenti", "args": ["Cang%"]}]},
                {"op": "not", "args": [{"op": "isNull", "args": [{"property": "geometry"}]}]},
            ]},
            "cang-a",
        ),
        ({"op": "between", "args": [{"property": "area_ha"}, 10, 20]}, "cang-a"),
        ({"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [106.89, 20.79, 107, 20.81]}]}, "cang-a"),
        ({"op": "s_intersects", "args": [{"property": "geometry"}, orjson.loads(SQUARE)]}, "cap-d khu-c"),
        ({"op": "t_after", "args": [{"property": "valid_from"}, {"date": "2023-02-15"}]}, "cap-d"),
        ({"op": "t_during", "args": [{"property": "valid_from"}, {"interval": ["2023-01-01", ".."]}]}, "cang-a cap-d"),
        (True, EVERY),
    ],
)  # fmt: skip
def test_json_asks_the_same(ask: Ask, tree: Any, ids: str) -> None:
    for words in (orjson.dumps(tree).decode(), orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode()):
        assert found(ask(ITEMS, filter=words, **{"filter-lang": "cql2-json"})) == ids


@pytest.mark.parametrize(
    ("crs", "geometry"),
    [
        ("CRS84", "POINT(106.9 20.8)"),
        ("EPSG:4326", "POINT(20.8 106.9)"),
        ("EPSG:4326", "BBOX(20.79,106.89,20.81,106.91)"),
        ("EPSG:9210", "BBOX(619400,2301100,619900,2301500)"),
        ("EPSG:9210", "POLYGON((619400 2301100,619900 2301100,619900 2301500,619400 2301500,619400 2301100))"),
        ("EPSG:3857", "BBOX(11900000,2367000,11900100,2368100)"),
    ],
)  # fmt: skip
def test_a_filter_may_be_drawn_in_another_system(ask: Ask, crs: str, geometry: str) -> None:
    assert found(ask(ITEMS, filter=f"S_INTERSECTS(geometry,{geometry})", **{"filter-crs": crs})) == "cang-a"


def test_a_filter_joins_every_other_parameter(ask: Ask) -> None:
    assert found(ask(ITEMS, filter="status = 'completed'", layer="tourism")) == "cap-d"
    assert found(ask("/api/collections/port/items", filter="area_ha > 0", bbox="106.8,20.7,107,21")) == "cang-a"
    assert found(ask(ITEMS, filter="area_ha > 0", district="cat-hai")) == "cang-a"


def test_counts_and_downloads_take_the_same_filter(ask: Ask) -> None:
    assert ask("/api/counts", filter="status = 'completed'")["layer"] == {"port": 1, "tourism": 1}
    assert found(ask("/layers/projects.geojson", filter="status = 'completed'")) == "cang-b cap-d"


def test_the_next_page_keeps_the_filter(ask: Ask, client: TestClient) -> None:
    words = "status = 'completed' AND name_vi LIKE '%' AND id <> '&+%'"
    first = ask(ITEMS, filter=words, limit=1)
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    assert (found(first), found(client.get(following).json())) == ("cang-b", "cap-d")


def test_a_filter_may_be_broken_into_lines(client: TestClient) -> None:
    answer = client.get(f"{ITEMS}?filter={quote('status = ' + chr(10) + chr(9) + chr(39) + 'completed' + chr(39))}")
    assert found(answer.json()) == "cang-b cap-d"


@pytest.mark.parametrize(
    ("words", "said", "allowed"),
    [
        ("price > 5", "'price' cannot be asked for", "area_ha"),
        ("alt_names = 'x'", "cannot be asked for", "name_vi"),
        ("properties = 'x'", "cannot be asked for", "name_vi"),
        ("status = 'almost-done'", "status is never 'almost-done'", "completed"),
        ("'almost-done' = status", "status is never", "completed"),
        ("condition IN ('delayed','lost')", "condition is never 'lost'", "suspended"),
        ("basis = 'reported'", "'basis' cannot be asked for", "status"),
        ("pg_sleep(10) = 1", "'pg_sleep' is no operator", "like"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(refused: Ask, words: str, said: str, allowed: str) -> None:
    problem = refused(ITEMS, filter=words)
    assert said in problem["detail"]
    assert allowed in problem["allowed"]
    assert problem["type"] == "urn:haiphong:problem:invalid-filter"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("area_ha > 'big'", "area_ha: a number cannot be compared with a text"),
        ("name_vi = 5", "a text cannot be compared with a number"),
        ("valid_from > '2023-01-01'", "DATE('2023-02-15')"),
        ("valid_from > DATE('2023-02-30')", "no date of the calendar"),
        ("valid_from > TIMESTAMP('2023-02-01')", "no date of the calendar"),
        ("area_ha LIKE '1%'", "LIKE takes a text"),
        ("name_vi LIKE name_en", "written pattern"),
        ("name_vi LIKE 'a\\\\\\'", "cannot be read"),
        ("TRUE < FALSE", "no order"),
        ("casei(area_ha) = 'x'", "casei takes a text"),
        ("casei(name_vi)", "compare it"),
        ("geometry = 'x'", "s_intersects"),
        ("S_INTERSECTS(name_vi,POINT(1 1))", "a geometry was expected"),
        ("S_INTERSECTS(geometry,'POINT(1 1)')", "a geometry was expected"),
        ("S_INTERSECTS(geometry,POINT(20.8 106.9))", "lies outside of"),
        ("S_INTERSECTS(geometry,POINT(1e300 0))", "lies outside of"),
        ("S_INTERSECTS(geometry,POINT(1 2 3))", "Heights"),
        ("S_INTERSECTS(geometry,BBOX(107,20,106,21))", "west ≤ east"),
        ("S_INTERSECTS(geometry,BBOX(1,2,3,'x'))", "four numbers"),
        ("S_INTERSECTS(geometry,LINESTRING(1 1))", "LineString"),
        ("S_INTERSECTS(geometry,POLYGON((0 0,1 1,0 1,1 0,0 0)))", "not valid"),
        ("S_INTERSECTS(geometry,POLYGON((0 0,1 1,0 0)))", "Polygon"),
        ("S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0)))", "not closed"),
        ("S_INTERSECTS(geometry,POLYGON(0 0,1 1,1 0,0 0))", "brackets"),
        ("S_WITHIN(geometry,GEOMETRYCOLLECTION(POINT(1 1),POINT(2 2)))", "s_intersects"),
        ("T_AFTER(name_vi,DATE('2023-01-01'))", "A date was expected"),
        ("T_AFTER(valid_from,INTERVAL('soon','..'))", "no date of the calendar"),
        ("T_AFTER(valid_from,INTERVAL(name_vi,'..'))", "An interval takes"),
        ("valid_from = INTERVAL('..','..')", "t_during"),
        ("(area_ha > 5) = TRUE", "cannot be read"),
    ],
)
def test_operands_that_do_not_fit_are_refused_with_the_way_out(refused: Ask, words: str, said: str) -> None:
    assert said.lower() in refused(ITEMS, filter=words)["detail"].lower()


def test_a_filter_of_one_layer_knows_the_fields_of_that_layer(ask: Ask, refused: Ask) -> None:
    ask("/api/collections/port/items", filter="berths > 2 OR quay_length_m > 1")
    refused("/api/collections/tourism/items", filter="quay_length_m > 1")
    refused("/api/collections/districts-2024/items", filter="quay_length_m > 1")


def test_the_selection_of_properties_is_flat_and_keeps_id_and_place(ask: Ask) -> None:
    body = ask(ITEMS, properties="status,name_vi", ids="cang-a,cang-b")
    first, second = body["features"]
    assert first["properties"] == {"name_vi": "Cảng A", "status": "under_construction"}
    assert list(first["properties"]) == ["name_vi", "status"]
    assert (first["id"], first["geometry"]["coordinates"], second["geometry"]) == ("cang-a", [106.9, 20.8], None)
    assert ask(f"{ITEMS}/cang-b", properties="area_ha")["properties"] == {"area_ha": 50}
    assert ask(f"{ITEMS}/cang-a", properties="investor")["properties"] == {}


def test_places_can_be_left_out(ask: Ask) -> None:
    body = ask(ITEMS, skipGeometry="true", properties="name_vi")
    assert [one["geometry"] for one in body["features"]] == [None] * 4
    whole = ask(ITEMS, skipGeometry="true", ids="khu-c")["features"][0]
    assert (whole["geometry"], whole["properties"]) == (None, ask(f"{ITEMS}/khu-c")["properties"])
    assert ask(ITEMS, skipGeometry="false", ids="cang-a")["features"][0]["geometry"] is not None


def test_units_and_downloads_know_the_selection_too(ask: Ask) -> None:
    districts = "/api/collections/districts-2024/items"
    outline = ask(districts, properties="name", skipGeometry="true")["features"][0]
    assert (outline["geometry"], outline["properties"]) == (None, {"name": "Cát Hải"})
    assert ask(f"{districts}/2024-huyen-cat-hai", properties="code")["properties"] == {"code": None}
    assert {len(one["properties"]) for one in ask("/layers/port.geojson", properties="status")["features"]} == {1}


def test_an_unknown_property_is_refused_with_those_that_exist(refused: Ask) -> None:
    assert "quay_length_m" in refused("/api/collections/port/items", properties="price")["allowed"]
    assert "full_name" in refused("/api/collections/districts-2024/items", properties="price")["allowed"]
    assert "status" in refused(f"{ITEMS}/cang-a", properties="'; DROP TABLE feature; --")["allowed"]
