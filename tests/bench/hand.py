"""How quickly the map answers a hand: interactions in Chromium with the processor slowed down to a quarter.

`python -m tests.bench.hand [--sizes 300 5000 100000]` loads that many features each into a throw-away cluster, filters,
searches, pans, zooms and scrolls the list, and prints what Event Timing (what INP is made of) tells of each.
"""

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import NullPool, create_engine, make_url

from geo.cluster import tell
from geo.settings import Settings
from tests.bench import loading, synthetic
from tests.bench.__main__ import _cluster, _folder
from tests.bench.serving import serving
from tests.browser import find_or_install

OWN = 301
"""Features of our own that every store has."""
SLOWER = 4
SHORTEST_MS = 16
"""Event Timing tells nothing of what takes less, so that is what it counts as."""
_OBSERVE = """
window.told = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.interactionId) told.push([one.interactionId, one.duration]);
}).observe({ type: "event", durationThreshold: 16 });
"""
_SEARCH = "du an"


def measured(browser: Browser, address: str) -> dict[str, Any]:
    """Milliseconds at one address: to the first rows, and of each kind of interaction the 75th percentile."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(_OBSERVE + "localStorage.setItem('tour', 'seen');")
    page.goto(address)
    page.wait_for_selector("#list .row-name")
    first = page.evaluate("performance.now()")
    page.wait_for_selector("body.is-ready .finder:not([aria-busy])")
    page.wait_for_timeout(1500)
    page.keyboard.press("Escape")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kinds = {name: list(_tried(page, act)) for name, act in
             (("zoom", _zoom), ("pan", _pan), ("filter", _filter), ("search", _search), ("list", _list))}  # fmt: skip
    page.context.close()
    every = [one for name in ("zoom", "pan", "filter", "search") for one in kinds[name]]
    told = {name: round(_p75(one)) for name, one in kinds.items()}
    return {"first_rows_ms": round(first), "p75_ms": round(_p75(every)), **told}


def _p75(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[2] if len(values) > 1 else values[0]


def _tried(page: Page, act: Any) -> Iterator[float]:
    """What each interaction took until the next picture, at least SHORTEST_MS."""
    page.evaluate("told.length = 0")
    done = 0
    for _ in act(page):
        done += 1
        page.wait_for_timeout(700)
    longest: dict[int, float] = {}
    for one, duration in page.evaluate("told"):
        longest[one] = max(longest.get(one, 0), duration)
    yield from longest.values()
    yield from [SHORTEST_MS] * max(0, done - len(longest))


def _zoom(page: Page) -> Iterator[None]:
    for name in ("plus", "plus", "plus", "minus", "minus", "minus"):
        page.click(f".map-button.{name}")
        yield


def _pan(page: Page) -> Iterator[None]:
    for step in (-180, 180, -120, 120):
        page.mouse.move(900, 420)
        page.mouse.down()
        page.mouse.move(900 + step, 400, steps=8)
        page.mouse.up()
        yield


def _filter(page: Page) -> Iterator[None]:
    for code in ("completed", "operational", "completed", "operational"):
        page.click(f'.chip[data-code="{code}"]')
        yield


def _search(page: Page) -> Iterator[None]:
    page.focus("#q")
    for letter in _SEARCH:
        page.keyboard.press(letter)
        yield
    for _ in _SEARCH:
        page.keyboard.press("Backspace")
        yield


def _list(page: Page) -> Iterator[None]:
    page.keyboard.press("ArrowDown")
    for key in ("PageDown", "PageDown", "End", "Home", "ArrowDown"):
        page.keyboard.press(key)
        yield


def main() -> None:
    """Measure each size, and print the figures as JSON."""
    parser = argparse.ArgumentParser("python -m tests.bench.hand", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 5_000, 100_000])
    parser.add_argument("--address", nargs="+", default=[], help="pages that are served already, instead of sizes")
    asked = parser.parse_args()
    settings = Settings.from_env({})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_or_install(settings.home, tell), args=["--no-sandbox"]
        )
        for address in asked.address:
            print(address, json.dumps(measured(browser, address)), flush=True)
        if not asked.address:
            with _folder() as folder, _cluster(folder) as cluster:
                server = cluster.start()
                for number in asked.sizes:
                    print(number, json.dumps(_size(browser, server, folder, number)), flush=True)
        browser.close()


def _size(browser: Browser, server: str, folder: Path, number: int) -> dict[str, Any]:
    name, layers = f"page_{number}", folder / str(number)
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    synthetic.catalog(Settings.from_env({}).definitions, layers)
    synthetic.write(layers, max(0, number - OWN))
    _run(server, f"CREATE DATABASE {name}")
    loading.load(url, layers)
    _run(url, "VACUUM ANALYZE")
    with serving(url, layers, folder / f"serve-{number}", 2) as one:
        return measured(browser, f"{one.url}/")


def _run(url: str, sql: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(sql)
    engine.dispose()


if __name__ == "__main__":
    main()
