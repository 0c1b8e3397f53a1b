"""The page as a reader meets it: the real application over real data, in a real Chromium."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Playwright, Request, expect
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from starlette.types import ASGIApp

from api.main import create_app
from geo.settings import Settings
from layers.catalog import Catalog
from layers.load import load_all
from tests.browser import PATIENCE_S, SETTLED

expect.set_options(timeout=PATIENCE_S * 1000)

# Chromium itself would like to talk to its maker; a test that watches for foreign requests must not see that.
SWITCHES = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
HERE = Path(__file__).parent
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BLOCKED = "Service Worker registration blocked by Playwright"


def settled(page: Page, address: str = "") -> None:
    """Until the address of the page says this, and list and map show what it asks for."""
    expect(page).to_have_url(re.compile(address))
    page.wait_for_selector(SETTLED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser on a busy machine gets a second chance, here and nowhere else; the summary names who took it."""
    for item in items:
        if item.path.is_relative_to(HERE) and {"browser", "still"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of the browser packages; without them there is no map to test."""
    folder = Settings.from_env({}).web / "node_modules"
    if not (folder / "leaflet").is_dir():
        pytest.fail(f"{folder} is missing: run `npm ci` in web/, or `make test`.")
    return folder


@pytest.fixture(scope="session")
def city(server_url: str, template: str) -> Iterator[Engine]:
    """A database with everything in data/; nobody writes into it."""
    settings = Settings.from_env({})
    with database(server_url, template, "site") as engine:
        load_all(engine, settings.data, Catalog.load(settings.definitions))
        yield engine


@pytest.fixture(scope="session")
def site(city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application over that."""
    settings = replace(Settings.from_env({}), home=tmp_path_factory.mktemp("home"), web=assets.parent)
    with served(settings, city) as address:
        yield address


@pytest.fixture
def own_site(fresh_engine: Engine, assets: Path, tmp_path: Path) -> Iterator[tuple[str, Engine]]:
    """The address of an application without a project, and the database to put some in."""
    settings = replace(Settings.from_env({}), home=tmp_path, web=assets.parent)
    with served(settings, fresh_engine) as address:
        yield address, fresh_engine


@contextmanager
def database(server_url: str, template: str, name: str) -> Iterator[Engine]:
    """A migrated database of its own, dropped at the end."""
    server = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connected:
        connected.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine = create_engine(make_url(server_url).set(database=name))
    yield engine
    engine.dispose()
    with server.connect() as connected:
        connected.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@contextmanager
def served(settings: Settings, engine: Engine) -> Iterator[str]:
    """The application on a free port of this machine, in a thread, until the end of the block."""
    with running(create_app(settings, engine)) as address:
        yield address


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The same of any application."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end and thread.is_alive():
        time.sleep(0.02)
    assert server.started, "the server did not start"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    """One Chromium for the session."""
    opened = playwright.chromium.launch(executable_path=chromium, args=list(SWITCHES))
    yield opened
    opened.close()


@dataclass
class Reader:
    """Someone who opens pages of one site; what goes wrong meanwhile is written down."""

    browser: Browser
    site: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open(
        self,
        path: str = "/",
        *,
        phone: bool = False,
        script: bool = True,
        wait: bool = True,
        dark: bool = False,
        tour: bool = False,
    ) -> Page:
        """A page in a window of its own, at rest, of one who knows the `tour` or not."""
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            java_script_enabled=script,
            reduced_motion="reduce",
            locale="vi-VN",
            color_scheme="dark" if dark else "light",
            service_workers="block",  # it would answer before a test can
        )
        if not tour:
            context.add_init_script("localStorage.setItem('tour', 'seen')")
        page = context.new_page()
        self.pages.append(page)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)
        page.on("request", self._look_at)
        page.goto(self.site + path)
        if wait and script:
            page.wait_for_selector(SETTLED)
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and BLOCKED not in said.text:
            self.complaints.append(said.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _look_at(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and not request.url.startswith(self.site):
            self.foreign.append(request.url)


@pytest.fixture
def reading(browser: Browser) -> Iterator[Callable[[str], Reader]]:
    """A reader of a site. No page may complain, open a dialog or ask another host, unless the test expects it."""
    readers: list[Reader] = []

    def of(site: str) -> Reader:
        readers.append(Reader(browser, site))
        return readers[-1]

    yield of
    for one in readers:
        for page in one.pages:
            page.context.close()
        assert one.complaints == []
        assert one.foreign == []


@pytest.fixture
def reader(reading: Callable[[str], Reader], site: str) -> Reader:
    """A reader of the map with all that is in data/."""
    return reading(site)
