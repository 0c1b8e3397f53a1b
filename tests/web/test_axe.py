"""axe finds nothing on any page, in both languages, light and dark, at a desk and on a phone, with everything open."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import SETTLED, eventually
from tests.web.axe import bring, violations
from tests.web.conftest import DESK, PHONE
from tests.web.test_find import typing

PAGES = (
    "/du-an", "/du-an/{id}", "/du-an/khong-co", "/van-ban", "/van-ban/ct-02-2023", "/chi-tieu", "/thoi-han", "/tai-ve",
    "/huong-dan",
    "/api", "/api/collections", "/api/collections/port", "/api/collections/port/items", "/api/conformance",
    "/api/collections/port/items/{id}", "/api/collections/port/items/{id}/history", "/api/collections/port/schema",
    "/api/collections/port/items/{id}/versions", "/api/collections/units-2025-07/items", "/api/tileMatrixSets",
    "/api/collections/port/tiles",
)  # fmt: skip
Open = Callable[[Page], None]


def _press(*selectors: str) -> Open:
    def act(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return act


def _seen(selector: str) -> Open:
    def act(page: Page) -> None:
        page.wait_for_selector(selector, state="attached")  # a phone keeps some of it in its sheet

    return act


def _tool(name: str, opened: str = "dialog[open]:not(:has([aria-busy]))") -> Open:
    """Press a tool of the map; on a phone they stand behind one button."""

    def act(page: Page) -> None:
        if not page.locator(f".map-button.{name}").is_visible():
            page.locator(".map-button.more").click()
        page.locator(f".map-button.{name}").click()
        page.wait_for_selector(opened)

    return act


def _typed(words: str) -> Open:
    """Type into the search box, and wait for what it finds."""
    return lambda page: typing(page, words)


def _event(kind: str, selector: str) -> Open:
    """What happens to a sign that may lie beneath the sheet of a phone."""
    return lambda page: page.locator(selector).first.dispatch_event(kind)


def _then(*acts: Open) -> Open:
    def all_of_it(page: Page) -> None:
        for act in acts:
            act(page)

    return all_of_it


EVERY_FOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
STATES: dict[str, tuple[str, Open]] = {
    "the whole city": ("/", _press()),
    "a project": ("/?id={id}", _seen("#panel .panel-name")),
    "two days": ("/?datetime=2023-06-30&compare=2025-02-01", _seen("#changes .change")),
    "numbers by unit": ("/?shade=districts-2024", _seen("#shade .shade-legend li")),
    "a day that cannot be": ("/?datetime=2023-02-31", _press()),
    "no such unit": ("/?district=khong-co", _press()),
    "nothing found": ("/?q=qqqqqq", _press()),
    "picker of areas": ("/", _press("#pick-district .picker-button")),
    "picker of sectors": ("/", _press("#pick-layer .picker-button")),
    "milestones": ("/", _press(".time-more")),
    "how it is drawn": ("/", lambda page: page.evaluate(EVERY_FOLD)),
    "keys": ("/", _tool("help")),
    "share": ("/", _tool("share")),
    "tour": ("/", _then(_tool("help"), _press(".help-ways .button.plain"), _seen(".tour h2"))),
    "suggestions": ("/", _typed("cầu")),
    "a place": ("/", _then(_typed("20.86, 106.68"), _press(".find [role=option]"), _seen("#spot h2"))),
    "what a group holds": ("/", _then(_event("mouseover", ".cluster"), _seen(".leaflet-tooltip"))),
    "a fan": ("/#map=18/20.7925/106.701", _then(_event("click", ".cluster"), _seen(".mark-fan"))),
    "a selection": ("/?select={id},kcn-an-duong", _seen(".selection-count")),
    "comparison": ("/?select={id},kcn-an-duong", _then(_press('[data-way="compare"]'), _seen("dialog[open] tbody td"))),
    "what is near": ("/?near={id},3", _seen(".near-row")),
    "choosing": ("/", _tool("select", ".tool-card:not([hidden])")),
    "measuring": ("/", _tool("measure", ".tool-card:not([hidden])")),
    "far from the city": ("/#map=7/10.2/113.1", _seen(".map-back:not([hidden])")),
}  # fmt: skip


@pytest.fixture(scope="module")
def some_id(site: str) -> str:
    found: str = httpx.get(f"{site}/api/collections/port/items?limit=1").json()["features"][0]["id"]
    return found


@pytest.fixture(scope="module", params=["vi, light, desk", "en, dark, phone"])
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """A window of one kind, and what its addresses say of the language."""
    lang, colours, where = request.param.split(", ")
    context = browser.new_context(
        viewport=PHONE if where == "phone" else DESK,  # type: ignore[arg-type]
        has_touch=where == "phone",
        color_scheme=colours,
        reduced_motion="reduce",
        locale="vi-VN",
        service_workers="block",
    )
    context.add_init_script("localStorage.setItem('tour', 'seen')")
    bring(context)
    yield context.new_page(), "lang=en" if lang == "en" else ""
    context.close()


def told(path: str, lang: str, some_id: str) -> str:
    path = path.replace("{id}", some_id)
    asked, at, view = path.partition("#")
    return f"{asked}{'&' if '?' in asked else '?'}{lang}{at}{view}"


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_a_written_page(path: str, window: tuple[Page, str], site: str, some_id: str) -> None:
    page, lang = window
    page.goto(site + told(path, lang, some_id))
    eventually(page, lambda: violations(page), [])


def test_axe_finds_nothing_in_the_description_of_the_api(window: tuple[Page, str], site: str) -> None:
    page, _ = window
    page.goto(f"{site}/api/docs")
    page.wait_for_selector(".opblock")
    eventually(page, lambda: violations(page), [])


@pytest.mark.parametrize("path", ["/embed?", "/embed?id={id}&", "/in?", "/in?datetime=2023-06-30&compare=2025-02-01&"])
def test_axe_finds_nothing_on_the_map_in_a_frame_and_on_paper(
    path: str, window: tuple[Page, str], site: str, some_id: str
) -> None:
    page, lang = window
    page.goto(site + path.replace("{id}", some_id) + lang)
    page.wait_for_selector("body.is-ready", state="attached")
    eventually(page, lambda: violations(page), [])


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_on_the_map_whatever_is_open(
    state: str, window: tuple[Page, str], site: str, some_id: str
) -> None:
    page, lang = window
    path, act = STATES[state]
    page.goto(site + told(path, lang, some_id))
    page.wait_for_selector(SETTLED)
    act(page)
    eventually(page, lambda: violations(page), [])
