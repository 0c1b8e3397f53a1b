"""More projects than a page can hold: the map drawn from tiles does what the one drawn project by project does."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from geo.settings import Settings
from tests.browser import eventually
from tests.factories import edit, fact, geometry, point, square, store, store_units, unit
from tests.web.conftest import Reader, database, served

PORTS = 1_097
AREA, LINE, SOMEWHERE = "khu-moi", "duong-moi", "cum-moi"
NEAR = "/#map=15/20.95/106.90"
IN_COMMUNE = "/#map=15/20.52/107.05"
IN_AREA, ON_LINE = (106.9060, 20.9500), (106.8935, 20.9530)


@pytest.fixture(scope="module")
def crowd(server_url: str, template: str, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A city of many ports, and apart from them an area, a line, and what is known by its commune alone."""
    told: dict[str, Any] = {"facts": (fact("operational"),), "location_accuracy": "mapped"}
    spots = [(106.5 + n % 60 * 0.008, 20.6 + n // 60 * 0.008) for n in range(PORTS)]
    with database(server_url, template, "crowd") as engine:
        with engine.begin() as connection:
            store_units(connection, unit("2024-xa-phu-long", level="commune", box=(107.04, 20.51, 107.06, 20.53)))
            store(
                connection,
                *(edit(f"p-{n:04}", name_vi=f"Cảng {n:04}", geometry=point(*spot), **told)
                  for n, spot in enumerate(spots)),
                edit(AREA, name_vi="Khu mới", geometry=square(106.898, 20.945, 106.908, 20.955), **told),
                edit(LINE, name_vi="Đường mới", name_en="New road",
                     geometry=geometry("LineString", [[106.892, 20.953], [106.895, 20.953]]), **told),
                edit(SOMEWHERE, name_vi="Cụm mới", geometry=point(107.05, 20.52), location_accuracy="commune",
                     facts=(fact("site_clearance", valid_from="2026-05"),)),
            )  # fmt: skip
        settings = replace(Settings.from_env({}), home=tmp_path_factory.mktemp("crowd"), web=assets.parent)
        with served(settings, engine) as address:
            yield address


@pytest.fixture
def reader(reading: Callable[[str], Reader], crowd: str) -> Reader:
    """A reader of that city."""
    return reading(crowd)


def place(page: Page, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place stands in the window, by the view that the address tells."""
    view = page.url.partition("#map=")[2].split("/")
    x, y = page.evaluate(
        """([zoom, north, east, lon, lat]) => {
          const world = 256 * 2 ** zoom;
          const at = (a, b) => [(a + 180) / 360 * world,
            (0.5 - Math.log(Math.tan(Math.PI / 4 + b * Math.PI / 360)) / (2 * Math.PI)) * world];
          const [[x, y], [cx, cy]] = [at(lon, lat), at(east, north)];
          const box = document.getElementById("map").getBoundingClientRect();
          return [x - cx + box.left + box.width / 2, y - cy + box.top + box.height / 2];
        }""",
        [*map(float, view), longitude, latitude],
    )
    return x, y


def test_all_of_them_are_on_the_map_and_one_alone_opens(reader: Reader) -> None:
    page = reader.open("/#map=9.5/20.75/106.72")
    expect(page.locator(".summary strong")).to_contain_text("1.100")
    page.wait_for_function(
        """() => [...document.querySelectorAll(".cluster .donut-count")]
          .reduce((sum, one) => sum + Number(one.textContent.replaceAll(".", "")), 0)
          + document.querySelectorAll(".mark").length === 1100"""
    )
    asked: list[str] = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert not any("/projects/items?" in address for address in asked)
    one = reader.open("/?q=0007#map=16/20.6/106.556")
    expect(one.locator(".mark")).to_have_count(1)
    page = reader.open("/#map=18/20.6/106.556")
    expect(page.locator(".mark")).to_have_count(1)
    page.locator(".mark").click()
    expect(page.locator("#panel .panel-name")).to_have_text("Cảng 0007")


def test_an_area_and_a_line_of_a_tile_are_told_and_open(reader: Reader) -> None:
    page = reader.open(NEAR)
    expect(page.locator(".mark")).to_have_count(2)
    page.mouse.move(*place(page, *IN_AREA))
    expect(page.locator(".tip")).to_contain_text("Khu mới")
    page.mouse.move(*place(page, 106.90, 20.96))
    expect(page.locator(".tip")).to_have_count(0)
    page.mouse.click(*place(page, *ON_LINE))
    expect(page.locator("#panel .panel-name")).to_have_text("Đường mới")
    page = reader.open(NEAR)
    expect(page.locator(".mark")).to_have_count(2)
    page.mouse.click(*place(page, *IN_AREA))
    expect(page.locator("#panel .panel-name")).to_have_text("Khu mới")


def test_a_sign_of_a_tile_bears_the_clock_of_old_news_on_the_day_shown(reader: Reader) -> None:
    page = reader.open(f"/?datetime=2024-12-01{NEAR[1:]}")
    expect(page.locator(".mark")).to_have_count(2)
    clocks = page.locator(".mark use[href='#age-old']")
    expect(clocks).to_have_count(0)  # what was told in February 2023 is 24 months old, and no more, until the end of it
    page.locator(".time-today").click()
    expect(clocks).to_have_count(2)


def test_a_commune_is_hatched_for_what_a_tile_knows_by_its_commune_alone(reader: Reader) -> None:
    page = reader.open(IN_COMMUNE)
    expect(page.locator(".mark use[href='#accuracy-commune']")).to_have_count(1)
    expect(page.locator(".mark use[href='#age-old']")).to_have_count(0)
    hatch = page.locator("path[fill='url(#hatch-clearance)']")
    expect(hatch).to_have_count(1)
    page.locator('.chip[data-code="operational"]').click()
    expect(page.locator(".mark")).to_have_count(0)
    expect(hatch).to_have_count(0)


def test_arrow_keys_go_from_sign_to_sign_and_open_groups(reader: Reader) -> None:
    page = reader.open(f"/?lang=en{NEAR[1:]}")
    expect(page.locator(".mark")).to_have_count(2)
    page.locator("#map").press("ArrowRight")
    expect(page.locator("#voice")).to_contain_text("New road")
    expect(page.locator(".halo-ring-current")).to_have_count(1)
    page.locator("#map").press("Enter")
    expect(page.locator("#panel .panel-name")).to_have_text("New road")
    page = reader.open("/#map=10/20.70/106.72")
    expect(page.locator(".cluster").first).to_be_visible()
    page.locator("#map").press("ArrowRight")
    expect(page.locator("#voice")).to_contain_text("Đang hoạt động")
    page.locator("#map").press("Space")
    page.wait_for_url("**#map=12/**")


def test_a_region_takes_what_stands_in_it(reader: Reader) -> None:
    page = reader.open(NEAR)
    expect(page.locator(".mark")).to_have_count(2)
    page.get_by_role("button", name="Chọn dự án trên bản đồ").click()
    page.get_by_role("button", name="Hộp").press("Enter")
    page.get_by_label("Góc thứ nhất").fill("20,596 106,496")
    page.get_by_label("Góc đối diện").fill("20,620 106,524")
    page.get_by_label("Góc đối diện").press("Enter")
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 12 dự án")
    expect(page.get_by_role("button", name="cả 1.100")).to_be_visible()


def test_by_night_the_tiles_are_drawn_anew(reader: Reader) -> None:
    page = reader.open(NEAR)
    expect(page.locator(".mark")).to_have_count(2)
    page.evaluate("document.querySelectorAll('canvas.leaflet-tile').forEach((one) => { one.dataset.day = ''; })")
    page.locator(".map-button.theme").click()
    expect(page.locator("canvas.leaflet-tile[data-day]")).to_have_count(0)
    expect(page.locator("canvas.leaflet-tile").first).to_be_attached()


def test_what_stands_stays_until_the_next_answer_is_there_as_a_whole(reader: Reader) -> None:
    page = reader.open("/#map=12/21.0/106.90")
    groups = page.locator("#map .cluster")
    expect(groups).to_have_text(["2"])  # the area and the line
    held: list[Route] = []
    page.route("**/tiles/**q=*", lambda route: held.append(route))
    page.fill("#q", "Cảng")
    eventually(page, lambda: bool(held), True)
    page.mouse.move(900, 700)
    page.mouse.down()
    page.mouse.move(900, 250, steps=5)
    page.wait_for_timeout(300)  # a hand that rests lets the map stand where it is
    page.mouse.up()
    eventually(page, lambda: groups.count() > 1, True)  # the ports came into sight
    nearest = """() => [...document.querySelectorAll('#map .cluster')]
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0].textContent"""
    assert page.evaluate(nearest) == "2"
    layers = page.locator("#map .leaflet-areas-pane > .leaflet-layer")
    expect(layers).to_have_count(2)
    for one in held:
        one.continue_()
    expect(layers).to_have_count(1)


def test_the_end_of_a_long_list_is_one_key_away(reader: Reader) -> None:
    page = reader.open()
    page.locator("#list .row").first.focus()
    page.keyboard.press("End")
    expect(page.locator("#list .row:focus .row-name")).to_have_text("Khu mới")


def test_what_is_pressed_is_seen_at_once_and_its_work_comes_after_that_picture(reader: Reader) -> None:
    page = reader.open("/#map=11/20.85/106.68")
    chip = page.locator('.chip[data-code="proposed"]')
    seen = chip.evaluate("(one) => { one.focus(); one.click(); return [one.ariaPressed, location.search]; }")
    assert seen == ["true", ""]
    expect(page).to_have_url(re.compile("status=proposed"))
    expect(page.locator(".summary strong")).to_have_text("0 dự án")
    expect(chip).to_be_focused()  # the numbers are written into the chips that stand
    moved = page.locator("#map").evaluate(
        """(map) => {
          const pane = map.querySelector(".leaflet-map-pane");
          const [before, hash] = [pane.getBoundingClientRect().x, location.hash];
          map.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", shiftKey: true }));
          return [pane.getBoundingClientRect().x - before, location.hash === hash];
        }"""
    )
    assert moved == [-120, True]
    expect(page).not_to_have_url(re.compile(r"106\.6800"))


def test_a_sign_on_the_map_is_one_part_of_the_picture_however_many_there_are(reader: Reader) -> None:
    page = reader.open("/#map=10/20.70/106.72")
    expect(page.locator(".cluster").first).to_be_visible()
    parts = """() => [...document.querySelectorAll(".leaflet-marker-pane > *")].filter((one) =>
      one.querySelector(".cluster svg") || [one, ...one.querySelectorAll("*")].some((part) => {
        const { transform, filter, opacity } = getComputedStyle(part);
        return transform !== "none" || filter !== "none" || opacity !== "1";
      })).length"""
    assert page.evaluate(parts) == 0


def test_on_paper_every_change_between_two_days_is_told_however_many(reader: Reader) -> None:
    page = reader.open("/in?compare=2022-01-01&rows=all&lang=en", wait=False)
    expect(page.locator("body.is-ready")).to_have_count(1)
    expect(page.locator(".sheet-filters").first).to_contain_text("1,100 projects changed status or pace")
    expect(page.locator(".sheet-table .status-cell em")).to_have_count(PORTS + 3)
