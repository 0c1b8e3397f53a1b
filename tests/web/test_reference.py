"""The main views look as they did when somebody last looked at them: `reference/`, remade by `make references`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import Engine

from api.built import map_page
from geo import edtf
from geo.settings import Settings
from tests.browser import SETTLED
from tests.web.conftest import PHONE, SWITCHES, served
from tests.web.pictures import REFERENCE, check, compared, taken

TODAY = date(2026, 11, 22)
HOST = "haiphong.test"
DESK, SHEET = {"width": 1280, "height": 800}, {"width": 1123, "height": 794}
# Letters and colours as the programs draw them that every machine has in common.
EVEN = ("--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--hide-scrollbars")
Act = Callable[[Page], None]
WAIT_MS = 60_000
PORT = "ben-1-2-lach-huyen-hict"


@dataclass(frozen=True)
class View:
    """What is looked at: an address, the window, and what is done before the picture is taken."""

    path: str
    phone: bool = False
    dark: bool = False
    act: Act | None = None
    paper: bool = False


def _listed(page: Page) -> None:
    """Rows are there, not their bones."""
    expect(page.locator("#list .row-name").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#list .row-bone")).to_have_count(0, timeout=WAIT_MS)


def _project(page: Page) -> None:
    expect(page.locator("#panel .panel-name")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("#panel .step").first).to_be_attached(timeout=WAIT_MS)


def _changes(page: Page) -> None:
    expect(page.locator("#changes .change").first).to_be_visible(timeout=WAIT_MS)


def _numbers(page: Page) -> None:
    expect(page.locator(".figure").first).to_be_attached(timeout=WAIT_MS)


def _half(page: Page) -> None:
    page.locator(".handle").click()
    _listed(page)


def _suggestions(page: Page) -> None:
    page.locator("#q").fill("hai an")
    expect(page.locator("[role=option]").filter(has_text="Phường Hải An").first).to_be_visible(timeout=WAIT_MS)


def _sheets(page: Page) -> None:
    expect(page.locator("#go")).to_be_enabled(timeout=WAIT_MS)


def _rows(page: Page) -> None:
    _sheets(page)
    page.locator(".sheet").nth(1).evaluate("sheet => sheet.scrollIntoView()")


VIEWS = {
    "desk-map": View("/", act=_listed),
    "desk-map-dark-en": View("/?lang=en&group=district", dark=True, act=_listed),
    "desk-project": View(f"/?id={PORT}", act=_project),
    "desk-two-days": View("/?datetime=2023-06-30&compare=2025-02-01", act=_changes),
    "desk-numbers-dark": View("/?shade=districts-2024", dark=True, act=_numbers),
    "desk-document": View("/van-ban/ct-02-2023"),
    "desk-project-page": View(f"/du-an/{PORT}"),
    "phone-map": View("/", phone=True),
    "phone-list-dark": View("/", phone=True, dark=True, act=_half),
    "phone-project": View(f"/?id={PORT}", phone=True, act=_project),
    "phone-suggestions": View("/", phone=True, act=_suggestions),
    "phone-guide-en": View("/huong-dan?lang=en", phone=True),
    "paper-map": View("/in?rows=none", paper=True, act=_sheets),
    "paper-table": View("/in?status=under_construction", paper=True, act=_rows),
}


@pytest.fixture(scope="module")
def still(
    playwright: Playwright, chromium: Path, city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser that knows the map as `haiphong.test`, and a server for which it is always the same day."""
    settings = replace(Settings.from_env({}), home=tmp_path_factory.mktemp("home"), web=assets.parent)
    # Its letters come from other files than those of the sources, and stand a hair apart.
    built = map_page(settings.web) != settings.web / "index.html"
    assert built, "The bundled page is what is looked at: `python3 bootstrap.py web`, or `make test`."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edtf, "today", lambda: TODAY)
        with served(settings, city) as address:
            mapped = f"--host-resolver-rules=MAP {HOST} {address.removeprefix('http://')}"
            opened = playwright.chromium.launch(executable_path=chromium, args=[*SWITCHES, *EVEN, mapped])
            yield opened
            opened.close()


def look(browser: Browser, view: View) -> Page:
    """The page of a view, in a window of its own."""
    size = PHONE if view.phone else SHEET if view.paper else DESK
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        has_touch=view.phone,
        color_scheme="dark" if view.dark else "light",
        reduced_motion="reduce",
        locale="en-GB" if "lang=en" in view.path else "vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        service_workers="block",
    )
    context.add_init_script("localStorage.setItem('tour', 'seen')")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.clock.set_fixed_time(f"{TODAY}T12:00:00+07:00")
    page.goto(f"http://{HOST}{view.path}")
    if view.path.startswith("/?") or view.path == "/":
        page.wait_for_selector(SETTLED)
    if view.act:
        view.act(page)
    if view.paper:
        page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_was_reviewed(name: str, still: Browser) -> None:
    page = look(still, VIEWS[name])
    try:
        check(name, taken(page), still.version)
    finally:
        page.context.close()


def test_no_picture_is_kept_that_nobody_takes() -> None:
    assert {path.stem for path in REFERENCE.glob("*.webp")} == set(VIEWS)
    assert sum(path.stat().st_size for path in REFERENCE.glob("*.webp")) < 2_500_000


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("document.body.dataset.nothing = '1'", False),
        ("document.querySelector('h1').style.translate = '3px'", True),
        ("document.querySelector('main').style.translate = '0 3px'", True),
        ("document.documentElement.style.setProperty('--accent', '#0b7a5a')", True),
        ("document.documentElement.style.setProperty('--ground', '#d3e0ec')", True),
        ("document.querySelector('.tag').remove()", True),
    ],
)  # fmt: skip
def test_a_shift_of_3_pixels_or_another_colour_is_a_difference_and_nothing_is_none(
    change: str, seen: bool, still: Browser
) -> None:
    page = look(still, VIEWS["desk-project-page"])
    before = taken(page)
    page.evaluate(change)
    assert compared(before, taken(page)).same is not seen
    page.context.close()
