"""What nobody should send, over the wire: addresses, values, headers and broken HTTP, to the server as it runs.

Every answer comes soon, none is a 5xx, every refusal is a problem that says the way out, and no row is
changed. Hostile filters have a file of their own.
"""

import http.client
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import orjson
import pytest
from sqlalchemy import Engine, text

from tests.api.serving import get, serving
from tests.api.test_hostile_filters import INJECTIONS, QUESTIONS
from tests.factories import BOX, edit, fact, point, store, store_units, unit
from tests.pace import SOON_S

LONG = "A" * 5_000
MANY = ",".join(["a"] * 2_000)
ODD_TEXTS = [
    "\u202e",
    "\ufeff",
    "\u0000",
    "\u200b" * 500,
    "đ" * 1_500,
    "\U0001f4a3",
    "\r\nSet-Cookie: x=1",
    "\x1b[31m",
    "\ud83d",
]
BOXES = [
    "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6", "1,2,3,4,5,6,7", "nan,0,1,1", "0,0,inf,1", "-inf,-inf,inf,inf", "0,0,1e999,1",
    "2,2,1,1", "106,20,107", "106;20;107;21", "[106,20,107,21]", "106,20,107,21,", ",106,20,107,21", "١,٢,٣,٤",
    "0x1,0,1,1",
    "106,20,107,1_0", "106,20,107,21--", "181,0,182,1", "0,-91,1,91", "1e308,1e308,1e309,1e309", "106,20,107,'21'",
    "null", "{}",
    "106,20,107,21;SELECT pg_sleep(9)", "%", "106,20,107,21&bbox=1", "NaN,NaN,NaN,NaN", "+-1,0,1,1",
    "1" * 400 + ",0,1,1",
]  # fmt: skip
DATES = [
    "yesterday", "now", "today", "infinity", "-infinity", "2023", "2023-02", "2023-13-01", "2023-02-30", "2023-00-00",
    "0000-00-00",
    "99999-01-01", "-0001-01-01", "2023-01-01T", "2023-01-01T25:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:00",
    "2023-01-01T00:00:00+99:00", "2023-06-30/2023-01-01", "../..", "/", "..", "../", "/..",
    "2023-01-01/2023-02-01/2023-03-01", "2023-01-01/P1Y", "P1Y/2023-01-01", "R5/2023-01-01/P1D", "2023-W01-1",
    "2023-001",
    "20230101", "01/01/2023", "٢٠٢٣-٠١-٠١", "2023-01-01; DROP TABLE feature", "'2023-01-01'", "2023-1-1",
    "1e3",
    "2023-01-01T00:00:00.000000000000000000001Z", "2023-01-01T23:59:60Z", "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "2023-01-01T00:00:00Z" + "0" * 900,
]  # fmt: skip
SYSTEMS = [
    "EPSG:0", "EPSG:-1", "EPSG:999999", "EPSG:32648", "EPSG:4326; DROP TABLE feature", "epsg", "4326",
    "urn:ogc:def:crs:EPSG::9999",
    "http://www.opengis.net/def/crs/EPSG/0/32648", "http://169.254.169.254/latest", "file:///etc/passwd",
    "+proj=longlat +init=x",
    "PROJCS[\"x\"]", "[EPSG:9210", "../../etc/passwd", "ÉPSG:4326", "EPSG:4326,EPSG:9210", "EPSG%3A4326%00",
]  # fmt: skip
ORDERS = [
    "-", "+", "--id", "id,id", "id;", "-id DESC", "geometry", "price", "random()", "pg_sleep(1)", "1",
    "id ASC NULLS FIRST", "(SELECT 1)",
    "id,", ",id", MANY, "*", "feature.id", "\"id\"", "properties->>'x'", "-,-", "name_vi COLLATE \"C\"",
]  # fmt: skip
CURSORS = [
    "x", "eyJ9", "AAAA", "=", "====", "e30", "bnVsbA", "W10", "WzFd", "Ww", "LTE", "MQ", "%00", "../..",
    "A" * 4_000, "W1tbW1tb",
    "eyJhIjoxfQ", "WyIiLCIiLCIiXQ", "-1", "0", "1e9", "'; DROP TABLE feature; --", "gASVAAAAAAAAAACMAA", "WzFlOTk5XQ",
    "WyJcdTAwMDAiXQ",
]  # fmt: skip
LIMITS = [
    "0", "-1", "-0", "1.5", "1e3", "0x10", "nan", "inf", "٣", "1_000", " 1", "1 ", "+1", "1,2", "ten", "null",
    "true",
    "1;SELECT 1",
]  # fmt: skip
CODES = [
    "done",
    "completed;",
    "COMPLETED",
    "unknown,",
    ",",
    ",,,",
    "*",
    "%",
    "'",
    "null",
    "completed,completed,x",
    MANY,
    LONG,
]
DISTRICTS = [
    "x", "atlantis", "@", "@2024", "cat-hai@9999", "2024-huyen-cat-hai' OR 1=1", ",", MANY[:1_999], "31/1",
    "..", "chua-xac-dinh@x",
    "%", "_", "*",
]  # fmt: skip
REFUSED = {
    "bbox": BOXES, "datetime": DATES, "as-of": [*DATES, "2999-01-01", "2999-01-01T00:00:00Z", "2020-01-01/2021-01-01"],
    "crs": SYSTEMS,
    "bbox-crs": SYSTEMS, "sortby": ORDERS, "next": CURSORS, "limit": LIMITS, "status": CODES, "condition": CODES,
    "layer": CODES,
    "district": DISTRICTS, "f": ["xml", "../html", "json,html", "JSON ", "*", LONG], "lang": ["xx", "vi,en", "../vi",
    "*"],
    "unheard": ["1"], "BBOX": ["1,2,3,4"], "__class__": ["x"], "$where": ["1"], "status[$ne]": ["x"], "bbox[]": ["1"],
}  # fmt: skip
"""Of each parameter what is always refused, and never with a page of features."""
ANSWERED = {
    "q": [*INJECTIONS, LONG[:150], MANY[:150], *ODD_TEXTS[3:6]],
    "ids": [*INJECTIONS, MANY, *ODD_TEXTS[3:6]],
    "limit": ["9" * 400, "99999999999999999999", "01"],
    "next": ["WyJhIl0"],
    "district": ["cat-hai@"],
    "datetime": ["2023-01-01T00:00:00Z/", " 2023-01-01"],
}
"""Odd and allowed: what is searched for is text; a large limit is cut; an open end may be empty."""
ADDRESSES = ("/api/collections/projects/items", "/api/counts", "/layers/port.geojson", "/api/timeline")
TILES = "/api/collections/port/tiles/WebMercatorQuad"
TILE_PLACES = [
    "0/0/1", "0/1/0", "1/2/0", "-1/0/0", "0/-1/0", "25/0/0", "99/0/0", "999999999999999999999/0/0", "1e3/0/0",
    "0x1/0/0", "a/b/c", "٣/0/0",
    "1.5/0/0", "0/0/0.5", "0/0/nan", "0/0/inf", "+1/0/0", "0/0/0;SELECT", "0/0/' OR 1=1", "0/0/0%00",
    "10/99999999999/1", "0/0/0/0", "0/0/",
    "22/4194304/0", "22/0/4194304", "-0/0/0", "1_0/0/0", "0/0/%2e%2e", "0/0/0.mvt", "0/0/0.pbf", "{z}/{y}/{x}",
    "%7Bz%7D/0/0",
]  # fmt: skip
PATHS = [
    "/api/collections/x", "/api/collections/x/items", "/api/collections/port/items/x", "/api/collections/%00/items",
    "/api/collections/..%2f..%2fetc",
    "/api/collections/port/items/%ff", "/api/collections/port/items/%ED%A0%80",
    "/api/collections/port/items/" + "a" * 3_000,
    "/api/collections/port/items/%2e%2e%2f%2e%2e", "/api/collections/port/items/a%0d%0ab",
    "/api/collections/port/items/'%20OR%201=1",
    "/api/collections/port%20/items", "/api/collections/PORT/items", "/api//collections",
    "/api/collections/port/items//", "/api/..;/admin",
    "/api/collections/port/items/cang-a/versions/0", "/api/collections/port/items/cang-a/versions/-1",
    "/api/collections/port/items/cang-a/versions/x",
    "/api/collections/port/items/cang-a/versions/99999999999999999999",
    "/api/collections/port/items/cang-a/diff?from=9&to=x",
    "/api/collections/port/items/cang-a/diff?from=99999999999999999999", "/api/collections/port/items/%C4%91",
    "/api/documents/%00",
    "/api/documents/x%23y", "/api/documents/" + "%2e" * 300, "/layers/port", "/layers/port.", "/layers/.geojson",
    "/layers/port.exe",
    "/layers/port.geojson.gz", "/layers/..%2f..%2fetc%2fpasswd", "/layers/port.GEOJSON", "/layers/%00.csv",
    "/layers/port%00.csv",
    "/assets/../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/vendor/..%5c..%5cx", "/assets/" + "a" * 3_000,
    "/vendor/%00", "/assets//etc/passwd",
    "/api/styles/sprite@9x.png", "/api/collections/port/styles/x.json", "/api/collections/port/styles/%00.qml",
    "/api/collections/port/legend.gif",
    "/api/counts/units", "/api/counts/units?generation=x", "/api/counts/units?generation=", "/api/units?datetime=x",
    "/api/units?level=x",
    "/api/changes", "/api/changes?datetime=x", "/api/changes?datetime=../..", "/wp-login.php", "/.git/config", "/.env",
    "/%", "/%%%", "/%zz",
    "/api/collections/port/items?" + "&".join(f"a{n}=1" for n in range(2_000)),
    "/api/collections/port/items?" + "&" * 3_000,
    "/api/collections/port/items?=", "/api/collections/port/items?=1", "/api/collections/port/items?%00=1",
    "/api/collections/port/items?limit",
    "/api/collections/port/items?limit=1&limit=2", "/api/collections/port/items?bbox",
    "/api/collections/port/items?%FF=%FF",
]  # fmt: skip
HEADERS = [
    *(("Accept", value) for value in (
        "image/png", "application/xml", "text/html;q=0, application/json;q=0", "*/*;q=0", "application/json;q=abc",
        ";;;", "/", "*", "*/", "a/b/c",
        "application/geo+json;version=9;q=0.0001", ",".join(["a/b"] * 900), "text/html;" * 900, "q=1", "\xff\xfe",
        "*/*;q=1e400", "*/*;q=nan",
        "application/json;q=1;q=0", "'", "text/*;level=1;q=0.4, */*;q=0.0", "application/" + "x" * 3_000,
    )),
    *(("Accept-Encoding", value) for value in (
        "", "*", "*;q=0", "identity;q=0", "gzip;q=0, zstd;q=0, identity;q=0", "gzip;q=abc", "x" * 3_000, "gzip," * 900,
        "zstd;q=1e400", "\xff", ";", "br;q=nan",
        "gzip;q=-1", "gzip;q=2", "GZIP", "zstd;;q=1",
    )),
    *(("If-None-Match", value) for value in (
        "*", '"', '""', 'W/"x"', "x", '"a", "b"', "," * 3_000, '"' * 3_000, "\xff", '"' + "a" * 3_000 + '"', "W/*",
        "null",
    )),
    *(("Accept-Language", value) for value in ("xx", "*;q=0", "vi;q=abc", "-", "a" * 3_000,
    ",".join(["en;q=0.1"] * 900), "\xff")),
    *(("If-Modified-Since", value) for value in ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 99)),
    *(("Range", value) for value in ("bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 900, "x", "items=0-1")),
    *(("Content-Length", value) for value in ("0",)),
    *(("X-Forwarded-Proto", value) for value in ("javascript", "https, http", "\xff")),
    *(("X-Forwarded-For", value) for value in ("' OR 1=1", "127.0.0.1" * 300)),
    *(("Cookie", value) for value in ("a=" + "b" * 6_000, "\xff", ";" * 3_000)),
    *(("Origin", value) for value in ("null", "http://evil.example", "javascript:alert(1)")),
    *(("Host", value) for value in ("", "evil.example", "a b", "[::1", "x:99999", "<script>", "a" * 3_000, "\xff")),
]  # fmt: skip
BROKEN = [
    b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"\x00" * 64 + b"\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost: a\r\nA\x00: b\r\n\r\n", b"GET /api HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost a\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"G\xcb\x80T /api HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api\x00 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    *(b"%b /api/collections HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" % method for method in (
        b"POST", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"PROPFIND", b"SEARCH", b"LINK", b"M-SEARCH",
    )),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: its status, type and body, and how long it took."""

    status: int
    kind: str
    body: bytes
    seconds: float


def request(path: str, *headers: tuple[str, str]) -> bytes:
    told = {"Host": "map.example", "Accept": "*/*"} | dict(headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"GET {path} HTTP/1.1\r\n".encode() + lines.encode("latin-1") + b"\r\n"


def parameter(address: str, name: str, value: str) -> bytes:
    return request(f"{address}?{quote(name, safe='')}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}")


REFUSALS = [
    *(parameter(ADDRESSES[0], name, value) for name, values in REFUSED.items() for value in values),
    *(
        parameter(address, name, value)
        for address in ADDRESSES[1:]
        for name, values in REFUSED.items() if name in ("bbox", "datetime", "as-of", "status", "district", "unheard")
        for value in values[::2]
    ),
    *(parameter(ADDRESSES[0], name, value) for name in ("q", "ids", "district", "next") for value in (*ODD_TEXTS[:3],
    *ODD_TEXTS[6:])),
    *(request(f"{TILES}/{place}".replace(" ", "%20")) for place in TILE_PLACES),
]  # fmt: skip
OTHERS = [
    *(parameter(ADDRESSES[0], name, value) for name, values in ANSWERED.items() for value in values),
    *(request(path.replace(" ", "%20")) for path in PATHS),
    *(request(f"{ADDRESSES[0]}?limit=1", header) for header in HEADERS),
    *BROKEN,
]


@pytest.fixture(scope="module")
def city(own_engine: Engine) -> Engine:
    with own_engine.begin() as connection:
        store_units(connection, unit(box=BOX["cat-hai"]))
        store(connection, *(edit(f"cang-{one}", geometry=point(), facts=(fact(),)) for one in "abc"))
    return own_engine


@pytest.fixture(scope="module")
def port(city: Engine) -> Iterator[int]:
    with serving(city) as own:
        for address in ADDRESSES:
            assert get(f"{own}{address}").status_code == 200
        yield urlsplit(own).port or 0


def send(port: int, words: bytes) -> Told:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(words)
        answer = http.client.HTTPResponse(connection, method="GET")
        answer.begin()
        body = answer.read()
        return Told(answer.status, answer.getheader("content-type", ""), body, time.perf_counter() - began)


def rows(city: Engine) -> list[int]:
    tables = ("feature", "feature_version", "status_fact", "changeset", "admin_unit")
    with city.connect() as connection:
        return [int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) for table in tables]


def is_a_problem(told: Told) -> bool:
    """Whether it is a problem that says what is wrong and what would be right."""
    if told.kind != "application/problem+json":
        return False
    problem = orjson.loads(told.body)
    return bool(problem["status"] == told.status and len(problem["detail"]) > 20 and b"Traceback" not in told.body)


def test_the_corpus_is_large() -> None:
    assert len(set(REFUSALS)) > 500
    assert len({*REFUSALS, *OTHERS}) + len(set(QUESTIONS)) > 1_200


def test_every_hostile_value_is_refused_at_once_with_the_way_out(port: int, city: Engine) -> None:
    before = rows(city)
    answers = [(words[:160], send(port, words)) for words in REFUSALS]
    assert [(words, told.status, told.body[:90]) for words, told in answers if told.status not in (400, 404)] == []
    assert [(words, told.body[:200]) for words, told in answers if not is_a_problem(told)] == []
    assert [(words, told.seconds) for words, told in answers if told.seconds > SOON_S] == []
    assert rows(city) == before


def test_odd_texts_addresses_headers_and_broken_http_break_nothing(port: int, city: Engine) -> None:
    before = rows(city)
    answers = [(words[:160], send(port, words)) for words in OTHERS]
    assert [(words, told.status) for words, told in answers if told.status >= 500] == []
    wrong = [
        (words, told.status, told.kind, told.body[:90])
        for words, told in answers
        if told.status >= 400 and not is_a_problem(told)
    ]
    assert wrong == []
    assert [(words, told.seconds) for words, told in answers if told.seconds > SOON_S] == []
    assert rows(city) == before
