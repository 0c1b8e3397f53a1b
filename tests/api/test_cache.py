"""Answers are kept, and never after the data has moved on: real server processes, real commits."""

import re
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine, text

from tests.api.serving import PATIENCE_S, get, head, serving
from tests.factories import edit, store

ITEM = "/api/collections/port/items/cang-a"
PAGE = "/api/collections/port/items?limit=1"
EDITS = 1_000


@pytest.fixture(scope="module")
def workers(own_engine: Engine) -> Iterator[list[str]]:
    """Two servers over one store, as two workers or two machines are."""
    with own_engine.begin() as connection:
        store(connection, edit(berths=0))
    with serving(own_engine) as one, serving(own_engine) as other:
        yield [one, other]


def berths_of(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    told = answer.json()
    feature = told["features"][0] if "features" in told else told
    number: int = feature["properties"]["berths"]
    return number


def test_an_unchanged_answer_comes_with_the_same_etag_and_costs_a_304(workers: list[str]) -> None:
    first, second = (get(f"{worker}{ITEM}") for worker in (workers[0], workers[0]))
    assert first.headers["etag"] == second.headers["etag"]
    assert first.content == second.content
    again = get(f"{workers[0]}{ITEM}", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_each_coding_of_an_answer_has_an_etag_of_its_own_and_the_same_words(workers: list[str]) -> None:
    plain, *packed = (
        get(f"{workers[0]}{ITEM}", headers={"Accept-Encoding": coding})
        for coding in ("identity", "gzip", "zstd", "zstd;q=0, gzip;q=0.5", "br, *")
    )
    codings = [answer.headers.get("content-encoding") for answer in (plain, *packed)]
    assert codings == [None, "gzip", "zstd", "gzip", "gzip"]
    assert len({answer.headers["etag"] for answer in (plain, *packed)}) == 3
    assert all(answer.json() == plain.json() for answer in packed)
    assert {answer.headers["vary"] for answer in (plain, *packed)} == {"Accept, Accept-Language, Accept-Encoding"}


def test_head_tells_what_get_would_and_shares_its_answer(workers: list[str]) -> None:
    address = f"{workers[0]}/api/collections/port"
    told, got = head(address), get(address)
    assert told.content == b""
    date = ("date",)
    assert {name: text for name, text in told.headers.items() if name not in date} == {
        name: text for name, text in got.headers.items() if name not in date
    }
    assert head(address, headers={"If-None-Match": got.headers["etag"]}).status_code == 304


def test_one_feature_is_the_same_by_the_short_way_as_by_the_way_of_every_question(workers: list[str]) -> None:
    def asked(*headers: tuple[str, str]) -> tuple[dict[str, str], bytes]:
        answer = get(f"{workers[0]}{ITEM}", headers=[*headers, ("Accept-Encoding", "zstd")])
        return {name: text for name, text in answer.headers.items() if name not in ("date", "etag")}, answer.content

    twice = [("Accept", "*/*")] * 2  # nothing is kept for who contradicts himself
    assert asked() == asked(("Accept", "application/geo+json")) == asked(*twice)


def test_a_feature_by_a_request_like_the_last_but_one_is_the_same_as_every_other_way(
    workers: list[str], own_engine: Engine
) -> None:
    with own_engine.begin() as connection:
        store(connection, edit("cang-c", berths=3), edit("cang-d", name_vi="Cảng D"))

    def told(answer: httpx.Response) -> tuple[dict[str, str], bytes]:
        assert answer.status_code == 200
        return {name: text for name, text in answer.headers.items() if name != "date"}, answer.content

    with httpx.Client(base_url=workers[0], headers={"Accept-Encoding": "identity"}) as reader:
        for collection in ("port", "projects"):
            for feature in ("cang-a", "cang-c", "cang-d", "cang-c"):
                path = f"/api/collections/{collection}/items/{feature}"
                headers, body = told(reader.get(path))
                etag = headers.pop("etag")
                assert reader.get(path, headers={"If-None-Match": etag}).status_code == 304
                every = reader.get(path, headers=[("Accept", "*/*")] * 2)
                assert (headers, body) == told(every)
                assert told(reader.get(path, headers={"X-Forwarded-For": "203.0.113.9"})) == (
                    headers | {"etag": etag}, body,
                )  # fmt: skip
            assert reader.get(f"/api/collections/{collection}/items/nothing-here").status_code == 404
            assert reader.get("/api/collections/park/items/cang-a").status_code == 404


@pytest.mark.parametrize("path", [ITEM, "/api/collections/port/items?limit=2", "/api/collections/port"])
def test_behind_a_proxy_links_are_those_that_its_readers_see(workers: list[str], path: str) -> None:
    def links(*headers: tuple[str, str]) -> set[str]:
        found = reader.get(path, headers=[("Host", "haiphong.example"), *headers]).json()["links"]
        return {one["href"].rpartition("haiphong.example")[0] for one in found if "haiphong.example" in one["href"]}

    with httpx.Client(base_url=workers[0]) as reader:
        for _ in range(3):
            assert links() == links(("X-Forwarded-Proto", "ftp")) == {"http://"}
            for client in ("203.0.113.9", "203.0.113.10"):
                proxy = (("X-Forwarded-For", client), ("X-Forwarded-Proto", "https"))
                assert links(*proxy) == {"https://"}


@pytest.mark.parametrize("path", [
    "projects/items", "port/items?limit=1", "port/items?bbox=106,20,107,21&status=under_construction&condition=delayed",
    "projects/items?layer=port,park&limit=3", "projects/items?bbox=100,1,100,1", "port/items?next=WyJiIl0",
    "port/items?next=nowhere", "port/items?layer=park", "port/items?limit=0", "projects/items?bbox=1,2,3",
    "projects/items?district=nowhere", "projects/items?status=done", "port/items?limit=1&limit=2",
])  # fmt: skip
def test_a_page_is_the_same_by_the_short_way_as_by_the_way_of_every_question(workers: list[str], path: str) -> None:
    def asked(coding: str, *headers: tuple[str, str]) -> tuple[int, dict[str, str], bytes]:
        url = f"{workers[0]}/api/collections/{path}"
        answer = get(url, headers=[*headers, ("Accept-Encoding", coding)])
        told = {name: text for name, text in answer.headers.items() if name not in ("date", "etag", "content-length")}
        return answer.status_code, told, re.sub(rb'"timeStamp":"[^"]+"', b"", answer.content)

    for coding in ("identity", "zstd"):
        assert asked(coding) == asked(coding) == asked(coding, *[("Accept", "*/*")] * 2)


def test_a_request_that_is_known_by_its_bytes_sees_every_change(workers: list[str], own_engine: Engine) -> None:
    with httpx.Client(base_url=workers[0], timeout=PATIENCE_S) as reader:
        for number in range(4):
            with own_engine.begin() as connection:
                store(connection, edit(berths=number))
            several = [reader.get("/api/collections/port/items?limit=5").json() for _ in range(3)]
            assert [one["features"][0]["properties"]["berths"] for one in several] == [number] * 3
    with own_engine.begin() as connection:
        store(connection, edit(berths=0))


def test_requests_that_come_in_pieces_or_together_are_answered_in_their_order(workers: list[str]) -> None:
    address = httpx.URL(workers[0])
    one = f"GET {ITEM} HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode()
    other = one.replace(b"GET", b"HEAD")
    with socket.create_connection((address.host, address.port or 80)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (one, one, one[:9], one[9:], one, other + one, one + one[:30], one[30:], other):
            connection.sendall(piece)
            time.sleep(0.01)
        connection.sendall(one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    assert (told.count(b"HTTP/1.1 200 OK"), told.count(b'"type":"Feature"')) == (10, 8)


def test_a_connection_is_closed_when_nobody_has_used_it_for_five_seconds_and_not_before(workers: list[str]) -> None:
    address = httpx.URL(workers[0])
    one = f"GET {ITEM} HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode()
    with socket.create_connection((address.host, address.port or 80), timeout=60) as connection:
        for _ in range(4):
            time.sleep(0.4)
            connection.sendall(one)
            while not connection.recv(65536).endswith(b"}"):
                pass
        answered = time.monotonic()
        assert connection.recv(65536) == b""
    assert time.monotonic() - answered > 4.5


def test_questions_sent_at_once_are_answered_in_their_order(workers: list[str]) -> None:
    address = httpx.URL(workers[0])
    paths = [ITEM, "/api/collections/port/items/nothing", ITEM, "/healthz", ITEM, "/api/collections/port"]
    asked = "".join(f"GET {path} HTTP/1.1\r\nHost: {address.host}\r\n\r\n" for path in paths)
    with socket.create_connection((address.host, address.port or 80)) as connection:
        connection.sendall(asked.replace("port HTTP/1.1\r\n", "port HTTP/1.1\r\nConnection: close\r\n").encode())
        told = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", told) == [b"200", b"404", b"200", b"200", b"200", b"200"]


@pytest.mark.parametrize("feature", ["nothing-here", "Cang-A", "x" * 300, "cang-a'--", "a,b", "%7B%7D"])
def test_what_is_no_feature_is_told_as_everywhere(workers: list[str], feature: str) -> None:
    answer = get(f"{workers[0]}/api/collections/port/items/{feature}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert get(f"{workers[0]}/api/collections/park/items/cang-a").status_code == 404


def test_a_problem_is_never_kept(workers: list[str], own_engine: Engine) -> None:
    address = f"{workers[0]}/api/collections/port/items/cang-b"
    assert get(address).status_code == 404
    with own_engine.begin() as connection:
        store(connection, edit("cang-b"))
    assert get(address).status_code == 200


def test_a_change_by_plain_sql_is_seen_by_the_next_request_of_every_worker(
    workers: list[str], own_engine: Engine
) -> None:
    before = [get(f"{worker}/api/targets").json()["targets"] for worker in workers]
    with own_engine.begin() as connection:
        connection.execute(text("INSERT INTO target (id, position, properties) VALUES ('park', 1, '{}')"))
    after = [get(f"{worker}/api/targets").json()["targets"] for worker in workers]
    assert [len(targets) for targets in before + after] == [0, 0, 1, 1]


def test_a_thousand_edits_are_each_seen_as_soon_as_they_are_acknowledged(
    workers: list[str], own_engine: Engine
) -> None:
    acknowledged, finished, stale = [0], threading.Event(), []
    asked = [
        (PAGE, "identity"),
        (ITEM, "identity"),
        (PAGE, "identity"),
        (ITEM, "zstd"),
    ]  # what is kept, and what is made
    answers = [0] * len(asked)

    def write() -> None:
        try:
            for number in range(1, EDITS + 1):
                with own_engine.begin() as connection:
                    store(connection, edit(berths=number))
                acknowledged[0] = number
        finally:
            finished.set()

    def read(reader: int) -> None:
        path, coding = asked[reader]
        with httpx.Client(
            base_url=workers[reader // 2], headers={"Accept-Encoding": coding}, timeout=PATIENCE_S
        ) as client:
            while not finished.is_set():
                known = acknowledged[0]
                told = berths_of(client.get(path))
                answers[reader] += 1
                if told < known:
                    stale.append((reader, known, told))

    readers = [threading.Thread(target=read, args=(reader,)) for reader in range(len(asked))]
    threads = [threading.Thread(target=write), *readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stale == []
    assert acknowledged[0] == EDITS
    assert min(answers) > 20
    assert [berths_of(get(f"{worker}{ITEM}")) for worker in workers] == [EDITS, EDITS]


def test_a_cold_answer_that_many_wait_for_is_made_once(workers: list[str], own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        store(connection, edit(berths=7))
    address = f"{workers[1]}/api/collections/projects/items?limit=1000"
    stamps: list[str] = []

    def ask() -> None:
        stamps.append(get(address).json()["timeStamp"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(1.1)  # a second answer made now would carry another second
    ask()
    assert len(set(stamps)) == 1
