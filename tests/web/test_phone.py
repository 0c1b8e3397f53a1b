"""The official's phone: a sheet that follows the thumb, and nothing that cannot be seen or reached."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import eventually
from tests.web.conftest import Reader

OUT_OF_SIGHT = """(names) => names.flatMap((name) => [...document.querySelectorAll(name)].slice(-1)).filter((one) => {
  one.scrollIntoView({ block: 'center', behavior: 'instant' });
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return bottom > innerHeight || !one.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}).map((one) => one.className || one.id)"""
COVERED = """() => {
  const one = document.activeElement;
  const { left, right, top, bottom } = one.getClientRects()[0];
  const there = document.elementFromPoint((left + right) / 2, Math.min(innerHeight - 1, (top + bottom) / 2));
  return one === document.body || one.id === 'map' || one.contains(there) ? '' : `${one.className} ${one.ariaLabel}`;
}"""


def small(reader: Reader, path: str = "/", width: int = 320, height: int = 640) -> Page:
    page = reader.open(path, phone=True)
    page.set_viewport_size({"width": width, "height": height})
    return page


def drag(page: Page, what: Locator, way: int) -> None:
    """Take the sheet there, draw it so many pixels down, and let go."""
    box = what.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in (1, 2, 3, 4):
        page.mouse.move(x, y + way * part / 4)
    page.mouse.up()


def test_the_sheet_goes_the_way_it_is_drawn_and_is_taken_by_its_head(reader: Reader) -> None:
    page = small(reader)
    sheet, handle = page.locator("#finder"), page.locator(".handle")
    for what, way, stop in (
        (page.locator("h1"), -60, "half"),
        (handle, -60, "full"),
        (handle, 110, "half"),
        (handle, 200, "peek"),  # the peek takes 44 % of so small a screen
        (handle, -320, "full"),
        (handle, 400, "peek"),
    ):
        drag(page, what, way)
        expect(sheet).to_have_attribute("data-stop", stop)
        eventually(page, "document.getAnimations().length", 0)
    page.locator("[data-lang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("open_it", "parts"),
    [
        (".handle", [".legend > summary", ".arrange-file", '[data-index="0"] .row']),
        ("#pick-district .picker-button", ["#pick-district .option", "#pick-district .picker-foot .link"]),
        ("#pick-layer .picker-button", ["#pick-layer .option", "#pick-layer .picker-foot .link"]),
        (
            ".time-more",
            [".other-pages a", ".time-play", ".track", "#as-of", "#milestone", ".summary", ".legend > summary"],
        ),
    ],
)
def test_all_of_what_is_opened_can_be_brought_into_sight(open_it: str, parts: list[str], reader: Reader) -> None:
    page = small(reader)
    page.locator(open_it).click()
    eventually(page, lambda: page.evaluate(OUT_OF_SIGHT, parts), [])


@pytest.mark.parametrize("height", [640, 844])
def test_at_half_height_an_empty_list_says_what_to_do(height: int, reader: Reader) -> None:
    page = small(reader, "/?q=qqqqqq", height=height)
    page.locator(".handle").click()
    expect(page.locator("#list .state p")).to_be_in_viewport(ratio=1)
    expect(page.locator(".clear-all")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (1100, 700)])
def test_tab_never_comes_to_what_an_open_project_lies_over(width: int, height: int, reader: Reader) -> None:
    page = small(reader, "/?id=kcn-an-duong", width, height)
    expect(page.locator("#panel .panel-name")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        eventually(page, COVERED, "")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    eventually(page, "document.activeElement !== document.body", True)


def test_the_sheet_gives_way_to_the_tools_of_the_map(reader: Reader) -> None:
    page = reader.open("/", phone=True)
    page.locator(".handle").click()
    page.locator(".map-button.more").click()
    expect(page.locator("#finder")).to_have_attribute("data-stop", "peek")
    expect(page.locator(".map-button.measure")).to_be_in_viewport(ratio=1)
    page.locator(".handle").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#finder")).to_have_attribute("data-stop", "full")
    page.locator(".skip").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_be_focused()
    expect(page.locator("#finder")).to_have_attribute("data-stop", "peek")


def test_with_forced_colours_the_grip_of_the_sheet_is_seen(reader: Reader) -> None:
    page = reader.open("/", phone=True)
    page.emulate_media(forced_colors="active")
    ground = "getComputedStyle(document.querySelector('{}'), '{}').backgroundColor"
    eventually(page, f"{ground.format('.handle', '::before')} !== {ground.format('.finder', '')}", True)
