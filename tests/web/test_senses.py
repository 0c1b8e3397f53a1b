"""The map for who wants no motion, and on a slow network."""

from playwright.sync_api import Browser, expect

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
