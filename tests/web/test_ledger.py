"""The pages of the ledger in a real Chromium: by mouse, by keyboard, on a phone, on paper, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import SETTLED, eventually
from tests.web.conftest import Reader

PAGES = ("/van-ban", "/van-ban/ct-02-2023", "/chi-tieu", "/thoi-han", "/du-an", "/du-an/kcn-trang-due-3")


def test_a_clause_leads_to_its_projects_without_a_script(reader: Reader) -> None:
    page = reader.open("/van-ban", script=False)
    page.get_by_role("link", name="Chỉ thị 02/CT-UBND", exact=True).click()
    clause = page.locator(".clause").filter(has=page.get_by_text("II.2.1", exact=True))
    row = clause.locator(".row").filter(has_text="Khu công nghiệp Tràng Duệ 3")
    expect(row).to_contain_text("Đang thi công")
    expect(row).to_contain_text("phải đạt Thủ tục thành lập")
    expect(row).to_contain_text("hạn 2023")
    expect(row).to_contain_text("Đạt sau hạn")
    expect(clause.locator(".nowhere")).to_contain_text("Nêu một nhóm, không nêu tên")
    row.get_by_role("link", name="Khu công nghiệp Tràng Duệ 3").click()
    expect(page.locator("#chi-dao")).to_contain_text("Đạt sau hạn")
    page.locator("#chi-dao").get_by_role("link", name="Chỉ thị 02/CT-UBND, mục II.2, ý 1").click()
    expect(page).to_have_url(f"{reader.site}/van-ban/ct-02-2023#ii.2.1")


@pytest.mark.parametrize(
    ("target", "number", "projects"),
    [
        ("2023-lach-huyen-berths-3-6", "Đã ghi nhận", "2 dự án"),
        ("2021-model-communes-pilot", "Giao", "8 dự án"),
        ("2023-model-communes-from-2022-cat-hai", "Chưa rõ", "5 dự án"),
        ("2023-new-industrial-parks", "Đạt sau hạn", "3 dự án"),
        ("2023-health-stations", "Đã ghi nhận", "18 dự án"),
        ("2023-parks", "Chưa rõ", "24 dự án"),
    ],
)
def test_each_number_of_the_ledger_opens_its_rows_on_the_map(
    reader: Reader, target: str, number: str, projects: str
) -> None:
    page = reader.open("/chi-tieu", wait=False)
    link = page.locator(f"[id='{target}'] td[data-label='{number}'] a")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(SETTLED)
    expect(page.locator(".summary")).to_have_text(re.compile(rf"^\s*{projects}"))
    numbers = page.locator("#list .group-count").all_inner_texts()
    assert sum(map(int, numbers)) == int(projects.split()[0])


def test_deadlines_are_sifted_without_a_script(reader: Reader) -> None:
    page = reader.open("/thoi-han", script=False)
    page.get_by_role("link", name="quá hạn").click()
    expect(page.locator(".standing-group")).to_have_count(1)
    page.get_by_label("Địa bàn").select_option("2024-huyen-cat-hai")
    page.get_by_role("button", name="Xem").click()
    expect(page).to_have_url(re.compile("district=2024-huyen-cat-hai"))
    expect(page).to_have_url(re.compile("verdict=late"))
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("Cái Giá")


def test_the_panel_of_the_map_tells_ordered_against_recorded(reader: Reader) -> None:
    page = reader.open("/?id=kcn-giang-bien-2")
    order = page.locator("#panel .order").filter(has_text="mục II.2")
    expect(order).to_contain_text("Quá hạn")
    expect(order.get_by_role("link")).to_have_attribute("href", "/van-ban/ct-02-2023#ii.2.1")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(reader: Reader, path: str) -> None:
    for lang in ("vi", "en"):
        page = reader.open(f"{path}?lang={lang}", phone=True, wait=False)
        eventually(page, "document.documentElement.scrollWidth <= 390", True)
        expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_on_paper_nothing_is_left_that_only_a_screen_can_use(reader: Reader, path: str) -> None:
    page = reader.open(path, wait=False)
    page.emulate_media(media="print")
    for only_on_screen in (".page-nav", ".languages", ".sift", ".choices", ".subscribe"):
        for one in page.locator(only_on_screen).all():
            expect(one).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize(("path", "lang"), [("/thoi-han", "en"), ("/chi-tieu", "vi"), ("/du-an", "en")])
def test_a_day_is_typed_as_dd_mm_yyyy_in_both_languages_without_a_script(reader: Reader, path: str, lang: str) -> None:
    page = reader.open(f"{path}?lang={lang}", script=False)
    field = page.locator("form.sift input[name=datetime]")
    expect(field).to_have_attribute("placeholder", "dd/mm/yyyy")
    field.fill("30.6.2023")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]datetime=2023-06-30"))
    expect(field).to_have_value("30/06/2023")
    expect(page.locator(".as-on")).to_contain_text("30 Jun 2023" if lang == "en" else "30/06/2023")


def test_a_day_that_cannot_be_is_told_at_a_field_where_it_is_mended(reader: Reader) -> None:
    page = reader.open("/thoi-han?datetime=31/02/2023&layer=port", script=False)
    field = page.locator("input[name=datetime]")
    expect(field).to_have_value("31/02/2023")
    expect(page.locator("#day-wrong")).to_contain_text("“31/02/2023” không phải là ngày xem được")
    field.fill("28/02/2023")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/thoi-han\?(?=.*datetime=2023-02-28)(?=.*layer=port)"))
    reader.complaints.clear()  # the browser tells of the 400
