"""The legend of a collection, looked at in a real Chromium and as a PNG."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from struct import unpack
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Playwright

from geo.settings import REPOSITORY
from geo.status import ACCURACIES, CONDITIONS, Words
from layers.catalog import Catalog
from layers.legend import WIDTH, legend, outline_legend
from layers.portrayal import COMMUNE_WORDS, Outline, Portrayal, of_all, of_layer
from layers.raster import png
from layers.shapes import CONDITIONS as DRAWN_CONDITIONS
from tests.layers.test_preview import CHROMIUM

PACKAGES = REPOSITORY / "web" / "node_modules"
HOSTILE = "</text><script>document.title='pwned'</script><image href='https://example.org/x.png'/>&\"'"
# What of the drawing reaches over its edge, what it is called, and how much of the paper is inked.
SEEN = """() => {
  const root = document.documentElement, box = root.getBoundingClientRect();
  const over = [...root.querySelectorAll("text, path, rect, circle")].filter((one) => !one.closest("defs, pattern"))
    .map((one) => one.getBoundingClientRect())
    .filter((one) => one.left < box.left - 1 || one.right > box.right + 1 || one.bottom > box.bottom + 1);
  const lines = [...root.querySelectorAll("tspan")].map((one) => one.textContent);
  return { over: over.length, lines, width: box.width, title: root.querySelector("title").textContent };
}"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(REPOSITORY / "layers" / "definitions")


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
    yield opened
    opened.close()


def look(browser: Browser, drawing: str, folder: Path) -> dict[str, object]:
    """The drawing as Chromium shows it; nothing may be fetched."""
    (folder / "legend.svg").write_text(drawing, "utf-8")
    page = browser.new_page(viewport={"width": 600, "height": 1200})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "legend.svg").as_uri())
    seen: dict[str, object] = page.evaluate(SEEN)
    page.close()
    assert len(asked) == 1
    return seen


LAYERS = sorted(path.stem for path in (REPOSITORY / "layers" / "definitions").glob("[a-z]*.toml"))


@pytest.mark.parametrize("which", [*LAYERS, "projects"])
def test_the_legend_says_in_two_languages_what_every_sign_means(
    catalog: Catalog, browser: Browser, tmp_path: Path, which: str
) -> None:
    portrayal: Portrayal
    if which == "projects":
        portrayal = of_all(catalog, which, Words("Tất cả dự án", "All projects"))
    else:
        portrayal = of_layer(catalog.layer(which))
    seen = look(browser, legend(portrayal), tmp_path)
    assert seen["over"] == 0
    assert seen["width"] == WIDTH
    assert seen["title"] == f"{portrayal.title.vi} / {portrayal.title.en}"
    codes = [*portrayal.statuses, *(CONDITIONS[code] for code in DRAWN_CONDITIONS), *ACCURACIES.values()]
    lines = seen["lines"]
    assert isinstance(lines, list)
    for words in [portrayal.title, *(code.label for code in codes)]:
        assert words.vi in lines
        assert words.en in lines


def test_a_legend_of_points_explains_no_areas(catalog: Catalog) -> None:
    points = replace(of_layer(catalog.layer("port")), geometries=("point",))
    assert COMMUNE_WORDS.vi in legend(of_layer(catalog.layer("port")))
    assert COMMUNE_WORDS.vi not in legend(points)
    assert "url(#" not in legend(points)


def test_words_of_an_office_stay_words_in_a_legend(catalog: Catalog, browser: Browser, tmp_path: Path) -> None:
    hostile = replace(of_layer(catalog.layer("port")), title=Words(HOSTILE, HOSTILE))
    seen = look(browser, legend(hostile), tmp_path)
    assert seen["title"] == f"{HOSTILE} / {HOSTILE}"


def test_a_legend_passes_a_strict_content_security_policy(catalog: Catalog) -> None:
    drawing = ElementTree.fromstring(legend(of_layer(catalog.layer("port"))))  # noqa: S314 -- our own
    for element in drawing.iter():
        assert not {"style", "class", "href", "onclick"} & set(element.attrib)
        assert element.tag.rpartition("}")[2] not in ("style", "script", "image", "use")


def test_the_legend_as_png_is_the_same_drawing_with_its_words(catalog: Catalog) -> None:
    drawing = legend(of_layer(catalog.layer("port")))
    picture = png(drawing, PACKAGES, 2)
    width, height = unpack(">II", picture[16:24])
    root = ElementTree.fromstring(drawing)  # noqa: S314 -- our own
    assert (width, height) == (2 * WIDTH, 2 * float(root.attrib["height"]))
    for text in list(root.iter("{http://www.w3.org/2000/svg}text")):
        text.clear()
    without_words = png(ElementTree.tostring(root, "unicode"), PACKAGES, 2)
    assert len(without_words) < 0.8 * len(picture)


def test_a_legend_of_units_tells_that_the_outlines_are_generalised(browser: Browser, tmp_path: Path) -> None:
    outline = Outline("districts-2024", Words("Quận, huyện đến 31/12/2024", "Districts until 31 December 2024"), True)
    seen = look(browser, outline_legend(outline), tmp_path)
    assert seen["over"] == 0
    assert "Generalised outlines, for orientation" in str(seen["lines"])
