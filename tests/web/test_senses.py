"""The map for who wants no motion, and on a slow network."""

from playwright.sync_api import Browser, expect

from tests.browser import eventually
from tests.web.conftest import PHONE, SETTLED, Reader

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
