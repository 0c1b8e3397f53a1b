"""How soon the search box suggests: from the key to the painted suggestion, in Chromium as fast as this machine is."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

from playwright.sync_api import Browser

from geo.packages import Say
from tests.bench.looking import chromium, opened

WORDS = {
    "vi": (
        "kcn do son",
        "cầu rào",
        "cat hai",
        "bến lạch huyện",
        "02/CT",
        "vingroup",
        "sân bay",
        "nước sạch",
        "đường sắt",
    ),
    "en": ("industrial", "airport", "tien lang", "bridge", "ward", "deep c", "power", "logistics", "ring road"),
}
BETWEEN_MS = 350
"""Between two letters: what one of them set going is over before the next."""
# From the time that the browser gives the key (a letter with marks has none) to the frame after which the list shows
# what these letters find.
WATCH = """() => {
  const input = document.querySelector('#q');
  window.suggested = [];
  window.key = null;
  const heard = (event) => { window.key ??= event.timeStamp; };
  for (const kind of ['keydown', 'beforeinput']) input.addEventListener(kind, heard, true);
  const painted = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      if (window.key !== null) window.suggested.push(performance.now() - window.key);
      window.key = null;
    };
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
    with chromium(say) as browser:
        ms = tuple(one for lang, words in WORDS.items() for one in _typed(browser, f"{site}/?lang={lang}", words))
    return Suggesting(ms)


def _typed(browser: Browser, address: str, words: tuple[str, ...]) -> Iterator[float]:
    page = opened(browser, address, service_workers="block")
    page.click("#q")
    page.wait_for_selector(".find-list")
    page.evaluate(WATCH)
    for word in words:
        page.fill("#q", "")
        page.wait_for_timeout(BETWEEN_MS)
        page.evaluate("window.suggested.length = 0; window.key = null")  # to empty the field is no letter
        for letter in word:
            page.keyboard.type(letter)
            page.wait_for_timeout(BETWEEN_MS)
        yield from page.evaluate("window.suggested")
    page.context.close()
