"""A site of more projects than a page can carry: drawn out of the release's tiles and GeoJSON, sent by parts."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from api.main import create_app
from api.site import PAGES, PROJECT, crawl
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.snapshot import snapshot
from layers.catalog import Catalog
from layers.edition import folder
from layers.edition.bundle import bundle
from layers.edition.contents import contents
from layers.edition.folder import Beside
from layers.export import FORMATS
from layers.release import tiles
from layers.release.copies import Copies
from layers.release.files import Writer, features
from layers.release.folder import Staging
from layers.release.release import Release
from layers.release.subjects import subjects
from layers.workshop import Workshop
from tests.web.conftest import Reader, running
from tests.web.plain_server import without_ranges
from tests.web.test_site import FOOT

SETTINGS = Settings.from_env({})
Serve = Callable[[str], Reader]


@pytest.fixture(scope="module")
def large(city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release whose site leaves the projects where they are, as one of 100 000 does."""
    settings = replace(SETTINGS, home=tmp_path_factory.mktemp("home"), web=assets.parent)
    catalog, out = Catalog.load(settings.definitions), tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch, Workshop() as workshop:
        patch.setattr("layers.release.copies.MOST", 100)
        with (
            city.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
            connection.begin(),
            Staging.opened(out, "r") as staging,
        ):
            seen = snapshot(connection)
            assert seen is not None
            told = tuple(subjects(catalog, settings.data, ()))
            release = Release("r", seen.changed, told, seen.clocks)
            writer = Writer(connection, workshop, release.stamp)

            def pages(_: Release, each: bool) -> Beside:
                assert not each
                kinds = tuple(kind for kind in PAGES if kind != PROJECT)
                return crawl(create_app(settings, city), seen.changed.isoformat(), FOOT, lambda _: None, kinds)

            for one in told:
                staging.add(f"layers/{one.id}.geojson", writer.layer(one, FORMATS["geojson"]))
            copies = Copies(release, connection, catalog, settings.data, assets.parent, staging)
            for name, write in copies.files(pages):
                staging.add(name, write)
            # Taken up again, it asks for no page of a site that is there.
            again = Copies(release, connection, catalog, settings.data, assets.parent, staging)
            assert list(again.files(lambda *_: pytest.fail("asked for pages"))) == []
            of = {one.id: features(staging.files / f"layers/{one.id}.geojson") for one in told if one.id != "projects"}
            staging.add(tiles.NAME, lambda path: tiles.write(path, of, "r", "", copies.numbers()))
            staging.finish(())
    return out / "r"


@pytest.fixture(scope="module")
def middle(city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that carries its projects, more of them than are drawn one by one: the city seven times over."""
    catalog, out = Catalog.load(SETTINGS.definitions), tmp_path_factory.mktemp("middle")
    with city.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        seen = snapshot(connection)
        assert seen is not None
        told = contents(connection, catalog, SETTINGS.data, FeatureQuery(clocks=seen.clocks))
    times = range(7)
    told["features"] = [one | {"id": f"{one['id']}-{n}"} for n in times for one in told["features"]]
    for name in ("carried", "history"):
        told[name] = {f"{key}-{n}": one for n in times for key, one in told[name].items()}
    (out / "tiles").mkdir()
    icon = "assets/icons/favicon.svg"
    tiles.write(out / tiles.NAME, {"port": told["features"]}, "m", "", {})
    beside = Beside((), {icon: (assets.parent / icon.removeprefix("assets/")).read_bytes()})
    carried = told | {"tiles": f"../{tiles.NAME}"}
    for name, content in folder.files(carried, assets.parent, bundle(assets.parent), beside):
        path = out / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return out


@pytest.mark.parametrize("parts", [True, False])
def test_of_some_thousands_the_map_is_drawn_whatever_the_server_sends(
    middle: Path, reading: Serve, *, parts: bool
) -> None:
    with (with_ranges if parts else without_ranges)(middle) as address:
        asked = "district=cat-hai&datetime=2023-06-30"
        page = reading(address).open(f"site/index.html?{asked}#map=10/20.75/106.75", wait=False)
        expect(page.locator(".summary")).to_contain_text("308 dự án", timeout=PATIENCE_MS)
        page = reading(address).open("site/index.html?lang=en#map=10/20.75/106.75", wait=False)
        expect(page.locator(".summary")).to_contain_text("2,107 projects", timeout=PATIENCE_MS)
        expect_drawn(page, 1_500)
        assert bool(page.locator("canvas.leaflet-tile").count()) == parts


@contextmanager
def with_ranges(folder: Path) -> Iterator[str]:
    """The folder beneath another one, on a server that sends parts of files."""
    with running(Starlette(routes=[Mount("/dat/ban-do", StaticFiles(directory=folder))])) as address:
        yield f"{address}/dat/ban-do/"


@pytest.fixture(scope="module")
def ranged(large: Path) -> Iterator[str]:
    """The release on a server that sends parts of files."""
    with with_ranges(large) as address:
        yield address


@pytest.fixture(scope="module")
def plain(large: Path) -> Iterator[str]:
    """The release on one that does not."""
    with without_ranges(large) as address:
        yield address


PATIENCE_MS = 60_000
"""Two thousand signs take their time on a machine with much else to do."""
COUNTED = """[...document.querySelectorAll('.cluster')].reduce(
  (n, one) => n + Number(one.textContent.replace(/\\D/g, '')),
  document.querySelectorAll('.leaflet-marker-pane .mark').length)"""
"""How many projects the signs on the map stand for."""


def expect_drawn(page: Page, least: int, most: int = 10_000) -> None:
    """So many, sooner or later; no function may wait in the page, whose policy evaluates no text."""
    end, found = time.monotonic() + PATIENCE_MS / 1000, -1
    while time.monotonic() < end and not least <= found <= most:
        page.wait_for_timeout(100)
        found = page.evaluate(COUNTED)
    assert least <= found <= most


def test_it_holds_no_page_of_a_project_and_no_project_twice(large: Path) -> None:
    site = large / "site"
    assert not (site / "du-an").exists()
    assert not (large / "haiphong.html").exists()
    assert len(list((site / "van-ban").glob("*.html"))) == 5
    edition = orjson.loads((site / "edition.json").read_bytes())
    assert "features" not in edition
    told = orjson.loads((site / "many.json").read_bytes())
    assert sorted(told["order"]) == list(range(301))
    lines = (large / "layers/projects.geojson").read_bytes()
    ids = orjson.loads((site / "many/ids.json").read_bytes())
    for at, offset in enumerate(told["offsets"]):
        assert orjson.loads(lines[offset:].split(b"\n", 1)[0].lstrip(b","))["id"] == ids[at * told["block"]]
    pages = "".join(path.read_text("utf-8") for path in site.glob("van-ban/*.html"))
    assert re.search(r'href="\.\./index\.html\?id=kcn-trang-due-3"', pages)


def test_the_map_is_drawn_out_of_parts_of_the_archive_and_a_project_out_of_a_part_of_the_file(
    ranged: str, large: Path, reading: Serve
) -> None:
    reader = reading(ranged)
    page = reader.open("site/index.html?lang=en#map=11/20.80/106.75")
    expect(page.locator(".summary")).to_contain_text("301 projects")
    expect_drawn(page, 200)
    sent: list[tuple[str, int, int]] = []
    page.on("response", lambda answer: sent.append(
        (answer.url.rpartition("/")[2], answer.status, int(answer.headers.get("content-length", 0)))
    ))  # fmt: skip
    page.locator("#q").fill("trang due 3")
    page.keyboard.press("Enter")
    expect(page.locator(".summary")).to_contain_text("1 project")
    page.locator('#list [data-id="kcn-trang-due-3"]').click()
    expect(page.locator("#panel .panel-name")).to_have_text("Trang Due 3 Industrial Park")
    expect(page.locator("#panel")).to_contain_text("An Trường giải phóng 146,35/162,6 ha")
    parts = [one for one in sent if one[0] in ("projects.geojson", "haiphong.pmtiles")]
    assert parts
    assert {status for _, status, _ in parts} == {206}
    whole = (large / "layers/projects.geojson").stat().st_size
    assert max(size for name, _, size in parts if name == "projects.geojson") < whole / 2
    expect(page.locator("#time")).to_be_hidden()


@pytest.mark.parametrize("asked", ["district=cat-hai&layer=port", "status=under_construction", "q=cang"])
def test_filters_hold_in_the_list_the_numbers_and_the_tiles(ranged: str, reading: Serve, site: str, asked: str) -> None:
    counted = httpx.get(f"{site}/api/counts?{asked}", headers={"accept": "application/json"}).json()
    page = reading(ranged).open(f"site/index.html?{asked}#map=10/20.75/106.75")
    expect(page.locator(".summary strong")).to_have_text(f"{counted['numberMatched']} dự án")
    expect_drawn(page, 1, counted["located"])


def test_a_link_to_a_project_opens_it_and_a_day_of_the_past_is_left_out(ranged: str, reading: Serve) -> None:
    page = reading(ranged).open(
        "site/index.html?id=khu-du-lich-quoc-te-doi-rong&datetime=2020-01-01&lang=en", phone=True
    )
    expect(page.locator("#panel .panel-name")).to_contain_text("Đồi Rồng")
    assert "datetime" not in page.url
    page = reading(ranged).open("site/index.html?lang=en")
    page.locator(".copy-note summary").click()
    expect(page.locator(".copy-note")).to_contain_text("are not in it")
    expect(page.locator(".copy-note a")).to_have_attribute("href", "../README.md")


def test_a_server_without_ranges_is_told_of_and_the_list_is_whole(plain: str, reading: Serve) -> None:
    page = reading(plain).open("site/index.html?lang=en&layer=port")
    expect(page.locator(".copy-lacks")).to_contain_text("does not send parts of a file (HTTP Range)")
    expect(page.locator(".summary")).to_contain_text("71 projects")
    page.locator("#list .row-name").first.wait_for()
