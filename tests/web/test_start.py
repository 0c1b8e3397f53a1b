"""How the map begins: land in the first picture, the program after it, nothing asked for twice."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from api.built import map_page
from geo.settings import Settings
from tests.browser import SETTLED
from tests.web.conftest import DESK, PHONE

WORLD_OF_PICTURE = 10
VIEW = """() => {
  const { transform } = document.querySelector('.leaflet-proxy').style;
  const { m41: x, m42: y, a: scale } = new DOMMatrix(transform);
  return [x, y, scale];
}"""

LAND = ".leaflet-base-pane path[fill-rule='nonzero']"
WITH_SHORE = "(lands) => lands.map((land) => [land, land.previousElementSibling].map((path) => path.getAttribute('d')))"


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def newcomer(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Somebody who has never been here."""
    context = browser.new_context(viewport=request.param, service_workers="block", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_the_land_is_in_the_first_picture_and_the_map_takes_its_place(newcomer: Page, site: str) -> None:
    held: list[Route] = []
    newcomer.route("**/api/catalog", lambda route: held.append(route))
    newcomer.goto(site)
    land = newcomer.locator(".first-ground")
    expect(land).to_be_visible()
    box = land.bounding_box()
    told = land.get_attribute("data-box")
    assert box
    assert told
    for route in held:
        route.continue_()
    newcomer.unroute("**/api/catalog")
    newcomer.wait_for_selector(SETTLED)
    expect(land).to_have_count(0)
    x, y, scale = newcomer.evaluate(VIEW)
    size = newcomer.viewport_size
    assert size
    left, top, width, _ = (float(part) * scale / 2 ** (WORLD_OF_PICTURE - 1) for part in told.split())
    assert box["x"] == pytest.approx(left - x + size["width"] / 2, abs=1.5)
    assert box["y"] == pytest.approx(top - y + size["height"] / 2, abs=1.5)
    assert box["width"] == pytest.approx(width, abs=1)


def test_the_first_view_asks_for_nothing_twice(newcomer: Page, site: str) -> None:
    asked: list[str] = []
    newcomer.on("request", lambda request: asked.append(request.url))
    newcomer.goto(site)
    newcomer.wait_for_selector(SETTLED)
    newcomer.wait_for_load_state("networkidle")
    twice = {address for address, times in Counter(asked).items() if times > 1}
    assert not [address for address in twice if "/api/" in address or "/basemap/" in address]


def test_the_page_waits_for_one_style_sheet_and_small_scripts(site: str, newcomer: Page) -> None:
    web = Settings.from_env({}).web
    assert map_page(web).parent.name == "build", "run `python3 bootstrap.py web`, or `make test`"
    page = newcomer.request.get(site).text()
    head = page[: page.index("</head>")]
    assert len(re.findall(r'<link rel="stylesheet"', head)) == 1
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', head) + re.findall(r'rel="modulepreload" href="([^"]+)"', head)
    assert 2 <= len(scripts) <= 4
    assert sum(len(newcomer.request.get(site.rstrip("/") + one).body()) for one in scripts) < 6_000


def test_who_chose_other_colours_than_the_system_sees_no_land_of_the_wrong_ones(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, service_workers="block", color_scheme="dark")  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script("localStorage.setItem('theme', 'light')")
    held: list[Route] = []
    page.route("**/api/catalog", lambda route: held.append(route))
    with page.expect_request("**/api/catalog"):  # asked for after the first picture
        page.goto(site)
    expect(page.locator(".first-ground")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    context.close()


def test_shore_and_land_are_one_outline_in_every_view(newcomer: Page, site: str) -> None:
    newcomer.add_init_script("localStorage.setItem('tour', 'seen')")
    newcomer.goto(site)
    newcomer.wait_for_selector(SETTLED)
    lands = newcomer.locator(LAND)
    expect(lands).to_have_count(2)  # the neighbours', the city's
    before = lands.evaluate_all(WITH_SHORE)
    newcomer.locator("#map").press("+")
    expect(lands.first).not_to_have_attribute("d", before[0][0])
    after = lands.evaluate_all(WITH_SHORE)
    assert all(land == shore and len(land) > 100 for land, shore in before + after)


def test_leaflet_leaves_no_name_outside_of_the_bundle(newcomer: Page, site: str) -> None:
    newcomer.goto(site)
    newcomer.wait_for_selector(SETTLED)
    assert newcomer.evaluate("typeof L") == "undefined"


def test_numbers_are_written_as_the_browser_writes_them(newcomer: Page, site: str) -> None:
    newcomer.goto(site)
    ours, theirs = newcomer.evaluate("""async () => {
      const { number, speak } = await import('/assets/src/i18n.js');
      const values = [0, 7, 999, 1000, 22540.5, 1234567.891, 0.1, 2.999, -1234.5, 100000];
      const said = (write) => ['vi', 'en'].flatMap((language) => values.map((value) => write(value, language)));
      return [said((value, language) => { speak(language); return number(value); }), said((value, language) =>
        new Intl.NumberFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 2 }).format(value))];
    }""")
    assert ours == theirs
