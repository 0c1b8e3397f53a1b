"""axe-core in a page of the tests' Chromium: what a program can tell about accessibility, told as lines."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

TOOLS = Path(__file__).resolve().parents[1] / "tools" / "node_modules"
_RUN = """() => axe.run(document, { resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, any, failureSummary }) => `${id}: ${target} ${any[0]?.message ?? failureSummary}`)))"""


def bring(context: BrowserContext) -> None:
    """Have axe at hand in every page of a window; the policy of the page does not bar what the browser itself adds."""
    script = TOOLS / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.fail(f"{script} is missing: run `python3 bootstrap.py tools`, or `make test`.")
    context.add_init_script(path=script)


def violations(page: Page) -> list[str]:
    """All that axe finds wrong, best practices included; [] is what every page must give."""
    found: list[str] = page.evaluate(_RUN)
    return found
