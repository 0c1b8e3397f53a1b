"""The map and the pages as a folder: from any web server, at any address, without another host."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from api.main import create_app
from api.site import crawl
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.snapshot import snapshot
from layers.catalog import Catalog
from layers.edition import folder
from layers.edition.bundle import bundle
from layers.edition.contents import contents
from tests.browser import eventually
from tests.web.conftest import Reader
from tests.web.plain_server import without_ranges

FOOT = {"vi": "Bản thử.", "en": "A trial."}


class Links(HTMLParser):
    """What a page links to and shows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note addresses and ids."""
        self.found += [value for name, value in attributes if name in ("href", "src") and value]
        self.ids |= {value for name, value in attributes if name == "id" and value}


@pytest.fixture(scope="module")
def written(city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole city."""
    settings = replace(Settings.from_env({}), home=tmp_path_factory.mktemp("home"), web=assets.parent)
    catalog = Catalog.load(settings.definitions)
    with city.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        seen = snapshot(connection)
        assert seen is not None
        carried = contents(connection, catalog, settings.data, FeatureQuery(clocks=seen.clocks))
    beside = crawl(create_app(settings, city), seen.changed.isoformat(), FOOT, lambda _: None)
    out = tmp_path_factory.mktemp("site")
    for name, content in folder.files(carried, assets.parent, bundle(assets.parent), beside):
        path = out / "ban-do" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return out


@pytest.fixture(scope="module")
def address(written: Path) -> Iterator[str]:
    """The folder beneath another one, served by what comes with Python."""
    with without_ranges(written) as served:
        yield f"{served}ban-do/"


def test_every_project_and_document_has_its_page_in_both_languages(written: Path) -> None:
    site = written / "ban-do"
    assert len(list((site / "du-an").glob("*.html"))) == len(list((site / "en/du-an").glob("*.html"))) == 301
    assert len(list((site / "van-ban").glob("*.html"))) == len(list((site / "en/van-ban").glob("*.html"))) == 5


def test_every_link_of_every_page_leads_to_a_file(written: Path) -> None:
    ids: dict[Path, set[str]] = {}
    wanted: list[tuple[Path, Path, str]] = []
    for page in sorted((written / "ban-do").rglob("*.html")):
        read = Links()
        read.feed(page.read_text("utf-8"))
        ids[page] = read.ids
        if page.name == "index.html":
            continue
        here = page.relative_to(written).as_posix()
        for link in read.found:
            parts = urlsplit(urljoin(f"http://site/{here}", link))
            if parts.netloc == "site":
                wanted.append((page, written / unquote(parts.path.lstrip("/")), unquote(parts.fragment)))
    assert len(wanted) > 10_000
    assert [(page, file) for page, file, _ in wanted if not file.is_file()] == []
    assert [(page, file, at) for page, file, at in wanted if at and file in ids and at not in ids[file]] == []


def test_a_reader_goes_from_the_map_to_a_project_to_its_clause_and_back(
    address: str, reading: Callable[[str], Reader]
) -> None:
    page = reading(address).open("index.html?lang=en&id=kcn-trang-due-3")
    expect(page.locator(".copy-note")).to_contain_text("Data as recorded by")
    page.locator("#panel .actions a").click()
    expect(page.locator("h1")).to_have_text("Trang Due 3 Industrial Park")
    expect(page.locator("footer")).to_contain_text(FOOT["en"])
    page.locator('a[href*="van-ban/ct-02-2023.html"]').first.click()
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator(".summary")).to_contain_text("301 projects")


def test_it_serves_on_a_phone_in_vietnamese(address: str, reading: Callable[[str], Reader]) -> None:
    page = reading(address).open("index.html?district=cat-hai", phone=True)
    expect(page.locator(".summary")).to_contain_text("44 dự án")
    page = reading(address).open("du-an/kcn-trang-due-3.html", phone=True, wait=False)
    eventually(page, "document.documentElement.scrollWidth <= innerWidth", True)
