"""Vietnamese and English complete: every sentence in both, and Vietnamese marked as such on English pages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from playwright.sync_api import Browser, expect

from api.html import is_vietnamese
from geo.settings import REPOSITORY
from layers.catalog import Catalog
from tests.browser import eventually
from tests.web.conftest import Reader

WEB = REPOSITORY / "web"
SENTENCES = [WEB / "src" / "messages.js", *sorted((WEB / "src" / "messages").glob("*.js"))]
MODULES = [path for path in (WEB / "src").rglob("*.js") if path not in SENTENCES]
PAGES = list(WEB.glob("*.html"))
UNIT_OR_WORDS = re.compile(
    r"^\W*(?:Phường|Xã|Đặc khu|Huyện|Quận|Thị trấn|Thị xã) [A-ZĐÀ-Ỹ]| (?:của|và|tại|các|những|dự án|thành phố) "
)


@pytest.fixture(scope="module")
def sentences(browser: Browser, site: str) -> Iterator[dict[str, list[str]]]:
    """Every key with its Vietnamese sentence and its English ones, as the browser has them."""
    page = browser.new_page()
    page.goto(f"{site}/tai-ve")
    yield page.evaluate("import('/assets/src/messages.js').then(({ MESSAGES }) => MESSAGES)")
    page.close()


def calls(written: str) -> Iterator[str]:
    """The first argument of every `t(…)`, brackets and all."""
    for found in re.finditer(r"(?<![\w.$])t\(", written):
        depth, at = 1, found.end()
        while depth and at < len(written) and not (depth == 1 and written[at] == ","):
            depth += (written[at] in "([{") - (written[at] in ")]}")
            at += 1
        yield written[found.end() : at]


def test_every_sentence_stands_in_both_languages_with_the_same_values(sentences: dict[str, list[str]]) -> None:
    assert len(sentences) > 200
    for key, (vi, *english) in sentences.items():
        assert 1 <= len(english) <= 2, key
        for told in (vi, *english):
            assert told.strip(), key
            assert set(re.findall(r"\{\w+\}", told)) == set(re.findall(r"\{\w+\}", vi)), (
                f"{key}: other values in English"
            )
        assert len(english) == 1 or "{n}" in vi, f"{key}: one of what?"


def test_every_sentence_that_is_asked_for_exists(sentences: dict[str, list[str]]) -> None:
    asked: dict[str, str] = {}
    for path in [*MODULES, *PAGES]:
        written = path.read_text("utf-8")
        marked = re.findall(r'data-t(?:-label|-hint)?["\']?[=:]\s*"([^"$]+)"', written)
        said = [key for first in calls(written) for key in re.findall(r'(?<![=!]= )"([\w-]+)"', first)]
        asked |= dict.fromkeys([*marked, *said], path.name)
    assert {key: place for key, place in asked.items() if key not in sentences} == {}


def test_no_sentence_is_left_that_nobody_says(sentences: dict[str, list[str]]) -> None:
    written = "\n".join(path.read_text("utf-8") for path in [*MODULES, *PAGES])
    words = set(re.findall(r"[\w-]+", written))
    begun = tuple(re.findall(r"t\(`([\w-]+)\$\{", written))  # find-${kind}
    ended = tuple(re.findall(r"t\(`\$\{\w+\}(\w+)`", written))  # ${step}Text
    units = {field.unit for layer in Catalog.load(REPOSITORY / "layers" / "definitions").layers.values()
             for field in layer.fields.values()}  # fmt: skip
    unsaid = {key for key in sentences if key not in words and key not in units}
    assert {key for key in unsaid if not key.startswith(("-", *begun)) and not key.endswith(("-", *ended))} == set()


class Told(HTMLParser):
    """The texts of a page, each with the language of the nearest element that names one."""

    EMPTY = frozenset(("meta", "link", "input", "br", "hr", "img", "path", "use", "wbr"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inherited = self.open[-1][1] if self.open else ""
        if tag not in self.EMPTY:
            self.open.append((tag, dict(attrs).get("lang") or inherited))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1][0] not in ("script", "style", "code", "pre", "noscript"):
            self.texts.append((self.open[-1][1], " ".join(data.split())))


SERVED = ("/du-an", "/du-an/kcn-do-son", "/du-an/cau-tan-vu-lach-huyen", "/van-ban", "/van-ban/ct-02-2023", "/chi-tieu",
          "/thoi-han", "/tai-ve", "/nowhere")  # fmt: skip


@pytest.mark.parametrize("path", SERVED)
def test_a_written_page_keeps_to_its_language(site: str, path: str) -> None:
    headers = {"accept": "text/html"}
    english = Told(httpx.get(f"{site}{path}", params={"lang": "en"}, headers=headers, timeout=60).text)
    vietnamese = Told(httpx.get(f"{site}{path}", headers=headers, timeout=60).text)
    assert {lang for lang, _ in english.texts} >= {"en"}
    assert {lang for lang, _ in vietnamese.texts} >= {"vi"}
    assert [said for lang, said in english.texts if lang == "en" and UNIT_OR_WORDS.search(said)] == []
    assert [
        said for lang, said in vietnamese.texts if re.search(r"\b\d{1,2} (?:Jan|Feb|May|Jun|Aug|Dec) \d{4}\b", said)
    ] == []


@pytest.mark.parametrize(
    ("lang", "day", "figure"), [("vi", "19/01/2023", "22.540,5"), ("en", "19 Jan 2023", "22,540.5")]
)
def test_days_and_figures_are_written_as_the_reader_writes_them(
    reader: Reader, lang: str, day: str, figure: str
) -> None:
    page = reader.open(f"/?lang={lang}&id=kkt-dinh-vu-cat-hai")
    assert page.evaluate("document.documentElement.lang") == lang
    told = page.evaluate(
        """async () => {
          const { dateWords } = await import("/assets/src/edtf.js");
          const { number, speak, t } = await import("/assets/src/i18n.js");
          const lang = document.documentElement.lang;
          speak(lang);
          return [dateWords("2023-01-19", lang), number(22540.5), t("tỷ đồng")];
        }"""
    )
    assert told == [day, figure, "tỷ đồng" if lang == "vi" else "billion VND"]


VIETNAMESE_NAMES = """
() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const { lang } = node.parentElement.closest("[lang]");
    if (lang !== "en" || node.parentElement.closest("script, style, noscript, svg")) continue;
    if (/^\\W*(Phường|Xã|Đặc khu|Huyện|Quận|Thị trấn) \\p{Lu}/u.test(node.textContent)) found.push(node.textContent);
  }
  return found;
}
"""


def test_official_names_are_marked_as_vietnamese_on_the_english_map(reader: Reader) -> None:
    page = reader.open("/?lang=en&district=2024-huyen-cat-hai")
    page.click("#q")
    page.keyboard.type("huyen cat hai")
    page.locator(".find-filter").wait_for()
    expect(page.locator(".find [lang=vi]")).not_to_have_count(0)
    eventually(page, VIETNAMESE_NAMES, [])


@pytest.mark.parametrize(
    ("text", "vietnamese"),
    [
        ("Môi trường và Đô thị 29/08/2023, Hải Phòng xây nhà máy đốt rác", True),
        ("Phường Đông Hải", True),
        ("Hải Phòng approves plan to establish a free trade zone of 6,300 ha", False),
        ("NNA/VNA 04/10/2019, Hai Phong Port terminals 3 and 4", False),
        ("Directive 02/CT-UBND, section II.2", False),
        ("", False),
        (None, False),
    ],
)
def test_a_source_without_a_language_is_told_by_its_marks(text: str | None, vietnamese: bool) -> None:
    assert is_vietnamese(text) is vietnamese
