"""The map for everybody: by keyboard alone, on a phone with a slow network or none, at 320 px and 400 %."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from api.built import map_page
from geo.settings import Settings
from tests.browser import SETTLED, eventually
from tests.web.conftest import PHONE, Reader, settled

MOST_BYTES = 300_000
LEAST_TARGET_PX = 24
TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [role="slider"]')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => !one.closest('.leaflet-pane, [inert]') && !(one.tagName === 'A' && one.closest('p, li, dd')))
  .map((one) => ({ box: one.getBoundingClientRect(), one }))
  .filter(({ box }) => box.width > 1 && box.height > 1 && (box.width < LEAST || box.height < LEAST))
  .map(({ one, box }) => `${one.tagName} ${one.className} ${one.textContent} ${box.width}x${box.height}`)"""
FOCUSED = """() => { const one = document.activeElement;
  return `${one.id} ${one.className} ${one.ariaLabel} ${one.textContent}` }"""
KEPT = """() => Promise.all(['/', ...performance.getEntriesByType('resource').map(({ name }) => name)].map((name) =>
  caches.match(name, { ignoreVary: true }))).then((all) => all.length > 20 && all.every(Boolean))"""
RING = """() => [getComputedStyle(document.querySelector('#map'), '::after').zIndex,
  ...[...document.querySelectorAll('.leaflet-pane')].map((one) => getComputedStyle(one).zIndex)].map(Number)"""
AROUND = """() => { const middle = (one) => { const { x, y, width, height } = one.getBoundingClientRect();
    return [x + width / 2, y + height / 2]; };
  const [x, y] = middle(document.querySelector('.halo-ring-current'));
  const signs = [...document.querySelectorAll('.mark .sign use[href^="#body-"], .cluster')].map(middle);
  return Math.min(...signs.map(([right, down]) => Math.hypot(right - x, down - y))) }"""
"""How far the ring stands from the middle of the nearest sign; the tip of a needle is 26 px below."""
SIDEWAYS = "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
PAGES = ("/", "/du-an", "/van-ban", "/van-ban/ct-02-2023", "/chi-tieu", "/thoi-han", "/tai-ve", "/huong-dan", "/api")


def reached(page: Page, wanted: str, most: int = 80) -> None:
    """Press Tab until something whose words or class hold `wanted` has the focus; it must be in sight then."""
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUSED)
        if wanted in told:
            return
    raise AssertionError(f"{wanted} was not reached by Tab")


def said(page: Page, words: str) -> None:
    expect(page.locator("#voice")).to_contain_text(words)


def test_a_planner_goes_over_the_map_by_arrow_keys_and_reads_the_evidence_of_a_project(reader: Reader) -> None:
    page = reader.open("/?layer=port")
    reached(page, "Đến bản đồ", most=2)
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_be_focused()
    ring, *panes = page.evaluate(RING)
    assert ring > max(panes)  # nothing that is drawn hides where the focus is
    page.keyboard.press("ArrowRight")
    expect(page.locator(".halo-ring-current")).to_have_count(1)
    said(page, "1 trên")
    page.keyboard.press("ArrowRight")
    said(page, "2 trên")
    page.keyboard.press("Home")
    said(page, "1 trên")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-name")).to_be_focused()
    expect(page.locator("#panel")).to_contain_text("Diễn biến")
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("ArrowRight")
    said(page, "2 trên")
    page.keyboard.press("Escape")
    expect(page.locator(".halo-ring-current")).to_have_count(0)


def test_the_ring_stands_around_the_sign_and_not_around_the_tip_of_its_needle(reader: Reader) -> None:
    page = reader.open("/#map=14/20.93/106.68")
    expect(
        page.locator('.mark .sign use[href="#accuracy-mapped"], .mark .sign use[href="#accuracy-surveyed"]')
    ).not_to_have_count(0)
    page.locator("#map").focus()
    for n in range(1, 5):
        page.keyboard.press("ArrowRight")
        said(page, f"{n} trên 4 dự án")
        eventually(page, f"({AROUND})() < 6", True)


def test_the_keys_of_the_map_move_it_and_tell_themselves(reader: Reader) -> None:
    page = reader.open("/#map=11/20.84/106.68")
    page.locator("#map").focus()
    for key, zoom in (("+", "12"), ("-", "11")):
        page.keyboard.press(key)
        page.wait_for_function(f"() => location.hash.startsWith('#map={zoom}/')")
    before = page.url
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(f"() => location.href !== {before!r}")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_contain_text("Shift")
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()


def test_an_official_filters_an_abolished_district_and_opens_a_project_from_the_list(reader: Reader) -> None:
    page = reader.open("/")
    reached(page, "picker-button")
    page.keyboard.press("Enter")
    page.keyboard.type("do son")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page, "district=")
    reached(page, "row")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-name")).to_be_focused()
    expect(page).to_have_url(re.compile("id="))


def test_a_publisher_reaches_the_downloads_and_copies_a_snippet(reader: Reader) -> None:
    page = reader.open("/")
    reached(page, "Tải về")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tai-ve")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("details.use summary").first.focus()
    page.keyboard.press("Enter")
    reached(page, "copy", most=20)
    page.keyboard.press("Enter")
    eventually(page, "navigator.clipboard.readText().then(Boolean)", True)


def test_the_first_link_leads_to_the_list(reader: Reader) -> None:
    page = reader.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip").first).to_be_focused()
    page.keyboard.press("Enter")
    reached(page, "row", most=12)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_window_of_320_pixels_and_its_targets_are_large_enough(path: str, reader: Reader) -> None:
    page = reader.open(path, phone=True, wait=path == "/")
    page.set_viewport_size({"width": 320, "height": 640})
    eventually(page, SIDEWAYS, 0)
    eventually(page, TARGETS.replace("LEAST", str(LEAST_TARGET_PX)), [])


def test_the_sheet_of_a_phone_goes_up_and_down_by_keys(reader: Reader) -> None:
    page = reader.open("/", phone=True)
    sheet = page.locator("#finder")
    page.locator(".handle").focus()
    for key, stop in (
        ("ArrowUp", "half"),
        ("ArrowUp", "full"),
        ("ArrowUp", "full"),
        ("ArrowDown", "half"),
        ("Enter", "full"),
    ):
        page.keyboard.press(key)
        expect(sheet).to_have_attribute("data-stop", stop)


def test_the_tour_comes_once_to_who_opens_the_bare_address(reader: Reader) -> None:
    page = reader.open("/", tour=True)
    expect(page.locator(".tour h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)
    page.reload()
    page.wait_for_selector(SETTLED)
    page.wait_for_timeout(300)
    expect(page.locator(".tour")).to_have_count(0)
    linked = reader.open("/?layer=port", tour=True)
    linked.wait_for_timeout(300)
    expect(linked.locator(".tour")).to_have_count(0)


def test_a_screen_reader_meets_no_picture_without_a_name(reader: Reader) -> None:
    page = reader.open()
    told = page.locator("body").aria_snapshot()
    assert "Quần đảo Hoàng Sa và quần đảo Trường Sa" in told
    assert not re.findall(r"- img$", told, re.MULTILINE)


def test_the_tour_gives_way_to_what_the_search_suggests(reader: Reader) -> None:
    page = reader.open("/", tour=True)
    page.click("#q")
    page.keyboard.type("do son")
    suggestions, card = page.locator(".find"), page.locator(".tour")
    page.wait_for_selector(".find-row")
    eventually(page, lambda: _box(card)["x"] >= _box(suggestions)["x"] + _box(suggestions)["width"], True)
    page.keyboard.press("Escape")
    expect(suggestions).to_be_hidden()
    eventually(page, lambda: _box(card)["x"] < 520, True)  # back beside the field
    narrow = reader.open("/", tour=True, phone=True)
    narrow.click("#q")
    narrow.keyboard.type("do son")
    narrow.wait_for_selector(".find-row")
    expect(narrow.locator(".tour")).to_be_hidden()


def _box(found: Locator) -> FloatRect:
    box = found.bounding_box()
    assert box is not None
    return box


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone that has never been here."""
    context = browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce", locale="vi-VN")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_the_first_view_is_lighter_than_300_kb(phone: Page, site: str) -> None:
    web = Settings.from_env({}).web
    assert map_page(web).parent.name == "build", "run `python3 bootstrap.py web`, or `make test`"
    devtools = phone.context.new_cdp_session(phone)
    devtools.send("Network.enable")
    weights: list[float] = []
    devtools.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    phone.goto(site)
    phone.wait_for_selector(SETTLED)
    phone.wait_for_load_state("networkidle")
    assert sum(weights) < MOST_BYTES, f"{len(weights)} answers, {sum(weights):.0f} bytes"


def test_what_was_seen_can_be_read_without_a_network_and_says_how_old_it_is(phone: Page, site: str) -> None:
    phone.goto(site)
    phone.wait_for_selector(SETTLED)
    phone.wait_for_function("() => navigator.serviceWorker.controller")
    eventually(phone, KEPT, True)
    summary = phone.locator(".summary").inner_text()
    phone.context.set_offline(True)
    phone.reload()
    phone.wait_for_selector(SETTLED)
    expect(phone.locator(".summary")).to_have_text(summary)
    expect(phone.locator(".offline")).to_contain_text("đang ngoại tuyến")
    phone.context.set_offline(False)
    phone.reload()
    phone.wait_for_selector(SETTLED)
    expect(phone.locator(".offline")).to_have_count(0)
