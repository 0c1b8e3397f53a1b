"""Reviewed pictures of the views, and what is compared with them.

A picture is taken of a page at rest: fonts loaded, nothing under way, two pictures in a row the same. It holds nothing
that another day, machine or port would change: the clocks of the browser and of the server stand still, the address
has a name of its own.
"""

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Page

REFERENCE = Path(__file__).with_name("reference")
FAILED = REFERENCE / "failed"
MADE_BY = REFERENCE / "chromium-version"
REMAKE = "REMAKE_REFERENCES"
MOST = 0.0003
"""So much of a picture may differ: a letter's edge on another machine, not a line of text, a sign or a shifted box."""
MOST_ELSEWHERE = 0.02
"""The same of a picture by another Chromium than the reviewed ones, which may set a line of text a pixel off."""
SEEN = 14
"""How far, of 255, a colour must be from another one to be told from it."""
SOFT = 1.5
"""The radius in pixels over which a picture is softened before: no eye tells where an edge of a letter was smoothed."""
_PAUSE_MS, _TRIES = 120, 60


@dataclass(frozen=True, slots=True)
class Judgement:
    """How two pictures differ: the share of their pixels that are others, 1 if their sizes are, and where they lie."""

    share: float
    drawn: Image.Image

    @property
    def same(self) -> bool:
        """Whether a reader would see one picture."""
        return self.share <= MOST


def taken(page: Page) -> Image.Image:
    """A picture of the page, once it stands still."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    before = b""
    for _ in range(_TRIES):
        now = page.screenshot(animations="disabled", caret="hide")
        if now == before:
            return Image.open(BytesIO(now)).convert("RGB")
        before = now
        page.wait_for_timeout(_PAUSE_MS)
    raise AssertionError(f"{page.url} never stands still")


def compared(expected: Image.Image, actual: Image.Image) -> Judgement:
    """How a picture differs from another one; white is where."""
    if expected.size != actual.size:
        return Judgement(1, Image.new("L", actual.size, "white"))
    soft = ImageFilter.GaussianBlur(SOFT)
    apart = ImageChops.difference(expected.filter(soft), actual.filter(soft)).split()
    most = ImageChops.lighter(ImageChops.lighter(*apart[:2]), apart[2])
    seen = most.point(lambda step: 255 * (step >= SEEN))
    return Judgement(seen.histogram()[255] / (seen.width * seen.height), seen)


def check(name: str, picture: Image.Image, version: str) -> None:
    """Hold a picture by this version of Chromium against the reviewed one of that name.

    Where `REMAKE_REFERENCES` is set, put it in its place.

    Where they differ, three pictures lie side by side in `reference/failed/`: expected, actual, difference.
    """
    kept = REFERENCE / f"{name}.webp"
    remake = bool(os.environ.get(REMAKE))
    assert remake or kept.exists(), f"{name} has no reviewed picture yet: `make references`, look at it, commit it."
    expected = Image.open(kept).convert("RGB") if kept.exists() else Image.new("RGB", (1, 1))
    judged = compared(expected, picture)
    major = version.partition(".")[0]
    if remake:
        if not judged.same:
            _keep(picture, kept)
        MADE_BY.write_text(f"{major}\n", encoding="utf-8")
        return
    if judged.share <= (MOST if MADE_BY.read_text(encoding="utf-8").strip() == major else MOST_ELSEWHERE):
        return
    for kind, image in {"expected": expected, "actual": picture, "difference": judged.drawn}.items():
        _keep(image, FAILED / f"{name}.{kind}.webp")
    raise AssertionError(
        f"{name} looks otherwise: {judged.share:.2%} of its pixels. Look at {FAILED}/{name}.*.webp; "
        "where the new look is meant, `make references` and commit the pictures."
    )


def _keep(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, lossless=True, quality=100, method=6)
