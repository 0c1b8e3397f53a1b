"""The page as the bench looks at it: in Chromium at a desk, by somebody who knows the tour."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from geo.packages import Say
from geo.settings import Settings
from tests.browser import SETTLED, find_or_install

WINDOW = {"width": 1440, "height": 900}
_PATIENCE_MS = 120_000


@contextmanager
def chromium(say: Say) -> Iterator[Browser]:
    """One Chromium, until the end of the block."""
    program = find_or_install(Settings.from_env().home, say)
    node = shutil.which("node")
    if node:  # the system's own, as in the tests
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, address: str, **options: Any) -> Page:
    """The page at an address in a context of its own, at rest; `options` are those of Playwright's contexts."""
    page = browser.new_context(viewport=WINDOW, **options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(_PATIENCE_MS)
    page.add_init_script("localStorage.setItem('tour', 'seen')")
    page.goto(address)
    page.wait_for_selector(SETTLED)
    page.wait_for_load_state("networkidle")
    return page
