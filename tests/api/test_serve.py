"""`haiphong serve` as a person meets it: from a command to the map, and back to nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import NullPool, create_engine

from api.main import OF_WORKER
from api.serve import bound, workers_within
from api.tiles_ahead import whole_collections
from geo.cluster import Cluster
from geo.errors import PortTaken
from geo.settings import Settings
from geo.tile_store import finished
from geo.tiles import Tile, feature_tile
from layers.catalog import Catalog
from tests.pace import soon

PATIENCE_S = 60
Serve = Callable[..., subprocess.Popen[str]]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home(short_folder: Path, furnish: Callable[[Path], Path]) -> Iterator[Path]:
    folder = furnish(short_folder / "served")
    yield folder
    Cluster(folder, lambda _: None).stop()


@pytest.fixture
def serve(home: Path) -> Iterator[Serve]:
    started: list[subprocess.Popen[str]] = []

    def begin(**more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, "serve"], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment(home) | more, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def environment(home: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("HAIPHONG", "PORT"))}
    return ours | {"HAIPHONG_HOME": str(home), "PORT": "0"}


def address(process: subprocess.Popen[str]) -> str:
    """The URL that it prints, once it does."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    pytest.fail("".join(lines))


def status_of(url: str) -> int:
    return httpx.get(url, timeout=PATIENCE_S).status_code


def runs(home: Path) -> bool:
    status = Cluster(home, lambda _: None).status()
    return status is not None and status.running


def test_the_first_start_loads_the_city_and_ctrl_c_stops_everything(serve: Serve, home: Path) -> None:
    process = serve()
    assert status_of(f"{address(process)}readyz") == 200
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert not runs(home)


def test_ctrl_c_pressed_again_and_again_leaves_nothing_behind(serve: Serve, home: Path) -> None:
    process = serve()
    address(process)
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    assert not runs(home)


def test_after_a_sudden_end_the_next_start_takes_over(serve: Serve, home: Path) -> None:
    process = serve()
    address(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    assert runs(home)
    process = serve()
    assert status_of(f"{address(process)}readyz") == 200
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert not runs(home)


def test_two_servers_of_one_home_share_its_database_until_the_last_one_ends(serve: Serve, home: Path) -> None:
    one, other = serve(), serve()
    first, second = address(one), address(other)
    assert first != second
    os.killpg(one.pid, signal.SIGTERM)
    one.communicate(timeout=PATIENCE_S)
    assert status_of(f"{second}readyz") == 200
    os.killpg(other.pid, signal.SIGTERM)
    other.communicate(timeout=PATIENCE_S)
    assert not runs(home)


def test_low_tiles_are_finished_beside_the_workers(serve: Serve, home: Path) -> None:
    address(serve(HAIPHONG_WORKERS="2"))
    status = Cluster(home, lambda _: None).status()
    assert status is not None
    collections = whole_collections(Catalog.load(Settings.from_env({}).definitions))
    engine = create_engine(status.url, poolclass=NullPool)
    until = time.monotonic() + PATIENCE_S
    with engine.connect() as connection:
        asked = (connection, "projects", collections["projects"], Tile(0, 0, 0))
        while finished(*asked) is None and time.monotonic() < until:
            connection.rollback()
            time.sleep(0.1)
        assert finished(*asked) == feature_tile(*asked) != b""
    engine.dispose()


def test_several_workers_answer(serve: Serve) -> None:
    url = address(serve(HAIPHONG_WORKERS="2"))
    assert {status_of(f"{url}readyz") for _ in range(8)} == {200}


@pytest.mark.parametrize(
    ("wanted", "allowed", "started"), [(2, 97, 2), (4, 97, 4), (8, 97, 4), (64, 500, 23), (2, 20, 1)]
)
def test_no_more_workers_start_than_the_database_has_connections_for(wanted: int, allowed: int, started: int) -> None:
    assert workers_within(wanted, allowed) == started
    assert started == 1 or started * OF_WORKER < allowed


def test_a_taken_port_is_told_before_any_work_begins(serve: Serve, short_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(PORT=str(port), HAIPHONG_HOME=str(short_folder / "untouched"))
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 3
    assert f"Port {port} is taken" in said
    assert "Traceback" not in said
    assert not (short_folder / "untouched").exists()


def test_the_port_that_is_suggested_instead_is_free() -> None:
    for _ in range(50):  # until two ports in a row are ours
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            one.listen()
            next_one.listen()
            with pytest.raises(PortTaken) as told, bound("127.0.0.1", port):
                pass
            found = re.search(r"PORT=(\d+) make run", str(told.value))
            assert found is not None
            assert int(found[1]) not in (port, port + 1)
            with bound("127.0.0.1", int(found[1])):
                return
    pytest.fail("no two ports in a row are free on this machine")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "eighty", "PORT='eighty'"),
        ("HAIPHONG_HOST", "no.such.host.invalid", "HAIPHONG_HOST='no.such.host.invalid'"),
        ("HAIPHONG_DATABASE_URL", "mysql://db/city", "postgresql://user:password@host:5432/database was expected"),
    ],
)
def test_a_wrong_setting_is_a_sentence_and_not_a_traceback(serve: Serve, variable: str, value: str, said: str) -> None:
    process = serve(**{variable: value})
    answer, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert said in answer
    assert "Traceback" not in answer


def test_help_is_quick_and_in_both_languages(home: Path) -> None:
    with soon():
        told = subprocess.run(
            [*COMMAND, "--help"], cwd=ROOT, env=environment(home), capture_output=True, text=True, check=True
        )
    assert "Mã kết thúc / exit codes" in told.stdout


def test_no_command_imports_what_only_others_need() -> None:
    slow = ("sqlalchemy", "fastapi", "geopandas", "uvicorn")
    words = f"import sys; import api.cli; print([module for module in {slow} if module in sys.modules])"
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_what_serves_the_map_imports_nothing_that_draws_or_reads_files() -> None:
    heavy = ("pandas", "folium", "geopandas", "pyarrow", "pyogrio", "osgeo")
    words = f"import sys, api.serve, api.doorstep, api.main; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
