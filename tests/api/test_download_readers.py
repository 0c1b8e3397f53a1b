"""Those who read a download over a real connection: to its end, or not."""

import asyncio
import socket
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import geopandas
import pytest
from sqlalchemy import Engine, text
from starlette.types import Message

from api import sending
from api.sending import Sending, of_file
from tests.api.serving import serving
from tests.factories import edit, fact, point, store

NUMBER = 3_000


@pytest.fixture(scope="module")
def address(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server with so many ports that no socket holds a download of them."""
    with own_engine.begin() as connection:
        notes = "Ghi chú " * 1_500
        ports = (
            edit(f"cang-{number:04d}", geometry=point() if number % 10 else None, facts=(fact(),), notes=notes)
            for number in range(NUMBER)
        )
        store(connection, *ports)
    with serving(own_engine, TMPDIR=str(tmp_path_factory.mktemp("temporary"))) as own:
        yield own


def copying(engine: Engine) -> int:
    with engine.connect() as connection:
        running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' "
        return int(connection.execute(text(running + "AND state = 'active'")).scalar_one())


def until(engine: Engine, number: int, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while copying(engine) != number and time.monotonic() < end:
        time.sleep(0.05)
    return copying(engine) == number


@pytest.mark.parametrize("suffix", ["csv", "geojson"])
def test_the_query_waits_for_a_slow_reader_and_ends_when_he_goes(address: str, own_engine: Engine, suffix: str) -> None:
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 0)) as reader:
        reader.sendall(f"GET /layers/port.{suffix} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        head = reader.recv(65536)
        assert head.startswith(b"HTTP/1.1 200")
        assert b"cache-control: no-store" in head
        assert until(own_engine, 1)
        time.sleep(0.5)
        assert copying(own_engine) == 1
    assert until(own_engine, 0)


# GeoPandas keeps what it fetched under a name without an ending, which GDAL minds in a GeoPackage.
@pytest.mark.filterwarnings("ignore:.*non conformant file extension", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "kml", "geojson"])
def test_geopandas_reads_every_format_by_its_address(address: str, suffix: str) -> None:
    ports = geopandas.read_file(f"{address}/layers/port.{suffix}?sortby=id")
    assert len(ports) == NUMBER
    assert ports.geometry.isna().sum() == NUMBER // 10
    assert set(ports["status"]) == {"under_construction"}


def test_a_reader_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PATIENCE_S", 0.05)
    closed = []

    def pieces() -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    asyncio.run(Sending(pieces(), "text/csv", {})({"type": "http", "asgi": {}}, receive, send))
    assert closed == [True]


def test_a_file_is_closed_when_its_reader_goes(tmp_path: Path) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        while len(sent) < 3:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.truncate(100 * sending.PIECE)
        asyncio.run(Sending(of_file(file), "text/csv", {})({"type": "http", "asgi": {}}, receive, send))
        assert len(sent) < 100
        assert file.closed
