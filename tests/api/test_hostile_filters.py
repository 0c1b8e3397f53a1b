"""What nobody should send: every answer comes within a second, none is a 5xx, each says the way out, no row is lost."""

import time
from collections.abc import Iterator
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import Connection, func, select
from starlette.testclient import TestClient

from geo.tables import feature
from tests.api.conftest import Ask
from tests.factories import edit, point, store
from tests.pace import SOON_S, soon

ITEMS = "/api/collections/projects/items"
INJECTIONS = [
    "'; DROP TABLE feature; --", "' OR '1'='1", "1; SELECT pg_sleep(10)", "status = 'x' UNION SELECT 1", "$$", "%s",
    "%(x)s",
    "/* */ 1=1", "-- x", "\\", "'", '"', "`", "{}", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", ":id", "?", "$1",
    "status = $1", "status = :x", "status::text = 'x'", "feature.status = 'x'", "public.feature", "pg_catalog.pg_class",
    "status = (SELECT 'x')", "EXISTS(SELECT 1)", "status = ANY('{x}')", "1=1;", "status ~ 'x'", "status SIMILAR TO 'x'",
    "name_vi || 'x' = 'x'", "area_ha + 1 = 2", "area_ha = 1/0", "CAST(area_ha AS text) = 'x'",
    "CASE WHEN TRUE THEN 1 END",
]  # fmt: skip
FUNCTIONS = [
    f"{name}({arguments}) = 1"
    for name in (
        "pg_sleep", "pg_read_file", "lo_import", "version", "current_user", "dblink", "query_to_xml", "set_config",
        "ST_Buffer", "ST_MakeValid", "ST_AsText", "repeat", "generate_series", "like", "between", "and", "in", "=",
        "__import__",
    )
    for arguments in ("", "10", "'x'", "geometry", "name_vi, 'x'")
]  # fmt: skip
NESTED = [
    "(" * depth + "area_ha = 1" + ")" * depth for depth in (51, 100, 1_000, 2_000, 10_000)
] + [
    "NOT " * 1_000 + "TRUE",
    "NOT(" * 900 + "TRUE" + ")" * 900,
    "casei(" * 600 + "name_vi" + ")" * 600 + " = 'x'",
    "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 200 + "POINT(1 1)" + ")" * 201,
    "S_INTERSECTS(geometry,POLYGON(" + "(" * 2_000 + "1 1" + ")" * 2_002,
    "(" * 4_000, ")" * 4_000, "'" * 4_001, '"' * 4_001, "\\'" * 2_000, "'\\" * 2_000, "((" + "'" * 3_999,
    "NOT " * 1_024,
    "a" * 4_096, "1" * 4_096, "-" * 4_096, "=" * 4_096, "," * 4_096, "%" * 4_096, "đ" * 5_000, "=,(" * 1_300,
    "x" * 50_000,
]  # fmt: skip
NUMBERS = [
    f"area_ha = {number}" for number in ("1e309", "-1e309", "9" * 400, "1e99999999999", "nan", "inf", "0x10", "1_000",
    "٣", "--1")
] + [
    f"S_INTERSECTS(geometry,{geometry})"
    for geometry in (
        "POINT(nan nan)", "POINT(inf 1)", "POINT(1e308 1e308)", "POINT(181 0)", "POINT(0 91)", "POINT EMPTY", "POINT()",
        "POINT(1)", "POINT(1 2 3)", "POINT(1 2 3 4)", "POINT Z (1 2 3)", "POLYGON((0 0,1 1))", "POLYGON((0 0,1 1,1 0))",
        "POLYGON((0 0,0 0,0 0,0 0))", "POLYGON((0 0,1 1,0 1,1 0,0 0))", "LINESTRING(1 1)", "LINESTRING(1 1,1 1)",
        "MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((1 1,3 1,3 3,1 3,1 1)))", "BBOX(1,2,3)", "BBOX(1,2,3,4,5,6)",
        "BBOX(3,4,1,2)",
        "BBOX(nan,0,1,1)", "BBOX(0,0,1e309,1)", "BBOX('1','2','3','4')", "CIRCULARSTRING(0 0,1 1,2 0)",
        "SRID=4326;POINT(1 1)",
        "'POINT(1 1)'", "GEOMETRYCOLLECTION()", "GEOMETRYCOLLECTION EMPTY",
        "POLYGON(" + ",".join(["(0 0)"] * 500) + ")",
    )
]  # fmt: skip
TIMES = [
    f"valid_from = {moment}"
    for moment in (
        "DATE('')", "DATE('2023')", "DATE('0000-00-00')", "DATE('99999-01-01')", "DATE('2023-02-30')",
        "DATE('infinity')",
        "DATE('now')", "DATE(name_vi)", "DATE(2023)", "DATE()", "TIMESTAMP('2023-01-01')",
        "TIMESTAMP('2023-13-01T00:00:00Z')",
        "TIMESTAMP('2023-01-01T25:00:00Z')", "TIMESTAMP('2023-01-01T00:00:60Z')", "INTERVAL('..','..')", "'2023-01-01'",
        "DATE('2023-01-01; DROP')", "TIMESTAMP('2023-01-01T00:00:00+99:99')",
    )
]  # fmt: skip
TEXTS = [*INJECTIONS, *FUNCTIONS, *NESTED, *NUMBERS, *TIMES]
JSONS = [
    "", "{", "[]", "null", "1", '"x"', "{}", "[" * 4_000, "[" * 10_000 + "]" * 10_000, '{"a":' * 680, "nan", "1e999",
    '{"op":"not","args":[' * 200 + "true" + "]}" * 200, '{"op":"pg_sleep","args":[10]}', '{"op":"=","args":null}',
    '{"op":{"$ne":1},"args":[]}', '{"op":"=","args":[{"property":["a"]},1]}',
    '{"op":"=","args":[{"property":"price"},1]}',
    '{"op":"=","args":[{"property":"name_vi"},"\\u0000"]}', '{"op":"=","args":[{"property":"name_vi"},"\\ud800"]}',
    '{"op":"like","args":[{"property":"name_vi"},"a\\\\"]}', '{"op":"like","args":[{"property":"name_vi"},["a"]]}',
    '{"op":"=","args":[{"property":"area_ha"},1e308000]}', '{"op":"=","args":[{"property":"area_ha"},{"x":1}]}',
    '{"op":"in","args":[{"property":"id"},[]]}', '{"op":"in","args":[{"property":"id"},[[["a"]]]]}',
    '{"op":"in","args":[]}',
    '{"op":"and","args":[]}', '{"op":"and","args":[1,2]}', '{"op":"between","args":[{"property":"area_ha"},1]}',
    '{"op":"isNull","args":[]}', '{"op":"casei","args":["x"]}',
    '{"op":"t_after","args":[{"property":"name_vi"},{"date":"x"}]}',
    '{"op":"t_after","args":[{"property":"valid_from"},{"interval":[]}]}', '{"__proto__":{"op":"="}}',
    '{"op":"t_after","args":[{"property":"valid_from"},{"interval":["a","b","c"]}]}', '{"interval":["..",".."]}',
    *(
        f'{{"op":"s_intersects","args":[{{"property":"geometry"}},{geometry}]}}'
        for geometry in (
            "null", "{}", '{"type":"Point"}', '{"type":"Point","coordinates":[]}',
            '{"type":"Point","coordinates":["a","b"]}',
            '{"type":"Point","coordinates":[[1,2]]}', '{"type":"Point","coordinates":[true,false]}',
            '{"type":"Polygon","coordinates":[[]]}', '{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}',
            '{"type":"Feature"}',
            '{"type":"GeometryCollection","geometries":[1]}', '{"type":"GeometryCollection","geometries":[]}',
            '{"type":"Point","coordinates":[1,2,3]}', '{"type":"Point","coordinates":[1,2],"crs":{"x":1}}',
            '{"bbox":[]}',
            '{"bbox":[1,2,3,4,5,6]}', '{"bbox":["a",2,3,4]}', '{"bbox":[1e400,2,3,4]}', '{"bbox":1}', '"POINT(1 1)"',
            '{"type":"LineString","coordinates":' + "[" * 60 + "]" * 60 + "}", '{"type":["Point"],"coordinates":[1,2]}',
        )
    ),
]  # fmt: skip
OTHERS = [
    (name, value)
    for name in ("crs", "bbox-crs", "filter-crs", "filter-lang", "skipGeometry", "properties")
    for value in (
        "x", "'", "EPSG:0", "EPSG:999999", "http://www.opengis.net/def/crs/EPSG/0/32648", "http://169.254.169.254/",
        "../..",
        "file:///etc/passwd", "+proj=longlat", "A" * 5_000, "a,b", "null", "TRUE", "1", "%", "[EPSG:9210",
        "EPSG:9210]", "đ",
        "name_vi,price", "geometry", "'; DROP TABLE feature; --", "cql-text", "sql", "{}",
    )
]  # fmt: skip
BOXES = [
    (crs, bbox)
    for crs in ("CRS84", "EPSG:4326", "EPSG:3857", "EPSG:9210")
    for bbox in (
        "", "x", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6", "nan,0,1,1", "0,0,inf,1", "0,0,1e999,1", "2,2,1,1", ",,,",
        "0,0,1,'1'",
        "1;2;3;4", "0x1,0,1,1", "1,1,1,", "-inf,-inf,inf,inf", "1_0,1,2,2;", "١,٢,٣,٤,",
    )
]  # fmt: skip
BROKEN = [
    "filter=%FF", "filter=%ED%A0%80", "filter=%00", "filter=status%20%3D%20%27%00%27", "filter=", "filter=%20",
    "filter=%F0%9F",
    "filter=TRUE&filter=TRUE", "filter=%E2%80%AE", "filter=TRUE&filter-lang=", "properties=", "properties=,",
    "crs=%00", "crs=",
    "bbox-crs=%FF", "properties=%FF", "skipGeometry=%00", "filter=%C0%80", "filter=TRUE%0B", "filter=%EF%BF%BD",
    "Filter=TRUE",
    "filter[]=TRUE", "filter.lang=cql2-text", "filter-lang=cql2-json&filter=%7B%22op%22",
]  # fmt: skip


def asked(**parameters: str) -> str:
    return "&".join(f"{name.replace('_', '-')}={quote(value, safe='')}" for name, value in parameters.items())


QUESTIONS = [
    *(asked(filter=words) for words in TEXTS),
    *(asked(filter=words, filter_lang="cql2-json") for words in JSONS),
    *(asked(**{name: value}) for name, value in OTHERS),
    *(asked(bbox_crs=crs, bbox=bbox) for crs, bbox in BOXES),
    *BROKEN,
]


@pytest.fixture
def rows(connection: Connection) -> Iterator[None]:
    """Two features, which are there afterwards as before."""
    store(connection, edit(geometry=point()), edit("cang-b"))
    count = select(func.count()).select_from(feature)
    before = connection.execute(count).scalar_one()
    yield
    assert connection.execute(count).scalar_one() == before == 2


def test_the_corpus_is_large() -> None:
    assert len(set(QUESTIONS)) > 480


@pytest.mark.usefixtures("rows")
def test_every_hostile_question_is_refused_at_once_with_the_way_out(client: TestClient) -> None:
    slow, wrong = [], []
    client.get(f"{ITEMS}?filter=TRUE")
    for question in QUESTIONS:
        began = time.perf_counter()
        answer = client.get(f"{ITEMS}?{question}")
        if time.perf_counter() - began > SOON_S:
            slow.append(question[:100])
        problem = answer.json() if answer.headers["content-type"] == "application/problem+json" else {}
        if answer.status_code != 400 or len(problem.get("detail", "")) < 20 or "Traceback" in answer.text:
            wrong.append((answer.status_code, question[:100], answer.text[:200]))
    assert (slow, wrong) == ([], [])


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "words",
    [
        "name_vi = '''; DROP TABLE feature; --'", "name_vi LIKE '%%%%%%%%%%%%%%%%a%%%%%%%%%%%%b'", "name_vi LIKE ''",
        "name_vi = '{{7*7}}' OR name_vi = '%(x)s' OR name_vi = '%s' OR name_vi = ':x'", "name_vi LIKE '\\\\%\\\\_'",
        "area_ha > 1e308 OR area_ha < -1e308 OR area_ha = 1e-320", "area_ha = 99999999999999999999999999999999999999",
        "valid_from < DATE('0001-01-01') OR valid_from > DATE('9999-12-31')",
        " OR ".join(["name_vi LIKE '%a%b%c%'"] * 150),
        "updated_at > TIMESTAMP('0001-01-01T00:00:00Z') AND updated_at > TIMESTAMP('9999-12-31T23:59:59.999999Z')",
        " AND ".join(["casei(accenti(name_vi)) LIKE accenti(casei('%Á%'))"] * 70), "NOT " * 49 + "TRUE",
        "(" * 50 + "TRUE" + ")" * 50,
        "S_INTERSECTS(geometry,LINESTRING(" + ",".join(f"{n % 170} {n % 80}" for n in range(600)) + "))",
        "id IN (" + ",".join(f"'{n}'" for n in range(600)) + ")", " OR ".join(["S_EQUALS(geometry,geometry)"] * 130),
    ],
)  # fmt: skip
def test_the_odd_but_honest_is_answered_at_once(client: TestClient, words: str) -> None:
    client.get(f"{ITEMS}?filter=TRUE")
    with soon():
        answer = client.get(f"{ITEMS}?{asked(filter=words)}")
    assert answer.status_code == 200, answer.text


def test_a_zigzag_in_metres_costs_no_more_than_its_length_allows(client: TestClient) -> None:
    zigzag = ",".join(f"{1_900_000 * (n % 2)} {700_000 + n}" for n in range(240))
    with soon():
        answer = client.get(
            f"{ITEMS}?{asked(filter=f'S_INTERSECTS(geometry,LINESTRING({zigzag}))', filter_crs='EPSG:9210')}"
        )
    assert answer.status_code == 200, answer.text


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "path", ["/api/counts", "/layers/port.geojson", "/layers/port.csv", "/api/collections/port/items"]
)
@pytest.mark.parametrize("words", ["pg_sleep(10)", "(" * 2_000, "price = 1", "S_INTERSECTS(geometry,POINT(20 106))"])
def test_every_address_refuses_alike(refused: Ask, path: str, words: str) -> None:
    refused(path, filter=words)
    refused(path, filter=orjson.dumps({"op": words, "args": [1]}).decode(), **{"filter-lang": "cql2-json"})
