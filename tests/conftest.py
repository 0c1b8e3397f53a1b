"""What every test may ask for: a real PostGIS, thrown away at the end. Without one the suite fails, never skips."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from geo import migrate
from geo.cluster import Cluster, tell
from geo.provision import PostgresInstall, find_or_install
from geo.settings import Settings
from tests import browser

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

TEMPLATE = "migrated"
Furnish = Callable[[Path], Path]
_numbers = count(1)


def _end_politely(*_: object) -> NoReturn:
    sys.exit(143)


def pytest_configure() -> None:
    """A SIGTERM ends the session as a failure does: what it started is stopped.

    Playwright runs on the Node that `make` asks for anyway: its own needs libatomic, which bare Debian lacks.
    """
    signal.signal(signal.SIGTERM, _end_politely)
    node = shutil.which("node")
    if node is not None:
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short name that any system user can walk through: sockets and servers need both."""
    folder = Path(tempfile.mkdtemp(prefix="hp-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def install() -> PostgresInstall:
    """The programs of PostgreSQL that this clone uses."""
    return find_or_install(Settings.from_env().home, tell)


@pytest.fixture(scope="session")
def furnish(install: PostgresInstall) -> Furnish:
    """Makes homes of clusters. Where this clone had to unpack PostGIS they borrow it: no test fetches it again."""
    unpacked = Settings.from_env().home / "postgis"

    def make(home: Path) -> Path:
        home.mkdir(parents=True, exist_ok=True)
        if unpacked in install.bin.parents and not (home / "postgis").exists():
            (home / "postgis").symlink_to(unpacked)
        return home

    return make


@pytest.fixture(scope="session")
def cluster(short_folder: Path, furnish: Furnish) -> Iterator[Cluster]:
    """One throw-away cluster for the session. Not durable: nobody misses it after a power cut."""
    throw_away = Cluster(furnish(short_folder / "tests"), durable=False)
    throw_away.start()
    yield throw_away
    throw_away.stop()


@pytest.fixture(scope="session")
def server_url(cluster: Cluster) -> str:
    """The URL of the throw-away cluster; its own database holds no tables."""
    return cluster.start()


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated and otherwise empty database that others are copied from. Nobody stays connected to it."""
    _execute(server_url, f"CREATE DATABASE {TEMPLATE}")
    migrating = create_engine(_named(server_url, TEMPLATE), poolclass=NullPool)
    migrate.upgrade(migrating)
    migrating.dispose()
    return TEMPLATE


@pytest.fixture(scope="session")
def engine(server_url: str, template: str) -> Iterator[Engine]:
    """A migrated database for the tests that roll back; see `connection`."""
    yield from _fresh_engine(server_url, template)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back: no test sees what another one wrote."""
    with engine.connect() as connected:
        transaction = connected.begin()
        yield connected
        transaction.rollback()


@pytest.fixture(scope="module")
def own_engine(server_url: str, template: str) -> Iterator[Engine]:
    """A fresh migrated database of this module's own, for tests that must commit."""
    yield from _fresh_engine(server_url, template)


@pytest.fixture
def fresh_engine(server_url: str, template: str) -> Iterator[Engine]:
    """A fresh migrated database for one test."""
    yield from _fresh_engine(server_url, template)


def _fresh_engine(server_url: str, template: str) -> Iterator[Engine]:
    name = f"fresh_{next(_numbers)}"
    _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    made = create_engine(_named(server_url, name))
    yield made
    made.dispose()
    _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _named(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


def _execute(server_url: str, sql: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connected:
        connected.execute(text(sql))
    engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium to try the page in."""
    return browser.find_or_install(Settings.from_env().home, tell)


@pytest.fixture(scope="session")
def playwright() -> Iterator["Playwright"]:
    """The one that drives every browser of the session: two at once get in each other's way."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running
