"""What leaves the map: the short link, the map in a frame of another site, the map on paper."""

import operator
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import NullPool, create_engine, make_url

from geo import edtf
from geo.settings import Settings
from tests.browser import eventually
from tests.web.conftest import Reader, served

MM = 72 / 25.4
PAPER = {"a4": (210, 297), "a3": (297, 420)}


def printed(page: Page) -> PdfReader:
    """The page as Chromium prints it, on the paper that the page itself asks for."""
    return PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True, print_background=True)))


def bare(text: str) -> str:
    """The text without its spaces, which a PDF does not keep."""
    return re.sub(r"\s", "", text)


def millimetres(page: Any) -> tuple[float, float]:
    return float(page.mediabox.width) / MM, float(page.mediabox.height) / MM


def fonts(document: PdfReader) -> dict[str, bool]:
    """The fonts by name, and whether the file holds them; glyphs drawn one by one (Type 3) are always in it."""
    found: dict[str, bool] = {}
    for page in document.pages:
        resources: Any = page["/Resources"]
        for one in (resources.get("/Font") or {}).values():
            font = one.get_object()
            inner: Any = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            descriptor: Any = (inner.get("/FontDescriptor") or font.get("/FontDescriptor")).get_object()
            inside = font["/Subtype"] == "/Type3" or any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))
            found[str(descriptor["/FontName"])] = inside
    return found


def test_a_short_link_restores_everything_that_was_shown(reader: Reader) -> None:
    path = "/?district=2024-huyen-cat-hai&status=under_construction&datetime=2024-06-30&compare=2023-01-01&lang=en"
    page = reader.open(path + "&id=san-bay-tien-lang#map=11.5/20.8000/106.9000")
    summary = page.locator(".summary").inner_text()
    page.locator(".map-button.share").click()
    link = page.locator(".share-text").first
    expect(link).to_have_value(re.compile(r"/s/[1-9A-HJ-NP-Za-km-z]{20,90}$"))
    expect(page.locator(".share-qr svg path")).to_have_attribute("d", re.compile("."))
    expect(page.locator("dialog.share")).to_contain_text("It never expires")
    short = link.input_value().removeprefix(reader.site)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.share")).to_have_count(0)
    again = reader.open(short)
    expect(again).to_have_url(page.url)
    expect(again.locator(".summary")).to_have_text(summary)
    expect(again.locator("#panel")).to_be_visible()


def test_two_days_in_a_link_leave_the_view_that_it_names(reader: Reader) -> None:
    view = "#map=10.5/20.7500/106.9000"
    page = reader.open(f"/?datetime=2024-06-30&compare=2023-01-01{view}")
    expect(page.locator("#changes")).to_be_visible()
    expect(page.locator(".changes-head")).to_be_visible()
    page.wait_for_timeout(500)  # what would move the map has begun
    assert page.url.endswith(view)
    page.locator(".time-compare").click()
    expect(page.locator("#changes")).to_be_hidden()
    page.locator(".time-compare").click()
    expect(page).not_to_have_url(
        re.compile(re.escape(view))
    )  # who asks for the changes sees the whole city beside them


def test_the_link_can_be_copied_and_a_phone_sends_it_its_own_way(reader: Reader) -> None:
    page = reader.open("/?q=cau", phone=True)
    page.evaluate("() => { navigator.share = (what) => { window.sent = what; return Promise.resolve(); } }")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".map-button.more").click()
    page.locator(".map-button.share").click()
    page.locator(".share-copy").first.click()
    expect(page.locator(".share-copy").first).to_have_text("Đã chép")
    url = page.locator(".share-text").first.input_value()
    eventually(page, "navigator.clipboard.readText()", url)
    page.locator(".share-send").click()
    eventually(page, "window.sent?.url", url)


def test_the_map_on_paper_has_what_a_map_on_paper_must_have(reader: Reader) -> None:
    today = edtf.today()
    path = "/in?district=2024-huyen-cat-hai&status=operational,proposed&datetime=2024-06-30&rows=all"
    page = reader.open(f"{path}&as-of={today.isoformat()}", wait=False)
    page.locator("body.is-ready").wait_for()
    page.get_by_label("Tiêu đề").fill("Họp giao ban <b>25/11</b>")
    document = printed(page)
    assert [round(side) for side in millimetres(document.pages[0])] == [297, 210]
    first = bare(document.pages[0].extract_text())
    for words in (
        "Họp giao ban <b>25/11</b>", "Địa bàn: Huyện Cát Hải (đến 31/12/2024)", "Trạng thái: Đang hoạt động, Đề xuất",
        "Tình trạng ngày 30/06/2024", f"theo dữ liệu ghi nhận đến {today:%d/%m/%Y}", "không phải ranh giới pháp lý",
        "Hoàng Sa", "Trường Sa", "CC-BY-4.0", "vietnamese-provinces-database", "km",
    ):  # fmt: skip
        assert bare(words) in first, words
    assert not any(one.images for one in document.pages), "a picture of pixels"
    assert all(fonts(document).values())
    assert any("BeVietnamPro" in name for name in fonts(document))


PRINTS = """() => { dispatchEvent(new Event('beforeprint')); const there = document.querySelector('.printed table');
  dispatchEvent(new Event('afterprint')); return Boolean(there) }"""
INKS = "[...new Set([...document.querySelectorAll('#map path')].map((one) => one.getAttribute('fill')))].sort().join()"
SAID = {
    "vi": ("Bản đồ hạ tầng Hải Phòng", "Địa bàn: Huyện Cát Hải (đến 31/12/2024) · Trạng thái: Đang hoạt động"),
    "en": ("Infrastructure map of Hải Phòng", "Status: Operational"),
}
OWED = {
    "vi": ("không phải ranh giới pháp lý", "Giấy phép: CC-BY-4.0"),
    "en": ("not legal boundaries", "Licence: CC-BY-4.0"),
}


@pytest.mark.parametrize(("lang", "paper", "landscape", "dark"), [("vi", "A4", True, False), ("en", "A3", False, True)])
def test_ctrl_p_on_the_map_gives_a_sheet_and_not_a_picture_of_the_screen(
    reader: Reader, lang: str, paper: str, landscape: bool, dark: bool
) -> None:
    page = reader.open(f"/?district=2024-huyen-cat-hai&status=operational&lang={lang}&id=san-bay-tien-lang", dark=dark)
    names = page.locator(".row-name").all_inner_texts()
    eventually(page, PRINTS, True)
    drawn = page.evaluate(INKS)
    document = PdfReader(BytesIO(page.pdf(format=paper, landscape=landscape)))
    first, whole = bare(document.pages[0].extract_text()), bare("".join(one.extract_text() for one in document.pages))
    for one in (*SAID[lang], "Hoàng Sa", "Trường Sa", f"{edtf.today():%d/%m/%Y}" if lang == "vi" else ""):
        assert bare(one) in first, one
    for one in (*OWED[lang], *names):
        assert bare(one) in whole, one
    for control in (page.locator("#q").get_attribute("placeholder"), page.locator(".time-compare").inner_text()):
        assert bare(str(control)) not in whole, "a control is printed"
    expect(page.locator(".printed")).to_have_count(0)
    assert page.evaluate(INKS) == drawn, "the colours of the night came back"


@pytest.mark.parametrize(
    ("paper", "turn", "filters"),
    [
        ("a4", "portrait", ""),
        ("a4", "landscape", "district=2024-quan-hai-an"),
        ("a3", "portrait", "status=site_clearance"),
        ("a3", "landscape", "district=2024-huyen-cat-hai"),
    ],
)
def test_every_number_on_the_map_is_a_row_of_the_table(reader: Reader, paper: str, turn: str, filters: str) -> None:
    page = reader.open(f"/in?paper={paper}&turn={turn}&rows=all&lang=en&{filters}", wait=False)
    page.locator("body.is-ready").wait_for(timeout=40_000)
    document = printed(page)
    sides = sorted(PAPER[paper], reverse=turn == "landscape")
    for one in document.pages:
        assert millimetres(one) == pytest.approx(sides, abs=0.5)
    numbers = [int(text) for text in page.locator(".numeral-cell").all_inner_texts()]
    total = page.request.get(f"{reader.site}/api/counts?{filters}").json()["numberMatched"]
    assert numbers == list(range(1, total + 1))
    ends = [[int(end) for end in text.split("–")] for text in page.locator(".numeral").all_inner_texts()]
    drawn = [number for end in ends for number in range(end[0], end[-1] + 1)]
    assert sorted(drawn) == list(range(1, len(drawn) + 1))
    assert len(document.pages) == page.locator(".sheet").count()
    tables = [bare(one.extract_text()) for one in document.pages[1:]]
    names = page.locator(".name-cell").all_inner_texts()
    assert all(bare(name) in "".join(tables) for name in names)
    for n, table in enumerate(tables, 2):
        assert bare("No.ProjectSectorStatus") in table
        assert bare(f"Page {n} of {len(document.pages)}") in table
    bottoms = "(all) => all.map((one) => one.getBoundingClientRect().bottom)"
    feet = "(all) => all.map((one) => one.getBoundingClientRect().top)"
    last_rows = page.locator(".sheet-table tbody tr:last-child").evaluate_all(bottoms)
    assert all(map(operator.le, last_rows, page.locator(".sheet-table .sheet-foot").evaluate_all(feet)))


def test_no_two_signs_on_paper_lie_over_each_other(reader: Reader) -> None:
    page = reader.open("/in?turn=portrait&rows=none", wait=False)
    page.locator("body.is-ready").wait_for()
    overlaps = page.locator(".numbered svg").evaluate_all(
        """(signs) => {
          const boxes = signs.map((one) => one.getBoundingClientRect());
          const across = (a, b) => a.left + 2 < b.right && b.left + 2 < a.right;
          const down = (a, b) => a.top + 2 < b.bottom && b.top + 2 < a.bottom;
          return boxes.filter((a, i) => boxes.slice(i + 1).some((b) => across(a, b) && down(a, b))).length;
        }"""
    )
    assert overlaps == 0


@pytest.mark.parametrize("scale", [50_000, 100_000])
def test_a_ruler_on_the_paper_finds_the_scale_that_it_names(reader: Reader, scale: int) -> None:
    path = f"/in?paper=a3&scale={scale}&rows=none&status=site_clearance&frame=106.6,20.8,106.8,20.9"
    page = reader.open(path, wait=False)
    page.locator("body.is-ready").wait_for()
    expect(page.locator(".scale-words")).to_have_text(f"Tỉ lệ 1:{scale // 1000}.000")
    page.emulate_media(media="print")
    bar_mm = page.locator(".scale-steps").evaluate("(bar) => bar.getBoundingClientRect().width * 25.4 / 96")
    km = float(page.locator(".scale-end").inner_text().replace(" km", "").replace(",", "."))
    assert bar_mm * scale / 1e6 == pytest.approx(km, rel=0.01)
    # what the map itself measures: the frame that it writes into its address, against its width on paper
    west, south, east, north = (float(part) for part in page.url.split("frame=")[1].split("&")[0].split(","))
    width_mm = page.locator("#map").evaluate("(map) => map.getBoundingClientRect().width * 25.4 / 96")
    assert (west, south, east, north) == (106.6, 20.8, 106.8, 20.9)
    assert width_mm > 250


def test_paper_rings_what_changed_and_what_is_selected_and_tints_the_units(reader: Reader) -> None:
    state = "compare=2023-06-30&select=san-bay-tien-lang,kcn-do-son&layer=industrial-zone"
    paper = reader.open(f"/in?{state}&rows=all", wait=False)
    paper.locator("body.is-ready").wait_for()
    told = paper.locator(".sheet-map .sheet-filters")
    expect(told).to_have_text(
        re.compile(r"Khu công nghiệp · So với 30/06/2023: \d+ dự án đổi trạng thái hoặc tiến độ · Đã chọn 2 dự án$")
    )
    changed = int(re.search(r": (\d+) dự án đổi", told.inner_text())[1])  # type: ignore[index]
    expect(paper.locator(".status-cell em", has_text=re.compile("^30/06/2023: "))).to_have_count(changed)
    expect(paper.locator(".name-cell em", has_text="đang chọn")).to_have_count(2)
    for kind, words in (("changed", "Khác với 30/06/2023"), ("selected", "Dự án đang chọn")):
        expect(paper.locator(f".mark .paper-ring-{kind}").first).to_be_visible()
        expect(paper.locator(".sheet-legend li", has_text=words).locator(f".paper-ring-{kind}")).to_be_visible()
    link = paper.locator(".paper-alone").get_by_role("link", name="Chỉ in dự án đang chọn")
    expect(link).to_have_attribute("href", re.compile(r"^/in\?.*ids=san-bay-tien-lang,kcn-do-son"))
    tinted = reader.open("/in?shade=districts-2024&lang=en", wait=False)
    tinted.locator("body.is-ready").wait_for()
    expect(tinted.locator(".figure span", has_text="Cát Hải")).to_be_visible()
    expect(tinted.locator(".mark.numbered").first).to_be_hidden()
    expect(tinted.locator(".sheet-legend .shade-swatch")).to_have_count(5)
    expect(tinted.locator(".sheet-units li")).to_have_count(15)
    expect(tinted.locator(".sheet-units li", has_text="Cát Hải")).to_have_text(re.compile(r"\d+$"))


def test_a_frame_shows_two_days_a_selection_and_numbers_by_unit(reader: Reader) -> None:
    state = "compare=2023-06-30&select=san-bay-tien-lang,kcn-do-son&layer=industrial-zone&lang=en"
    frame = reader.open(f"/embed?{state}", wait=False)
    expect(frame.locator(".swipe-day")).to_have_text(["30 Jun 2023", "Today"])
    expect(frame.locator(".embed-says")).to_have_text(
        re.compile(r"^\d+ projects · .*2 projects selected.*\d+ projects changed|changed.*2 projects selected")
    )
    expect(frame.locator(".mark-selected")).to_have_count(2)
    expect(frame.locator("#whole")).to_have_attribute("href", re.compile("compare=2023-06-30"))
    frame.locator(".swipe-day").last.click()
    expect(frame.locator(".swipe-knob")).to_have_attribute("aria-valuenow", "0")
    tinted = reader.open("/embed?shade=districts-2024", wait=False)
    expect(tinted.locator(".embed-shades .shade-swatch")).to_have_count(5)
    expect(tinted.locator(".figure span", has_text="Cát Hải")).to_be_visible()
    plain = reader.open("/embed?layer=port", wait=False)
    expect(plain.locator(".embed-says")).to_have_text(re.compile(r"^\d+ dự án$"))
    expect(plain.locator(".embed-shades")).to_be_hidden()


def test_a_filter_that_cannot_be_is_said_beside_the_paper(reader: Reader) -> None:
    page = reader.open("/in?status=nonsense", wait=False)
    expect(page.locator(".paper-says")).to_contain_text("bộ lọc")
    expect(page.locator("#go")).to_be_disabled()
    reader.complaints.clear()


def test_the_ledger_and_the_pages_of_projects_print_clean(reader: Reader) -> None:
    for path in ("/du-an", "/du-an/san-bay-tien-lang", "/van-ban/ct-02-2023", "/chi-tieu", "/thoi-han"):
        page = reader.open(path, wait=False)
        page.emulate_media(media="print", color_scheme="dark")
        for furniture in (".page-nav", ".languages", "form", ".theme-switch"):
            for one in page.locator(furniture).all():
                expect(one).not_to_be_visible()
        expect(page.locator("body")).to_have_css(
            "background-color", re.compile(r"rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\)")
        )
        eventually(page, "document.documentElement.scrollWidth <= innerWidth", True)
        document = printed(page)
        assert all(fonts(document).values())
        assert millimetres(document.pages[0])[0] == pytest.approx(210, abs=1)


@contextmanager
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """Another site, whose page frames what its address names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            frame = unquote(self.path.partition("?")[2])
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            page = f'<!doctype html><title>Báo</title><iframe src="{frame}" width="800" height="520"></iframe>'
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("site")
def test_a_site_that_is_named_shows_the_map_in_a_frame_and_no_other_does(
    server_url: str, assets: Path, tmp_path: Path, browser: Browser
) -> None:
    engine = create_engine(make_url(server_url).set(database="site"), poolclass=NullPool)
    with elsewhere() as paper:
        named = f"http://localhost:{paper.server_port}"
        settings = replace(Settings.from_env({"HAIPHONG_EMBED_ORIGINS": named}), home=tmp_path, web=assets.parent)
        with served(settings, engine) as ours:
            frame = f"{ours}/embed?status=under_construction&lang=en#map=11/20.8/106.7"
            page = browser.new_page()
            page.goto(f"{named}/?{quote(frame)}")
            inner = page.frame_locator("iframe")
            expect(inner.locator("body.is-ready h1")).to_have_text("Infrastructure map of Hải Phòng")
            expect(inner.locator(".embed-says")).to_have_text(re.compile(r"^\d+ projects$"))
            expect(inner.locator("#inset")).to_contain_text("Trường Sa")
            expect(inner.locator("#whole")).to_have_attribute(
                "href", re.compile(r"^/\?status=under_construction&lang=en#map=11/20\.8")
            )
            inner.locator(".embed-legend > summary").click()
            inner.locator('.chip[data-code="operational"]').click()
            expect(inner.locator("#whole")).to_have_attribute(
                "href", re.compile("status=under_construction,operational")
            )
            for origin, framed in (
                (f"http://127.0.0.1:{paper.server_port}", frame),
                (named, f"{ours}/"),
                (named, f"{ours}/in"),
            ):
                with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
                    page.goto(f"{origin}/?{framed}")
                assert not page.frames[1].url.startswith(ours)
            page.close()
