"""The map as of any day: the bar of time, its two clocks, two days beside each other."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser import SETTLED, eventually
from tests.factories import edit, fact, point, store
from tests.web.conftest import Reader
from tests.web.test_map import BOXES, LOCATED, told

BERTHS = "ben-3-4-lach-huyen-htit"
"""Under construction in June 2023, in service since 2025."""
SMALL = """all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())
  .filter(box => box.width < 24 || box.height < 24).length"""


def asked(page: Page, path: str) -> dict[str, Any]:
    scheme, host, *_ = urlsplit(page.url)
    answer: dict[str, Any] = page.request.get(f"{scheme}://{host}{path}").json()
    return answer


def day_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("datetime", ["today"])[0]


def stops(page: Page) -> list[str]:
    """Every day at which the bar stops, today left out."""
    line = asked(page, "/api/timeline")
    days = [one["from"] for one in line["days"] if one["from"]]
    days += [one["date"] for one in line["documents"] + line["reorganisations"]]
    today = (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()
    return sorted({day for day in days if re.fullmatch(r"\d{4}-\d\d-\d\d", day) and day < today})


def rest(page: Page, day: str) -> None:
    """Until the day that the reader moved to is in the address, and on the map."""
    eventually(page, lambda: day_of(page), day)
    page.wait_for_selector(SETTLED)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "Tình trạng tại 30/06/2023, theo dữ liệu ghi nhận đến hôm nay"),
        ("en", "The state on 30 Jun 2023, from what is recorded until today"),
    ],
)
def test_list_legend_counts_and_map_show_one_past_day(reader: Reader, lang: str, words: str) -> None:
    page = reader.open(f"/?datetime=2023-06-30&lang={lang}")
    expected = asked(page, "/api/counts?datetime=2023-06-30")
    told_of = [expected[name] for name in ("numberMatched", "located", "unlocated")]
    eventually(page, lambda: told(page)[-3:], told_of)
    eventually(page, LOCATED, expected["located"])
    for status in ("proposed", "under_construction", "operational", "unknown"):
        chip = page.locator(f'.chip[data-code="{status}"] .chip-count')
        expect(chip).to_have_text(re.compile(rf"^{expected['status'].get(status, 0)}\b"))
    assert expected["status"] != asked(page, "/api/counts")["status"]
    expect(page.locator(".time-says")).to_have_text(words)
    expect(page.locator("#day")).to_have_value("30/06/2023")


def test_today_the_bar_says_today_and_asks_for_nothing_else(reader: Reader) -> None:
    page = reader.open()
    expect(page.locator(".time-says")).to_contain_text("Tình trạng hôm nay")
    expect(page.locator(".time-today")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("datetime"))


def test_the_arrow_keys_stop_only_at_days_on_which_something_changed(reader: Reader) -> None:
    page = reader.open()
    every = stops(page)
    page.focus(".track")
    page.keyboard.press("ArrowLeft")
    rest(page, every[-1])
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    rest(page, every[-3])
    page.keyboard.press("PageDown")
    eventually(page, lambda: day_of(page) in every[:-3], True)
    page.keyboard.press("Home")
    rest(page, every[0])
    expect(page.locator(".track")).to_have_attribute(
        "aria-valuetext", re.compile("/".join(reversed(every[0].split("-"))))
    )
    page.keyboard.press("End")
    rest(page, "today")


def test_a_day_is_typed_and_one_that_is_none_is_said_at_its_field(reader: Reader) -> None:
    page = reader.open()
    page.fill("#day", "30/6/2023")
    page.keyboard.press("Enter")
    rest(page, "2023-06-30")
    page.fill("#day", "31/02/2023")
    page.keyboard.press("Enter")
    expect(page.locator("#day-wrong")).to_have_text("Không có ngày này. Điền như 30/06/2023.")
    expect(page.locator("#day")).to_have_attribute("aria-invalid", "true")
    assert day_of(page) == "2023-06-30"
    page.fill("#day", "")
    page.keyboard.press("Enter")
    rest(page, "today")
    expect(page.locator("#day-wrong")).to_be_hidden()


def test_the_day_survives_a_reload_and_the_way_back(reader: Reader) -> None:
    page = reader.open("/?layer=port")
    page.fill("#day", "30/06/2023")
    page.keyboard.press("Enter")
    rest(page, "2023-06-30")
    before = told(page)
    page.reload()
    page.wait_for_selector(SETTLED)
    eventually(page, lambda: told(page), before)
    page.get_by_role("button", name="Hôm nay").click()
    rest(page, "today")
    page.go_back()
    rest(page, "2023-06-30")
    eventually(page, lambda: told(page), before)
    expect(page.locator("#day")).to_have_value("30/06/2023")


def test_the_line_of_time_is_moved_by_mouse(reader: Reader) -> None:
    page = reader.open()
    box = page.locator(".track-line").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 12)
    every = stops(page)
    eventually(page, lambda: day_of(page) in every, True)
    middle = day_of(page)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 12, steps=5)
    page.mouse.up()
    eventually(page, lambda: day_of(page) < middle, True)
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 12)
    expect(page.locator(".track-tip")).to_contain_text(re.compile(r"\d\d/\d\d/\d{4}"))


def test_directives_and_reorganisations_are_named(reader: Reader) -> None:
    page = reader.open("/?datetime=2023-01-19")
    expect(page.locator(".time-says")).to_contain_text("Chỉ thị 02/CT-UBND")
    eventually(page, lambda: page.locator(".track-document").count() >= 2, True)
    page.get_by_role("button", name="Dữ liệu ghi nhận đến ngày nào, và các mốc").click()
    choice = page.get_by_label("Đến một mốc")
    line = asked(page, "/api/timeline")
    for one in line["reorganisations"]:
        expect(choice).to_contain_text(one["label_vi"])
    choice.select_option(line["reorganisations"][-1]["date"])
    rest(page, line["reorganisations"][-1]["date"])


def test_time_is_played_and_paused(reader: Reader) -> None:
    page = reader.open("/?datetime=2023-01-19")
    page.get_by_role("button", name="Chạy theo thời gian").click()
    page.wait_for_url(lambda url: "datetime=" in url and "2023-01-19" not in url)
    page.get_by_role("button", name="Dừng lại").click()
    expect(page.get_by_role("button", name="Chạy theo thời gian")).to_be_visible()
    still = day_of(page)
    assert still > "2023-01-19"
    page.wait_for_timeout(2600)  # one step and some more
    assert day_of(page) == still


def test_what_was_recorded_later_is_not_known_before(reader: Reader) -> None:
    page = reader.open("/?as-of=2020-01-01&datetime=2019-06-30")
    expect(page.locator(".time-says")).to_have_text("Tình trạng tại 30/06/2019, theo dữ liệu ghi nhận đến 01/01/2020")
    state = page.locator("#list .state")
    expect(state).to_contain_text("Đến ngày 01/01/2020 chưa ghi nhận dự án nào")
    state.get_by_role("button", name="Theo dữ liệu đến hôm nay").click()
    expect(page).not_to_have_url(re.compile("as-of"))
    eventually(page, lambda: sum(map(int, page.locator("#list .group-count").all_inner_texts())) > 100, True)


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("/?datetime=2023-02-31", "#day-wrong", "Không có ngày này"),
        ("/?as-of=2999-01-01", "#as-of-wrong", "Ngày này chưa tới"),
        ("/?as-of=abc", "#as-of-wrong", "Không có ngày này"),
        ("/?datetime=2024-01-01/2023-01-01", "#day-wrong", "Không có ngày này"),
    ],
)
def test_a_link_with_a_day_that_cannot_be_is_said_in_words_with_a_way_out(
    reader: Reader, path: str, field: str, words: str
) -> None:
    page = reader.open(path, wait=False)
    expect(page.locator(field)).to_contain_text(words)
    state = page.locator("#list .state-error")
    expect(state).to_contain_text(words)
    state.get_by_role("button", name="Về hôm nay").click()
    page.wait_for_selector(SETTLED)
    eventually(page, lambda: told(page)[:1] > [250], True)
    expect(page.locator(field)).to_be_hidden()
    assert all("400" in words for words in reader.complaints)
    reader.complaints.clear()


def test_a_day_to_come_as_known_then_is_refused_at_its_field(reader: Reader) -> None:
    page = reader.open()
    page.locator(".time-more").click()
    page.get_by_label("Theo dữ liệu ghi nhận đến ngày").fill("01/01/2999")
    page.keyboard.press("Enter")
    expect(page.locator("#as-of-wrong")).to_contain_text("chưa ai ghi nhận gì")
    expect(page).not_to_have_url(re.compile("as-of"))
    page.keyboard.press("Escape")
    expect(page.locator(".time-box")).to_be_hidden()


def test_a_project_shows_its_status_of_the_day_beside_that_of_today(reader: Reader) -> None:
    page = reader.open(f"/?id={BERTHS}&datetime=2023-06-30")
    panel = page.locator("#panel")
    then = asked(page, f"/api/collections/projects/items/{BERTHS}?datetime=2023-06-30")["properties"]
    assert then["status"] == "under_construction"
    expect(panel.locator(".standing-day")).to_have_text("Trạng thái ngày 30/06/2023")
    expect(panel.locator(".standing-head strong")).to_have_text("Đang thi công")
    expect(panel.locator(".standing-now")).to_contain_text("Hôm nay: Đang hoạt động")
    later = panel.locator(".step[data-later]")
    expect(later.first).to_contain_text("sau ngày đang xem")
    eventually(page, lambda: 0 < later.count() < panel.locator(".step").count(), True)
    link = panel.get_by_role("link", name="Trang riêng của dự án")
    expect(link).to_have_attribute("href", f"/du-an/{BERTHS}?datetime=2023-06-30")
    own = reader.open(f"/du-an/{BERTHS}?datetime=2023-06-30", wait=False).locator(".standing")
    expect(own).to_contain_text("Trạng thái ngày 30/06/2023")
    expect(own.locator(".standing-head strong")).to_have_text("Đang thi công")
    expect(own.locator(".standing-now")).to_contain_text("Hôm nay: Đang hoạt động")
    page.get_by_role("button", name="Hôm nay").click()
    rest(page, "today")
    expect(panel.locator(".standing-day")).to_have_count(0)


def test_a_project_that_was_withdrawn_since_is_shown_as_it_was_known(reader: Reader) -> None:
    page = reader.open(wait=False)
    gone = {"status": 410, "content_type": "application/problem+json", "body": '{"status": 410}'}
    page.route(lambda url: url.endswith(f"/items/{BERTHS}"), lambda route: route.fulfill(**gone))
    page.goto(f"{reader.site}/?id={BERTHS}&datetime=2023-06-30")
    panel = page.locator("#panel")
    expect(panel.locator(".standing-head strong")).to_have_text("Đang thi công")
    expect(panel.locator(".standing-now")).to_have_text("Hôm nay: đã được rút khỏi bản đồ.")
    assert all("410" in words for words in reader.complaints)
    reader.complaints.clear()


def test_two_days_are_compared_with_the_list_of_what_changed(reader: Reader) -> None:
    page = reader.open("/?compare=2023-06-30&layer=industrial-zone")
    answer = asked(page, "/api/changes?datetime=2023-06-30/..&layer=industrial-zone&limit=1000")
    assert answer["numberMatched"] > 5
    changes = page.locator("#changes")
    expect(changes.locator(".change")).to_have_count(answer["numberMatched"])
    expect(page.locator(".leaflet-signs-other-pane").locator(".mark, .cluster")).not_to_have_count(0)
    first = answer["changes"][0]
    row = changes.locator(f'[data-id="{first["id"]}"]')
    expect(row).to_contain_text(first["name_vi"])
    expect(row).to_contain_text(re.compile(first["after"]["status_vi"], re.IGNORECASE))
    row.click()
    expect(page.locator("#panel .panel-name")).to_have_text(first["name_vi"])
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    changes.locator(".panel-close").click()
    expect(changes).to_be_hidden()
    expect(page).not_to_have_url(re.compile("compare"))
    expect(page.locator(".swipe")).to_be_hidden()


def test_the_line_between_two_days_needs_no_dragging(reader: Reader) -> None:
    page = reader.open("/?compare=2023-06-30")
    knob = page.get_by_role("slider", name="Vạch ngăn hai ngày")
    expect(knob).to_have_attribute("aria-valuenow", "50")
    knob.focus()
    page.keyboard.press("ArrowRight")
    expect(knob).to_have_attribute("aria-valuenow", "55")
    page.keyboard.press("End")
    expect(knob).to_have_attribute("aria-valuenow", "100")
    page.locator(".swipe-right").click()
    expect(knob).to_have_attribute("aria-valuenow", "0")
    page.locator(".swipe-right").click()
    expect(knob).to_have_attribute("aria-valuenow", "50")
    box = knob.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 80, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(knob).to_have_attribute("aria-valuenow", re.compile(r"^([0-3]?\d|4[0-4])$"))
    cut = "pane => getComputedStyle(pane).clipPath"
    panes = [page.locator(f".leaflet-{name}-pane") for name in ("marker", "signs-other")]
    eventually(page, lambda: len({pane.evaluate(cut) for pane in panes}), 2)


def test_each_of_two_days_has_the_units_of_its_own_time(reader: Reader) -> None:
    page = reader.open("/?layer=airport&datetime=2023-06-30&compare=2025-08-01#map=11.25/20.82/106.68")
    left, right = page.locator(".leaflet-labels-pane"), page.locator(".leaflet-labels-other-pane")
    expect(left.locator(".place-district")).not_to_have_count(0)
    expect(right.locator(".place-unit")).not_to_have_count(0)
    expect(left.locator(".place-unit")).to_have_count(0)
    expect(right.locator(".place-district")).to_have_count(0)
    cut = re.compile("polygon")
    for pane in ("base", "base-other"):
        expect(page.locator(f".leaflet-{pane}-pane")).to_have_css("clip-path", cut)
    page.locator(".swipe-left").click()
    expect(right.locator(".place-unit")).to_have_count(0)
    page.locator(".time-compare").click()
    expect(page.locator(".swipe")).to_be_hidden()
    expect(right.locator(".place")).to_have_count(0)
    expect(page.locator(".leaflet-base-pane")).to_have_css("clip-path", "none")


def test_compare_is_switched_on_and_the_other_day_typed(reader: Reader) -> None:
    page = reader.open("/?datetime=2023-06-30")
    page.get_by_role("button", name="So sánh", exact=True).click()
    page.wait_for_selector("#changes .change")
    page.fill("#other-day", "01/02/2025")
    page.keyboard.press("Enter")
    page.wait_for_url("**compare=2025-02-01**")
    expect(page.locator(".changes-days")).to_contain_text("Từ 30/06/2023 đến 01/02/2025")
    page.fill("#other-day", "30/06/2023")
    page.keyboard.press("Enter")
    expect(page.locator("#other-day-wrong")).to_contain_text("Hai ngày trùng nhau")


def test_no_change_on_record_is_said_as_such(own_site: tuple[str, Engine], reading: Callable[[str], Reader]) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(connection, edit(geometry=point(106.68, 20.85), facts=(fact(valid_from="2020-01-01"),)))
    page = reading(site).open("/?compare=2023-06-30")
    expect(page.locator("#changes .state")).to_contain_text("Không ghi nhận thay đổi nào")
    expect(page.locator("#changes .state")).to_contain_text("Không có tin không có nghĩa là không có gì xảy ra")


def test_on_a_phone_time_is_one_line_of_the_sheet(reader: Reader) -> None:
    page = reader.open(phone=True)
    wide = "() => document.scrollingElement.scrollWidth > innerWidth"
    expect(page.locator("#day")).to_be_in_viewport(ratio=1)
    expect(page.locator(".track")).to_be_hidden()
    page.get_by_role("button", name="Lần thay đổi trước").tap()
    rest(page, stops(page)[-1])
    expect(page.locator(".tally .summary strong")).to_be_in_viewport()
    page.locator(".time-more").tap()
    expect(page.locator(".track")).to_be_in_viewport()
    expect(page.locator(".time-says")).to_contain_text("theo dữ liệu ghi nhận đến hôm nay")
    eventually(page, wide, False)
    controls = page.locator("#time button, #time input, #time select, #time .track")
    eventually(page, lambda: controls.evaluate_all(SMALL), 0)
    page.get_by_role("button", name="So sánh").tap()
    page.wait_for_selector("#changes:not([hidden]) .panel-name")
    eventually(page, wide, False)
    page.get_by_role("button", name="Đổi ngày").tap()
    expect(page.locator("#other-day")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/?datetime=2023-06-30&compare=2025-02-01", f"/?id={BERTHS}"])
def test_the_bar_of_time_covers_neither_the_islands_nor_the_sources(reader: Reader, path: str) -> None:
    page = reader.open(path)

    def covered() -> list[dict[str, float]]:
        (bar,) = page.locator("#time").evaluate_all(BOXES)
        others: list[dict[str, float]] = page.locator("#inset, #credits > *").evaluate_all(BOXES)
        return [box for box in others if box["bottom"] > bar["top"] and box["top"] < bar["bottom"]]

    eventually(page, covered, [])
    controls = page.locator("#time button, #time input, #time .track")
    eventually(page, lambda: controls.evaluate_all(SMALL), 0)


@pytest.mark.parametrize("width", [1200, 1300, 1366])
def test_two_days_fit_a_window_of_middle_width(reader: Reader, width: int) -> None:
    page = reader.open("/?compare=2023-06-30")
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(f"{reader.site}/?compare=2023-06-30")
    page.wait_for_selector("#changes .change")
    expect(page).to_have_url(re.compile(r"#map=(8\.[5-9]|9\b|10\b|11/)"))

    def fits() -> bool:
        (bar,) = page.locator("#time").evaluate_all(BOXES)
        (column,) = page.locator("#changes").evaluate_all(BOXES)
        return bool(bar["width"] > 380 and (bar["left"] >= column["right"] or bar["right"] <= column["left"]))

    eventually(page, fits, True)
