"""Planning: what lies near, what is selected, projects beside one another, distances; by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Reader

PORT, NEXT_TO_IT = "cang-chua-ve", "cang-greenport"
BAR = ".selection"


def addressed(page: Page, pattern: str) -> None:
    expect(page).to_have_url(re.compile(pattern))


def test_what_is_near_is_a_list_and_a_ring_and_can_be_left_again(reader: Reader) -> None:
    page = reader.open(f"/?id={PORT}")
    page.locator(".near").get_by_role("button", name="3 km").click()
    addressed(page, f"near={PORT},3")
    answer = page.request.get(f"{reader.site}/api/collections/projects/items/{PORT}/near?within=3000").json()
    rows = page.locator(".near-row")
    expect(rows).to_have_count(answer["numberMatched"])
    expect(page.locator(".near-head")).to_contain_text(f"{answer['numberMatched']} dự án")
    expect(rows.nth(1)).to_contain_text("Bến cảng Greenport")
    expect(rows.nth(1)).to_contain_text("630 m về phía tây bắc")
    expect(rows.nth(1)).to_contain_text("Cùng lúc từ 09/2023 đến nay")
    expect(page.locator(".near-ring")).to_have_count(1)
    expect(page.locator(".mark-near")).to_have_count(answer["numberMatched"])
    same = sum(one["together"] == "yes" for one in answer["near"])
    page.get_by_label("Chỉ dự án cùng lúc").check()
    expect(rows).to_have_count(same)
    rows.nth(1).click()
    addressed(page, f"near={PORT},3")
    page.get_by_role("button", name="Về lại quanh Bến cảng Chùa Vẽ").click()
    addressed(page, f"id={PORT}")
    page.get_by_role("button", name="Thôi xem").click()
    expect(page.locator(".near-ring")).to_have_count(0)
    assert "near=" not in page.url


def test_a_distance_is_typed_and_a_wrong_one_is_explained(reader: Reader) -> None:
    page = reader.open(f"/?id={PORT}&lang=en")
    field = page.get_by_label("Another distance in km")
    for wrong in ("51", "-1", "five"):
        field.fill(wrong)
        field.press("Enter")
        expect(page.locator("#near-wrong")).to_have_text("Type a number from 0 to 50, such as 2.5")
    field.fill("0,7")
    field.press("Enter")
    addressed(page, f"near={PORT},0.7")
    expect(page.locator(".near-row")).to_have_count(2)
    page.locator(".near").get_by_role("button", name="Select all 3").press("Enter")
    expect(page.locator(".selection-count")).to_have_text("3 projects selected")


def test_a_link_to_what_is_near_opens_it_on_the_day_that_it_names(reader: Reader) -> None:
    page = reader.open(f"/?near={PORT},1&datetime=2022-06-30")
    expect(page.locator(".near-row").first).to_be_visible()
    expect(page.locator(".near-time.is-yes")).to_have_count(0)
    expect(page.locator(".near-time").first).to_have_text("Chưa rõ có cùng lúc")


def test_shift_and_click_select_and_the_selection_is_in_the_address(reader: Reader) -> None:
    page = reader.open("/?q=cang")
    for row in (0, 1):
        page.locator("#list .row").nth(row).click(modifiers=["Shift"])
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 2 dự án")
    addressed(page, r"select=[\w-]+,[\w-]+")
    assert "&id=" not in page.url
    expect(page.locator(".mark-selected, .cluster")).not_to_have_count(0)
    page.reload()
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 2 dự án")
    chosen = re.search(r"select=([\w,-]+)", page.url)
    assert chosen
    table = page.request.get(reader.site + str(page.locator('[data-way="csv"]').get_attribute("href")))
    assert sorted(line.split(",")[0] for line in table.text().splitlines()[1:]) == sorted(chosen[1].split(","))
    page.get_by_role("button", name="Bỏ chọn").click()
    expect(page.locator(BAR)).to_be_hidden()
    assert "select=" not in page.url


def test_a_selection_has_a_bound_and_says_so(reader: Reader) -> None:
    page = reader.open("/")
    ids = [
        one["id"]
        for one in page.request.get(f"{reader.site}/api/collections/projects/items?limit=101").json()["features"]
    ]
    page.goto(f"{reader.site}/?id={ids[100]}&select={','.join(ids[:100])}")
    page.locator(".action-select").press("Enter")
    expect(page.locator(".selection-said")).to_have_text("Đã đủ 100 dự án; bỏ bớt trước khi chọn thêm.")
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 100 dự án")


def test_projects_stand_beside_one_another_and_the_keyboard_is_enough(reader: Reader) -> None:
    page = reader.open(f"/?select={PORT},kcn-trang-due-3,kcn-an-duong")
    page.locator('[data-way="compare"]').press("Enter")
    expect(page.get_by_role("dialog", name="So sánh 3 dự án")).to_be_visible()
    dialog = page.get_by_role("dialog")
    heads, row = dialog.locator("thead th"), dialog.locator("tbody tr")
    expect(heads.nth(1)).to_have_text("Bến cảng Chùa Vẽ")
    expect(row.filter(has_text="Diện tích").locator("td")).to_have_text(["20,54 ha", "652,73 ha", "196,1 ha"])
    expect(row.filter(has_text="Vốn đầu tư").locator("td")).to_have_text(["chưa rõ"] * 3)
    expect(row.filter(has_text="Việc được giao").locator("td").nth(1)).to_contain_text("hạn 2023: đạt sau hạn")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    by_area = dialog.get_by_role("button", name="Diện tích")
    by_area.press("Enter")
    expect(row.filter(has_text="Diện tích").locator("td")).to_have_text(["20,54 ha", "196,1 ha", "652,73 ha"])
    by_area.press("Enter")
    expect(heads.nth(1)).to_have_text("Khu công nghiệp Tràng Duệ 3")
    dialog.get_by_role("button", name="Bỏ Bến cảng Chùa Vẽ khỏi bảng").press("Enter")
    expect(page.get_by_role("dialog", name="So sánh 2 dự án")).to_be_visible()
    page.get_by_label("Chỉ dòng khác nhau").check()
    expect(row.filter(has_text="Lĩnh vực")).to_have_count(0)
    expect(row.filter(has_text="Diện tích")).to_have_count(1)
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="CSV").press("Enter")
    text = saved.value.path().read_text("utf-8-sig")
    assert text.splitlines()[0] == '"Dự án","Khu công nghiệp Tràng Duệ 3","Khu công nghiệp An Dương"'
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    addressed(page, "select=kcn-trang-due-3,kcn-an-duong|select=kcn-an-duong,kcn-trang-due-3")
    assert page.evaluate("document.activeElement.dataset.way") == "compare"


@pytest.mark.parametrize("phone", [False, True])
def test_nothing_of_it_lies_over_the_islands_or_out_of_the_window(reader: Reader, phone: bool) -> None:
    page = reader.open(f"/?select={PORT},{NEXT_TO_IT}", phone=phone)
    bar, inset = page.locator(BAR).bounding_box(), page.locator(".inset").bounding_box()
    assert bar
    assert inset
    window = page.viewport_size
    assert window
    assert bar["x"] >= 0
    assert bar["x"] + bar["width"] <= window["width"]
    apart = (
        bar["x"] + bar["width"] <= inset["x"]
        or bar["y"] >= inset["y"] + inset["height"]
        or bar["x"] >= inset["x"] + inset["width"]
    )
    assert apart
    small = page.locator(f"{BAR} .action").evaluate_all(
        "all => all.filter((one) => one.offsetHeight && Math.min(one.offsetHeight, one.offsetWidth) < 24).length"
    )
    assert small == 0
