"""The search field suggests all that the city knows by name, number or place; keys and thumbs reach it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browser import SETTLED, eventually
from tests.web.conftest import Reader

ROWS = ".find-row"


def typing(page: Page, words: str) -> None:
    page.click("#q")
    page.keyboard.type(words)
    expect(page.locator(".find-filter")).to_contain_text(words)


def test_the_field_is_a_combobox_and_the_keyboard_alone_opens_a_project(reader: Reader) -> None:
    page = reader.open()
    field = page.get_by_role("combobox", name="Tìm dự án, địa bàn")
    typing(page, "kcn do s")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox", name="Gợi ý")).to_be_visible()
    expect(page.get_by_role("group", name="Dự án").get_by_role("option").first).to_contain_text(
        "Khu công nghiệp Đồ Sơn"
    )
    expect(page.locator("#voice")).to_contain_text("gợi ý")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))  # nothing is chosen by itself
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "?")
    page.keyboard.press("End")
    expect(page.locator(ROWS).last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-name")).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile("id=kcn-do-son"))
    assert "q=" not in page.url.split("#")[0]


def test_enter_without_a_choice_filters_the_list_as_ever(reader: Reader) -> None:
    page = reader.open()
    typing(page, "lach huyen")
    page.keyboard.press("Enter")
    expect(page.locator(".find")).to_be_hidden()
    page.wait_for_url("**q=lach%20huyen**")
    expect(page.locator(".summary strong")).to_have_text("10 dự án")


def test_escape_closes_the_suggestions_and_then_the_project(reader: Reader) -> None:
    page = reader.open("/?id=kcn-do-son")
    expect(page.locator("#panel .panel-name")).to_be_visible()
    page.focus("#q")
    expect(page.locator(".find")).to_have_count(1)
    expect(page.locator(".find")).to_be_hidden()  # focus alone opens nothing
    page.keyboard.press("ArrowDown")
    expect(page.locator(".find")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".find")).to_be_hidden()
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_an_old_district_filters_and_its_code_finds_it_too(reader: Reader) -> None:
    page = reader.open()
    typing(page, "huyện cát hải")
    row = page.locator(ROWS).first
    expect(row.locator(".find-detail")).to_have_text("đến 30/06/2025 · nay là Đặc khu Cát Hải")
    expect(row.locator("mark")).to_have_text(["Huyện Cát Hải"])
    row.click()
    page.wait_for_url("**district=2025-01-huyen-cat-hai**")
    expect(page.locator("#pick-district .picker-value")).to_have_text("Huyện Cát Hải")
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # the answer comes before the typist's pause ends
    page.click("#q")
    page.keyboard.type("303@2024")
    page.clock.run_for(50)  # the picture that shows the letters, after which they are asked about
    expect(page.get_by_role("group", name="Mã đơn vị").get_by_role("option")).to_contain_text("Quận Hồng Bàng")
    page.clock.run_for(1_000)
    assert "q=" not in page.url.split("#")[0]  # a code is no name: the list behind stays


def test_a_clause_is_a_page_and_an_act_shows_its_projects(reader: Reader) -> None:
    page = reader.open("/?lang=en")
    typing(page, "II.2.1")
    page.locator(ROWS).first.click()
    page.wait_for_url("**/van-ban/ct-02-2023?lang=en#ii.2.1")
    page = reader.open(
        "/?lang=en"
    )  # a slow answer would have filtered the list, and its words stood in the field again
    typing(page, "41/NQ")
    expect(page.locator(ROWS).first).to_contain_text("19 projects have sources that name it")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**ids=**")
    expect(page.locator(".summary")).to_contain_text("19 projects")


def test_a_pair_of_vn2000_is_marked_told_and_copied(reader: Reader) -> None:
    page = reader.open()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    typing(page, "2300893,3 620547,5")
    expect(page.locator(ROWS).first).to_have_attribute("data-kind", "place")
    expect(page.locator(f"{ROWS} .find-title").first).to_have_text("20,79681° B, 106,90982° Đ")
    expect(page.locator(ROWS)).to_have_count(2)  # one for each zone
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.locator("#spot")
    expect(card.get_by_role("heading")).to_be_focused()
    expect(card).to_contain_text("EPSG:9210")
    expect(card).to_contain_text("X 2.300.893,3; Y 620.547,5")
    expect(card).to_contain_text("EPSG:9209")
    card.get_by_role("button", name="Chép WGS 84").click()
    expect(card).to_contain_text("Đã chép")
    eventually(page, "navigator.clipboard.readText()", "20.796807, 106.909822")
    pin, spot = page.locator(".pin").bounding_box(), card.bounding_box()
    assert pin
    assert spot
    assert pin["x"] > spot["x"] + spot["width"]
    page.reload()
    page.wait_for_selector(SETTLED)
    expect(card.get_by_role("heading")).to_have_text("20,79681° B, 106,90982° Đ")
    card.get_by_role("button", name="Đóng").click()
    expect(page.locator(".pin")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("point="))


def test_recent_searches_stay_on_this_device_until_they_are_cleared(reader: Reader) -> None:
    page = reader.open()
    page.click("#q")
    expect(page.get_by_role("group", name="Có thể tìm").get_by_role("option")).to_have_count(6)
    page.get_by_role("option").first.click()  # an example is typed for the reader
    expect(page.locator("#q")).to_have_value("kcn đồ sơn")
    expect(page.locator(ROWS).first).to_contain_text("Khu công nghiệp Đồ Sơn")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-name")).to_be_visible()
    page.reload()
    page.wait_for_selector(SETTLED)
    page.click("#q")
    recent = page.get_by_role("group", name="Tìm gần đây").get_by_role("option")
    expect(recent).to_have_count(1)
    expect(recent).to_contain_text("Khu công nghiệp Đồ Sơn")
    page.get_by_role("button", name="Xóa các lần tìm gần đây").click()
    expect(recent).to_have_count(0)
    eventually(page, "localStorage.getItem('recent-searches')", None)


def test_what_others_wrote_into_the_memory_of_the_browser_leads_nowhere_else(reader: Reader) -> None:
    page = reader.open()
    stored = [{"kind": "project", "title_vi": "<img src=x onerror=alert(1)>", "href": "//evil.example/"},
              {"kind": "text", "title_vi": "<b>cảng</b>"}, None, 7]  # fmt: skip
    page.evaluate("kept => localStorage.setItem('recent-searches', kept)", json.dumps(stored))
    page.click("#q")
    recent = page.get_by_role("group", name="Tìm gần đây").get_by_role("option")
    expect(recent).to_have_count(1)
    expect(recent).to_contain_text("<b>cảng</b>")


def test_nothing_found_says_the_way_out_and_markup_stays_text(reader: Reader) -> None:
    page = reader.open()
    typing(page, "<img src=x>zz")
    expect(page.locator(".find-note")).to_contain_text("Không có gì khớp “<img src=x>zz”")
    expect(page.locator(".find-note")).to_contain_text("02/CT-UBND")
    expect(page.locator(".find img")).to_have_count(0)


def test_coordinates_out_of_reach_are_told_as_such(reader: Reader) -> None:
    page = reader.open()
    typing(page, "52.5 13.4")
    expect(page.locator(".find-note")).to_contain_text("nằm ngoài vùng nhận được: vĩ độ 6–24, kinh độ 102–118")
    page.fill("#q", "")
    typing(page, "zzqq 52.5 13.4")
    expect(page.locator(".find-note")).to_contain_text("Thử một từ ngắn hơn")


def test_a_hostile_name_is_marked_as_text(own_site: tuple[str, Any], reading: Any) -> None:
    from tests.factories import edit, store

    address, engine = own_site
    name = "Cảng <b onclick=x>🏗️ Thử</b> {{7*7}}"
    with engine.begin() as connection:
        store(connection, edit("cang-thu", name_vi=name))
        assert connection.execute(text("SELECT count(*) FROM feature")).scalar_one() == 1
    page = reading(address).open()
    typing(page, "thử")
    expect(page.locator(f"{ROWS} .find-title").first).to_have_text(name)
    expect(page.locator(".find mark")).to_have_text(["Thử"])


def test_on_a_phone_suggestions_fill_the_screen_for_a_thumb(reader: Reader) -> None:
    page = reader.open(phone=True)
    page.tap("#q")
    expect(page.locator(".find")).to_be_visible()
    page.keyboard.type("cat hai")
    expect(page.locator(".find-filter")).to_contain_text("cat hai")
    box = page.locator(".find").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    # The field stands above them, however high the sheet stood before.
    above = "const [q, list] = ['#q', '.find'].map((one) => document.querySelector(one).getBoundingClientRect());"
    eventually(page, f"() => {{ {above} return q.top >= 0 && q.bottom <= list.top; }}", True)
    assert all(row.bounding_box()["height"] >= 44 for row in page.locator(ROWS).all())  # type: ignore[index]
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.locator(ROWS).first.tap()
    expect(page.locator(".find")).to_be_hidden()
    page.wait_for_url("**district=2025-07-dac-khu-cat-hai**")


WORK_MS = 250
"""Of the page's thread, from the last key to the suggestions: work and not the clock; five times what it takes."""


def test_a_suggestion_costs_the_page_little_work(reader: Reader) -> None:
    page = reader.open()
    page.click("#q")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked_ms() -> float:
        told = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
        return float(told["TaskDuration"]) * 1000

    worked = []
    for words in ("cat", "do s", "303", "vinh", "tram y"):
        page.fill("#q", "")
        page.wait_for_selector('[data-kind="example"]')
        page.keyboard.type(words[:-1])
        expect(page.locator(".find-filter")).to_contain_text(words[:-1].strip())
        began = worked_ms()
        page.keyboard.press(words[-1])
        expect(page.locator(".find-filter")).to_contain_text(words)
        worked.append(worked_ms() - began)
    assert sorted(worked)[len(worked) // 2] < WORK_MS, worked


def test_a_name_that_no_project_bears_leads_from_the_empty_list_to_the_investor(reader: Reader) -> None:
    page = reader.open("/?q=vingroup")
    way = page.locator(".state").get_by_role("button", name="vingroup · 6 dự án")
    expect(page.locator(".state")).to_contain_text("Danh sách lọc theo tên dự án. Những chữ này còn là:")
    way.click()
    expect(page).to_have_url(re.compile(r"\?ids=cang-bien-nam-do-son,"))
    expect(page.locator(".summary")).to_contain_text("6 dự án")
    expect(page.locator("#q")).to_have_value("")
    plain = reader.open("/?q=khong-co-gi-nhu-the&lang=en")
    expect(plain.locator(".state")).to_contain_text("Remove a filter")


def test_the_list_that_leads_elsewhere_also_clears_the_filters(reader: Reader) -> None:
    page = reader.open("/?q=vingroup")
    expect(page.locator(".state").get_by_role("button", name="vingroup · 6 dự án")).to_be_visible()
    clear = page.locator(".state").get_by_role("button", name="Bỏ lọc")
    clear.focus()
    clear.press("Enter")
    expect(page.locator("#list .row").first).to_be_visible()
    expect(page.locator("#q")).to_have_value("")
