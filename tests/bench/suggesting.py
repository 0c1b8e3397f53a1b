"""How soon the search box suggests: from the key to the painted suggestion, in Chromium as fast as this machine is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from geo.packages import Say
from geo.settings import Settings
from tests.browser import find_or_install

WORDS = {
    "vi": ("kcn do son", "cầu rào", "cat hai", "bến lạch huyện", "02/CT", "vingroup"),
    "en": ("industrial", "airport", "tien lang", "bridge", "ward", "deep c"),
}
SETTLED = "body.is-ready .finder:not([aria-busy])"
BETWEEN_MS = 350
"""Between two letters: what one of them set going is over before the next."""
WINDOW = {"width": 1440, "height": 900}
# From the time that the browser gives the key (a letter with marks has none) to the frame after which the list shows
# what these letters find.
WATCH = """() => {
  const input = document.querySelector('#q');
  window.suggested = [];
  let key = null;
  const heard = (event) => { key ??= event.timeStamp; };
  for (const kind of ['keydown', 'beforeinput']) input.addEventListener(kind, heard, true);
  const painted = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { if (key !== null) window.suggested.push(performance.now() - key); key = null; };
    port2.postMessage(null);
  });
  new MutationObserver(painted).observe(document.querySelector('.find-list'), { childList: true });
}"""


@dataclass(frozen=True, slots=True)
class Suggesting:
    """What every letter of these words took, in ms."""

    ms: tuple[float, ...]

    @property
    def p75(self) -> float:
        """The 75th percentile."""
        return quantiles(self.ms, n=4)[2]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.ms)


def measured(site: str, say: Say) -> Suggesting:
    """Every letter of the words, typed into the search box of the map of this site."""
    program = find_or_install(Settings.from_env().home, say)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        ms = tuple(one for lang, words in WORDS.items() for one in _typed(browser, f"{site}/?lang={lang}", words))
        browser.close()
    return Suggesting(ms)


def _typed(browser: Browser, address: str, words: tuple[str, ...]) -> Iterator[float]:
    with _opened(browser, address) as page:
        for word in words:
            page.fill("#q", "")
            page.wait_for_timeout(BETWEEN_MS)
            page.evaluate("window.suggested.length = 0")
            for letter in word:
                page.keyboard.type(letter)
                page.wait_for_timeout(BETWEEN_MS)
            yield from page.evaluate("window.suggested")


@contextmanager
def _opened(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_context(viewport=WINDOW, service_workers="block").new_page()  # type: ignore[arg-type]
    page.add_init_script("localStorage.setItem('tour', 'seen')")
    page.goto(address)
    page.wait_for_selector(SETTLED)
    page.wait_for_load_state("networkidle")
    page.click("#q")
    page.wait_for_selector(".find-list")
    page.evaluate(WATCH)
    yield page
    page.context.close()
