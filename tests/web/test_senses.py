"""The map for who wants no motion, and on a slow network."""

import re
from itertools import combinations

from playwright.sync_api import Browser, expect

from layers.palette import GROUPS
from layers.shapes import SHAPES
from layers.style import SIGNS, SMALL_PX
from tests.browser import SETTLED, eventually
from tests.web.conftest import PHONE, Reader

WAIT_MS = 60_000
BYTES_A_SECOND = 400_000 / 8
"""400 kbit/s: a phone at the edge of a network."""


def test_nothing_moves_for_who_wants_no_motion(reader: Reader) -> None:
    page = reader.open("/?id=ben-1-2-lach-huyen-hict")
    expect(page.locator("#panel .panel-name")).to_be_visible(timeout=WAIT_MS)
    assert page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0


def test_on_a_slow_network_the_page_says_that_it_waits_and_then_is_whole(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, service_workers="block")  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('tour', 'seen')")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    slow = {"offline": False, "latency": 300, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.goto(site, wait_until="commit", timeout=WAIT_MS)
    expect(page.locator("h1")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#finder[aria-busy], #finder .bone").first).to_be_attached(timeout=WAIT_MS)
    page.wait_for_selector(SETTLED, timeout=WAIT_MS)
    expect(page.locator(".summary")).to_contain_text("301", timeout=WAIT_MS)
    assert said == []
    context.close()


PARTS = "h1, .other-pages a, #q, #pick-district button, #day, .summary, .legend summary, .arrange-select, .row-name"
# Those that cannot be scrolled into the window as a whole, or are covered there by something else.
OUT_OF_REACH = f"""() => "{PARTS}".split(", ").filter((part) => {{
  const node = document.querySelector(`#finder ${{part}}`);
  node.scrollIntoView({{ block: "center", behavior: "instant" }});
  const {{ left, right, top, bottom }} = node.getBoundingClientRect();
  const isWithin = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
  return !isWithin || !node.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}})"""
TO_THE_END = """() => {
  const column = document.querySelector(".finder");
  column.scrollTop = 1e6;
  return column.scrollTop > 9000;
}"""
WIDEST = "Math.max(document.querySelector('.finder').scrollWidth, document.documentElement.scrollWidth)"


def test_at_400_percent_every_part_can_be_scrolled_to_and_none_lies_over_another(reader: Reader) -> None:
    page = reader.open("/", phone=True)
    page.set_viewport_size({"width": 320, "height": 256})
    page.locator(".handle").click()
    expect(page.locator(".row-name").first).to_be_attached(timeout=WAIT_MS)
    eventually(page, OUT_OF_REACH, [])
    eventually(page, TO_THE_END, True)
    expect(page.locator(".row[data-id]").last).to_be_visible()
    eventually(page, WIDEST, 320)


# The lightness of every pixel of drawings, as a grey print has it.
GREY = """({ drawings, side }) => Promise.all(drawings.map(async (drawing) => {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
  await image.decode();
  const paper = new OffscreenCanvas(side, side).getContext("2d");
  paper.drawImage(image, 0, 0, side, side);
  const { data } = paper.getImageData(0, 0, side, side);
  const light = (at) => 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
  return Array.from({ length: side * side }, (_, i) => light(4 * i) + 255 - data[4 * i + 3]);
}))"""


def test_in_grey_the_small_signs_of_two_statuses_still_differ_by_what_is_drawn(browser: Browser) -> None:
    signs = {sign: code for code, sign in SIGNS.items()}  # stages of model communes share those of projects
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="{SMALL_PX}" height="{SMALL_PX}"'
    drawings = [f"<svg {box}>{SHAPES[shape].draw(GROUPS[group], 1.5, False)}</svg>" for group, shape in signs]
    page = browser.new_page()
    greys = page.evaluate(GREY, {"drawings": drawings, "side": SMALL_PX})
    page.close()
    alike = [
        (one, other)
        for (one, grey), (other, second) in combinations(zip(signs.values(), greys, strict=True), 2)
        if sum(abs(a - b) > 40 for a, b in zip(grey, second, strict=True)) < 20
    ]
    assert alike == []


def test_with_forced_colours_what_is_pressed_or_focused_is_seen_and_signs_keep_theirs(reader: Reader) -> None:
    page = reader.open("/?status=operational")
    page.emulate_media(forced_colors="active")
    expect(page.locator(".finder")).to_have_css("outline", re.compile("solid 1px"))
    ground = "(node) => getComputedStyle(node).backgroundColor"
    on, off = (page.locator(f'.chip[aria-pressed="{pressed}"]').first for pressed in ("true", "false"))
    eventually(page, lambda: on.evaluate(ground) != off.evaluate(ground), True)
    for part in ("#q", "#day", ".map-button", ".chip"):
        one = page.locator(part).first
        one.focus()
        expect(one).to_have_css("outline", re.compile("solid 3px"))
    expect(on.locator(".sprite")).to_have_css("forced-color-adjust", "none")
    button = page.locator(".map-button").first
    expect(button.locator(".glyph")).to_have_css("color", button.evaluate("(node) => getComputedStyle(node).color"))
