"""A reader who leaves takes the query along: it is gone from the server while everything that it waited for remains."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text

from api.main import MOST_CONNECTIONS
from api.page_making import THREADS
from tests.api.serving import get, serving
from tests.factories import edit, point, store

HEAVY = quote("S_INTERSECTS(geometry,BBOX(106,20,107,21)) AND name_vi LIKE '%c%'")
QUESTIONS = (
    "/api/collections/port/items?bbox=106,20,107,21",
    f"/api/collections/port/items?filter={HEAVY}",
    "/api/collections/port/items/cang-a?lang=vi",
    "/api/collections/port/tiles/WebMercatorQuad/10/451/816",
    "/layers/port.geojson",
    "/layers/port.gpkg",
    f"/api/counts?filter={HEAVY}",
)
PLAIN = {"Accept-Encoding": "identity"}
SOON_S = 15
"""Less than the 20 s after which the server would end any statement."""


@pytest.fixture(scope="module")
def server(own_engine: Engine) -> Iterator[str]:
    with own_engine.begin() as connection:
        store(connection, edit(geometry=point()))
    with serving(own_engine) as address:
        yield address


@contextmanager
def everything_waits(engine: Engine) -> Iterator[None]:
    """Inside, whoever reads features waits: a query that takes as long as the test wants."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE feature, tile_feature IN ACCESS EXCLUSIVE MODE"))
        yield


def waiting(engine: Engine) -> int:
    """How many statements of the server wait for the features."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'haiphong' AND state = 'active' AND wait_event_type = 'Lock'"
            )
        )
        return int(found.scalar_one())


def soon(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON_S
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def asking(server: str, path: str) -> socket.socket:
    """A connection over which the question has been sent."""
    host, _, port = server.removeprefix("http://").partition(":")
    reader = socket.create_connection((host, int(port)))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Encoding: identity\r\n\r\n".encode())
    return reader


@pytest.mark.parametrize("path", QUESTIONS)
def test_the_query_of_a_reader_who_left_is_gone(server: str, own_engine: Engine, path: str) -> None:
    with own_engine.begin() as connection:
        store(connection, edit(geometry=point(), berths=len(path)))  # so that nothing is answered from memory
    with everything_waits(own_engine):
        with asking(server, path):
            assert soon(lambda: waiting(own_engine) == 1)
        assert soon(lambda: waiting(own_engine) == 0), "the query went on for nobody"
    assert get(f"{server}{path}").status_code == 200


@pytest.mark.parametrize(("more", "at_once"), [("", THREADS), ("&sortby=id", MOST_CONNECTIONS)])
def test_twenty_readers_who_leave_leave_no_connection_behind(
    server: str, own_engine: Engine, more: str, at_once: int
) -> None:
    with everything_waits(own_engine):
        readers = [asking(server, f"/api/collections/port/items?limit={number + 10}{more}") for number in range(20)]
        assert soon(lambda: waiting(own_engine) >= at_once)
        for reader in readers:
            reader.close()
        assert soon(lambda: waiting(own_engine) == 0)
    assert get(f"{server}/api/collections/port/items?limit=9").json()["numberMatched"] == 1


def test_who_waits_for_the_same_answer_gets_it_although_the_first_left(server: str, own_engine: Engine) -> None:
    path = "/api/collections/port/items?limit=77"
    with ThreadPoolExecutor(3) as others, everything_waits(own_engine):
        first = asking(server, path)
        assert soon(lambda: waiting(own_engine) == 1)
        answers = [others.submit(get, f"{server}{path}", headers=PLAIN) for _ in range(3)]
        time.sleep(0.5)
        assert waiting(own_engine) == 1, "they wait for the answer that is being made"
        first.close()
        time.sleep(0.5)
        assert soon(lambda: waiting(own_engine) == 1), "one of them asks in the place of the one who left"
    assert [answer.result().status_code for answer in answers] == [200, 200, 200]


def test_readers_who_ask_at_once_for_what_cannot_be_had_are_all_told(server: str, own_engine: Engine) -> None:
    path = f"{server}/api/collections/port/items/khong-co?lang=vi"
    with ThreadPoolExecutor(6) as readers:
        with everything_waits(own_engine):
            answers = [readers.submit(get, path) for _ in range(6)]
            time.sleep(0.5)
        told = [answer.result() for answer in answers]
    assert [answer.status_code for answer in told] == [404] * 6


def test_a_file_whose_first_reader_left_is_whole_for_the_next(server: str, own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        store(connection, edit("cang-b", geometry=point()))
    with asking(server, "/layers/port.gpkg"):
        time.sleep(0.05)
    told = get(f"{server}/layers/port.gpkg", headers=PLAIN)
    assert told.status_code == 200
    assert told.content.startswith(b"SQLite format 3\0")
    assert len(told.content) == int(told.headers["content-length"])


def test_who_left_is_no_error_of_the_service(server: str, own_engine: Engine) -> None:
    with everything_waits(own_engine):
        with asking(server, "/api/collections/port/items?limit=3"):
            assert soon(lambda: waiting(own_engine) == 1)
        assert soon(lambda: waiting(own_engine) == 0)
    assert soon(lambda: 'status="499"' in get(f"{server}/metrics").text)
    told = get(f"{server}/metrics").text
    assert 'status="500"' not in told
    assert 'status="503"' not in told
