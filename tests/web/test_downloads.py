"""The page of downloads in a real Chromium: with and without a script, on a phone, and what is fetched from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from geo.settings import Settings
from layers.catalog import Catalog
from layers.load import load_all
from layers.release.publish import publish
from layers.release.release import Wanted
from tests.browser import eventually
from tests.factories import edit, fact, store
from tests.web.conftest import Reader, database, served

SETTINGS = Settings.from_env({})
CATALOG = Catalog.load(SETTINGS.definitions)
LAYERS = ("port", "park")


def release(engine: Engine, out: Path, layers: tuple[str, ...]) -> None:
    with engine.connect() as connection, connection.begin():
        publish(connection, CATALOG, SETTINGS.data, SETTINGS.web / "node_modules", out, Wanted(layers))


@pytest.fixture(scope="module")
def shelf(
    server_url: str, template: str, assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The application over the city, with two releases between which a port came."""
    out = tmp_path_factory.mktemp("shelf")
    with database(server_url, template, "released") as engine:
        load_all(engine, SETTINGS.data, CATALOG)
        release(engine, out, LAYERS)
        with engine.begin() as connection:
            store(connection, edit("cang-moi", name_vi="Cảng mới", facts=(fact("proposed", valid_from="2026"),)))
        release(engine, out, LAYERS)
        settings = replace(SETTINGS, web=assets.parent, releases=out)
        with served(settings, engine) as address:
            yield address, out


@pytest.fixture
def reader(reading: Callable[[str], Reader], shelf: tuple[str, Path]) -> Iterator[Reader]:
    one = reading(shelf[0])
    yield one
    assert (one.complaints, one.foreign) == ([], [])


def test_a_file_of_the_release_is_fetched_without_a_script(
    reader: Reader, shelf: tuple[str, Path], tmp_path: Path
) -> None:
    page = reader.open("/tai-ve", script=False)
    expect(page.locator(".since-list")).to_contain_text(
        "Cảng mới: mới có trong bản phát hành, trạng thái đề xuất (2026)"
    )
    assert page.locator(".copy").count() == 0
    with page.expect_download() as started:
        page.locator("#port").get_by_role("link", name="GeoPackage").click()
    path = tmp_path / "port.gpkg"
    started.value.save_as(path)
    assert path.read_bytes() == (shelf[1] / "latest/layers/port.gpkg").read_bytes()
    assert len(geopandas.read_file(path, layer="port")) == 72


def test_a_snippet_is_copied_by_a_button(reader: Reader) -> None:
    page = reader.open("/tai-ve?lang=en", wait=False)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row = page.locator("#park")
    row.get_by_text("How to use it").click()
    snippet = row.locator(".snippet").filter(has_text="curl")
    snippet.get_by_role("button", name="Copy").click()
    expect(snippet.get_by_role("button")).to_have_text("Copied")
    eventually(page, "navigator.clipboard.readText()", snippet.locator("code").inner_text())


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_is_wider_than_the_window(reader: Reader, *, phone: bool) -> None:
    page = reader.open("/tai-ve", phone=phone, wait=False)
    page.locator("#port summary").click()
    eventually(page, "document.documentElement.scrollWidth <= innerWidth", True)


def test_the_map_and_every_page_lead_to_the_downloads(reader: Reader) -> None:
    for path in ("/?lang=en", "/du-an?lang=en"):
        page = reader.open(path, wait=path.startswith("/?"))
        page.get_by_role("link", name="Downloads", exact=True).click()
        expect(page).to_have_url(f"{reader.site}/tai-ve?lang=en")
        expect(page.get_by_role("heading", level=1)).to_have_text("Downloads")
