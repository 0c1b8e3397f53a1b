"""How quickly the map answers a hand: interactions in Chromium whose processor is slowed down to a quarter.

A page over so many features zooms, pans, filters and searches. What is told of each interaction is what INP is made of,
the time from the input to the next picture, and how much of it the page itself worked.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from playwright.sync_api import Browser, Page

from geo.packages import Say
from tests.bench.looking import chromium, opened

SLOWER = 4
"""How many times slower than this machine the reader's processor is."""
PAUSE_MS = 700
"""Between two interactions: what one of them set going is over before the next."""
VISITS = 3
"""To each page, all of whose interactions count: one alone sways by a tenth."""
SHORTEST_MS = 16.0
"""Event Timing tells nothing of what takes less, so that is what it counts as."""
TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata")
SEARCHED = "du an"
STATUSES = ("completed", "operational", "proposed")


@dataclass(frozen=True, slots=True)
class Answer:
    """One interaction, in ms: to the next picture, what the main thread worked until then, its longest task."""

    wall_ms: float
    work_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True)
class Hand:
    """What a page over so many features did: by kind of interaction, each of them."""

    features: int
    answers: dict[str, list[Answer]]

    def p75(self, value: Callable[[Answer], float], kind: str | None = None) -> float:
        """The 75th percentile of one value, of one kind or of all."""
        return quantiles(
            [value(one) for name, some in self.answers.items() if kind in (None, name) for one in some], n=4
        )[2]


def all_of(addresses: Mapping[int, str], say: Say) -> list[Hand]:
    """The pages at these addresses, by the number of features that each shows."""
    with chromium(say) as browser:
        visits = {
            features: [_visit(browser, address) for _ in range(VISITS)] for features, address in addresses.items()
        }
    return [
        Hand(features, {kind: [one for visit in some for one in visit[kind]] for kind in ACTS})
        for features, some in visits.items()
    ]


def _visit(browser: Browser, address: str) -> dict[str, list[Answer]]:
    """The page at one address, zoomed, panned, filtered and searched: each interaction, by its kind."""
    page = opened(browser, address)
    page.evaluate("document.querySelector('.legend').open = true")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answers = {kind: _tried(browser, page, act) for kind, act in ACTS.items()}
    page.context.close()
    return answers


def _tried(browser: Browser, page: Page, act: Callable[[Page], Iterator[None]]) -> list[Answer]:
    browser.start_tracing(page=page, categories=list(TRACED))
    done = 0
    for _ in act(page):
        done += 1
        page.wait_for_timeout(PAUSE_MS)
    found = answers(json.loads(browser.stop_tracing())["traceEvents"])
    return found + [Answer(SHORTEST_MS, 0, 0)] * max(0, done - len(found))


def answers(trace: list[dict[str, Any]]) -> list[Answer]:
    """Every interaction that a trace tells of, in their order."""
    main = _main_thread(trace)
    own = [one for one in trace if (one["pid"], one["tid"]) == main]
    tasks = sorted(
        (one["ts"], one["dur"], one.get("tdur", one["dur"])) for one in own if one["name"] == "RunTask" and "dur" in one
    )
    pictures = sorted(one["ts"] + one.get("dur", 0) for one in own if one["name"] == "Commit")
    spans = _interactions(trace)
    ends = [first for first, _, _ in spans[1:]] + [float("inf")]
    return [
        Answer(
            (last - first) / 1000,
            _work(tasks, first, next((one for one in pictures if one >= handled), last)),
            max((work for begin, took, work in tasks if begin + took > first and begin < end), default=0) / 1000,
        )
        for (first, handled, last), end in zip(spans, ends, strict=True)
    ]


def _work(tasks: list[tuple[float, float, float]], first: float, last: float) -> float:
    """Milliseconds that these tasks worked between two instants."""
    return sum(work * _share(begin, took, first, last) for begin, took, work in tasks) / 1000


def _main_thread(trace: list[dict[str, Any]]) -> tuple[int, int]:
    """That of the page, which is the renderer that told of events."""
    pids = {one["pid"] for one in trace if one["name"] == "EventTiming"}
    return next(
        (
            (one["pid"], one["tid"])
            for one in trace
            if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain" and one["pid"] in pids
        ),
        (0, 0),
    )


def _interactions(trace: list[dict[str, Any]]) -> list[tuple[float, float, float]]:
    """Of each interaction's longest event, in µs: when it came, was handled, and the next picture was shown."""
    found: dict[int, tuple[float, float, float]] = {}
    begun: dict[str, dict[str, Any]] = {}
    for one in sorted((one for one in trace if one["name"] == "EventTiming"), key=lambda one: one["ts"]):
        key = str(one.get("id2", one.get("id")))
        if one["ph"] == "b":
            begun[key] = one
        elif one["ph"] == "e" and key in begun:
            first = begun.pop(key)
            told = first["args"]["data"]
            if not told.get("interactionId"):
                continue
            handled = first["ts"] + (told["processingEnd"] - told["timeStamp"]) * 1000
            span = (first["ts"], handled, one["ts"])
            found[told["interactionId"]] = max(
                found.get(told["interactionId"], span), span, key=lambda one: one[2] - one[0]
            )
    return sorted(found.values())


def _share(begin: float, took: float, first: float, last: float) -> float:
    """Which part of a task lies in a span."""
    return max(0.0, min(begin + took, last) - max(begin, first)) / took if took else 0.0


def _zoom(page: Page) -> Iterator[None]:
    for name in ("plus", "plus", "plus", "minus", "minus", "plus", "minus", "minus", "plus", "minus"):
        page.click(f".map-button.{name}")
        yield


def _pan(page: Page) -> Iterator[None]:
    for across, down in ((-180, -20), (180, 20), (-120, 90), (120, -90), (-200, 0), (200, 0)):
        page.mouse.move(900, 420)
        page.mouse.down()
        page.mouse.move(900 + across, 420 + down, steps=8)
        page.mouse.up()
        yield
    page.focus("#map")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(f"Shift+{key}")
        yield


def _filter(page: Page) -> Iterator[None]:
    for code in (*STATUSES, *STATUSES, *STATUSES[:2], *STATUSES[:2]):
        page.evaluate("code => document.querySelector(`.chip[data-code='${code}']`).scrollIntoView()", code)
        page.mouse.click(*_middle(page, f'.chip[data-code="{code}"]'))
        yield


def _middle(page: Page, selector: str) -> tuple[float, float]:
    x, y = page.evaluate(
        "one => { const box = document.querySelector(one).getBoundingClientRect(); "
        "return [box.x + box.width / 2, box.y + box.height / 2]; }",
        selector,
    )
    return x, y


def _search(page: Page) -> Iterator[None]:
    page.focus("#q")
    for key in (*SEARCHED, *["Backspace"] * len(SEARCHED)):
        page.keyboard.press(key)
        yield


ACTS: dict[str, Callable[[Page], Iterator[None]]] = {"zoom": _zoom, "pan": _pan, "filter": _filter, "search": _search}
