"""The map with the city's real projects: what is filtered, found, shown and said."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import Engine

from tests.browser import SETTLED, eventually
from tests.factories import edit, point, store, store_directive, store_mandate
from tests.web.conftest import Reader, settled

LOCATED = """() => [...document.querySelectorAll('.leaflet-marker-pane > *')].reduce((sum, mark) =>
  sum + (mark.classList.contains('cluster') ? Number(mark.querySelector('.donut-count').textContent) : 1), 0)"""

BOXES = "all => all.map(one => one.getBoundingClientRect().toJSON())"


def listed(page: Page) -> int:
    """How many rows the list has, in all its groups; only those in sight are in the page."""
    return sum(int(number) for number in page.locator("#list .group-count").all_inner_texts())


def told(page: Page) -> list[int]:
    """The numbers of the summary: all, on the map, without a place."""
    numbers = [int(n.replace(".", "")) for n in re.findall(r"[\d.]+", page.locator(".summary").inner_text())]
    return [*numbers, 0] if len(numbers) == 2 else numbers


def are_apart(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two boxes of the page share no point."""
    return a["right"] <= b["left"] or b["right"] <= a["left"] or a["bottom"] <= b["top"] or b["bottom"] <= a["top"]


def counts(page: Page, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = page.request.get(
        f"{page.url.split('/', 3)[0]}//{page.url.split('/')[2]}/api/counts?{query}"
    ).json()
    return answer


def tells(page: Page, query: str) -> None:
    """The summary has the numbers of the server's own count."""
    expected = counts(page, query)
    eventually(page, lambda: told(page), [expected[name] for name in ("numberMatched", "located", "unlocated")])


def test_the_map_opens_with_every_project_of_the_city(reader: Reader) -> None:
    page = reader.open()
    expected = counts(page)
    tells(page, "")
    assert expected["numberMatched"] > 250
    eventually(page, LOCATED, expected["located"])
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_an_official_picks_the_district_without_typing_accents(reader: Reader) -> None:
    page = reader.open()
    page.click("#pick-district .picker-button")
    page.keyboard.type("cat hai")
    expect(page.get_by_role("option", name="Huyện Cát Hải").first).to_be_visible()
    expect(page.get_by_role("option", name="Đặc khu Cát Hải")).to_be_visible()
    page.fill("#pick-district .picker-input", "huyen cat hai")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page, "district=2024-huyen-cat-hai")
    tells(page, "district=2024-huyen-cat-hai")
    expect(page.locator("#pick-district .picker-value")).to_have_text("Huyện Cát Hải")


def test_list_and_map_show_the_same_projects(reader: Reader) -> None:
    page = reader.open("/?district=2024-huyen-cat-hai")
    total, located, unlocated = told(page)
    assert 20 < total < 120
    assert listed(page) == total
    rows = page.request.get(f"{reader.site}/api/rows?district=2024-huyen-cat-hai&window=200").json()["rows"]
    assert sum(row["point"] is None for row in rows) == unlocated
    eventually(page, LOCATED, located)


def test_the_legend_is_the_filter_of_statuses(reader: Reader) -> None:
    page = reader.open()
    chip = page.locator('.chip[data-code="under_construction"]')
    number = int(chip.locator(".chip-count").inner_text().split()[0])
    chip.click()
    settled(page, "status=under_construction")
    eventually(page, lambda: told(page)[:1], [number])
    rows = page.locator("#list .row-more").all_inner_texts()
    assert rows
    assert all("Đang thi công" in words for words in rows)
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.chip[data-code="operational"] .chip-count')).not_to_have_text(re.compile(r"^0\b"))


def test_a_search_without_accents_finds_do_son(reader: Reader) -> None:
    page = reader.open()
    page.fill("#q", "do son")
    settled(page, "q=do%20son")
    names = page.locator("#list .row-name").all_inner_texts()
    assert any("Đồ Sơn" in name for name in names)
    assert told(page)[0] == counts(page, "q=do%20son")["numberMatched"] == listed(page)


def test_sectors_can_be_joined(reader: Reader) -> None:
    page = reader.open()
    page.click("#pick-layer .picker-button")
    page.keyboard.type("cang")
    page.keyboard.press("Enter")
    page.fill("#pick-layer .picker-input", "du lich")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page, "layer=[^&#]*,")
    tells(page, page.url.split("?")[1].split("#")[0])
    expect(page.locator("#list .group")).to_have_count(2)


def test_the_whole_state_survives_a_reload_and_the_way_back(reader: Reader) -> None:
    page = reader.open("/?layer=port&status=operational#map=12.5/20.8450/106.7600")
    before = told(page)
    assert before[0] == counts(page, "layer=port&status=operational")["numberMatched"]
    page.locator("#list .row").first.click()
    page.wait_for_selector("#panel .timeline, #panel .quiet")
    expect(page).to_have_url(re.compile("&id="))
    chosen = page.url
    page.reload()
    page.wait_for_selector(SETTLED)
    page.wait_for_selector("#panel .panel-name")
    eventually(page, lambda: told(page), before)
    eventually(page, lambda: page.url.split("#")[0], chosen.split("#")[0])
    expect(page).to_have_url(re.compile("#map=12.5/"))
    expect(page.locator("#list .row[aria-current]")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("id="))
    page.go_forward()
    expect(page.locator("#panel .panel-name")).to_be_visible()


def test_a_project_tells_its_status_since_when_and_on_whose_word(reader: Reader) -> None:
    page = reader.open("/?id=khu-du-lich-quoc-te-doi-rong")
    panel = page.locator("#panel")
    expect(panel.locator("h2")).to_have_text("Khu du lịch quốc tế Đồi Rồng")
    history = page.request.get(
        f"{reader.site}/api/collections/projects/items/khu-du-lich-quoc-te-doi-rong/history"
    ).json()
    expect(panel.locator(".step")).to_have_count(len(history["facts"]))
    expect(panel.locator(".order")).to_have_count(len(history["mandates"]))
    expect(panel.locator(".step").first).to_contain_text("08/12/2025")
    expect(panel.locator(".timeline")).to_contain_text("Chỉ thị 02/CT-UBND, mục II.2")
    links = panel.locator(".step-source a").evaluate_all("links => links.map(a => [a.protocol, a.rel])")
    assert links
    assert all(protocol in ("https:", "http:") and "noopener" in rel for protocol, rel in links)
    expect(panel.get_by_role("link", name="Trang riêng của dự án")).to_have_attribute(
        "href", "/du-an/khu-du-lich-quoc-te-doi-rong"
    )


@pytest.mark.parametrize(
    ("lang", "several", "one"),
    [
        ("vi", "· ghi nhận từ 06/2020 · gần nhất 08/12/2025", "· theo nguồn ngày 19/01/2023"),
        ("en", "· on record from Jun 2020 · latest 8 Dec 2025", "· according to a source of 19 Jan 2023"),
    ],
)
def test_a_status_says_how_long_it_is_on_record_and_never_bare_since(
    reader: Reader, lang: str, several: str, one: str
) -> None:
    for project, words in (("khu-du-lich-quoc-te-doi-rong", several), ("ccn-dung-tien-giang-bien", one)):
        panel = reader.open(f"/?id={project}&lang={lang}")
        expect(panel.locator("#panel .standing-head span")).to_have_text(words)
        page = reader.open(f"/du-an/{project}?lang={lang}", wait=False)
        expect(page.locator(".standing-head span")).to_have_text(words)


def test_an_order_shows_how_the_project_was_named_where_its_quote_does_not(
    own_site: tuple[str, Engine], reading: Callable[[str], Reader]
) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(connection, edit(geometry=point(106.68, 20.85)))
        store_directive(connection)
        store_mandate(connection, "cang-a", named_as="bến số 3, 4")
    reader = reading(site)
    for path in ("/?id=cang-a", "/du-an/cang-a"):
        order = reader.open(path, wait=False).locator(".order")
        expect(order).to_contain_text("Được nêu là: bến số 3, 4")
        expect(order).to_contain_text("“Hoàn thành cảng A”")
    english = reader.open("/?id=cang-a&lang=en").locator(".order")
    expect(english).to_contain_text("Named as: bến số 3, 4")
    expect(english).to_contain_text("Directive 02/CT-UBND, II.2.3")
    with engine.begin() as connection:
        store_mandate(connection, "cang-a", named_as="cảng A")
    expect(reader.open("/?id=cang-a").locator(".order")).not_to_contain_text("nêu là")


@pytest.mark.parametrize(
    ("lang", "other", "words"),
    [
        ("vi", "en", ("Trụ T3 cao 214,8 m.", "hiểu biết chung; độ dài đường nối khớp 3.955 m công bố")),
        ("en", "vi", ("Pylon T3 is 214.8 m high.", "the length of the connecting line matches the published 3,955 m")),
    ],
)
def test_notes_and_sources_are_in_the_language_of_the_reader(
    reader: Reader, lang: str, other: str, words: tuple[str, str]
) -> None:
    panel = reader.open(f"/?id=cap-treo-cat-hai-phu-long&lang={lang}").locator("#panel")
    for text in words:
        expect(panel).to_contain_text(text)
    assert panel.locator(f'.quiet[lang="{other}"], .quiet [lang="{other}"]').count() == 0


def test_a_note_that_only_the_other_language_has_is_shown_and_marked(
    own_site: tuple[str, Engine], reading: Callable[[str], Reader]
) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(connection, edit(geometry=point(106.68, 20.85), notes="Chưa rõ chủ đầu tư.", references=["a"]))
        store(connection, edit("cang-b", geometry=point(106.7, 20.85), location_source_en="placed on the shore"))
    english = reading(site).open("/?id=cang-a&lang=en")
    expect(english.locator('#panel p[lang="vi"]')).to_have_text("Chưa rõ chủ đầu tư.")
    vietnamese = reading(site).open("/?id=cang-b")
    expect(vietnamese.locator('#panel span[lang="en"]')).to_have_text("placed on the shore")


def test_a_project_without_a_place_is_in_the_list_and_says_so(reader: Reader) -> None:
    page = reader.open()
    rows = page.request.get(f"{reader.site}/api/rows?district=2024-huyen-cat-hai&window=200").json()["rows"]
    page = reader.open(f"/?ids={next(row['id'] for row in rows if row['point'] is None)}")
    row = page.locator("#list .row", has=page.locator(".row-mark"))
    expect(row).to_contain_text("chưa rõ vị trí")
    row.click()
    expect(page.locator("#panel .note")).to_contain_text("Chưa nguồn nào cho biết vị trí")
    assert page.get_by_role("button", name="Xem trên bản đồ").count() == 0


def test_pointing_at_a_row_lights_its_sign(reader: Reader) -> None:
    page = reader.open("/?layer=airport")
    page.locator("#list .row:not(:has(.row-mark))").first.hover()
    expect(page.locator(".mark-lit")).to_have_count(1)
    page.locator("h1").hover()
    expect(page.locator(".mark-lit")).to_have_count(0)


def test_a_group_of_projects_opens(reader: Reader) -> None:
    page = reader.open("/?layer=port")
    before = page.url
    page.locator(".cluster").first.click()
    eventually(page, lambda: page.url != before or page.locator(".mark-fan").count() > 0, True)


@pytest.mark.parametrize("hand", ["button", "keys", "wheel"])
def test_what_is_pressed_while_the_map_zooms_adds_up(reader: Reader, hand: str) -> None:
    page = reader.open("/?layer=port#map=9/20.86/106.68")
    for step in range(4):  # the first begins, the others come while it zooms
        if hand == "wheel":
            page.locator("#map").dispatch_event("wheel", {"deltaY": -100, "clientX": 900, "clientY": 450})
            page.wait_for_timeout(60)  # Leaflet gathers what turns within 40 ms
        elif hand == "keys":
            page.locator("#map").press("+" if step else "-")
        else:
            page.locator(".map-button.plus").dispatch_event("click")
    zoom = {"button": 13, "keys": 11, "wheel": r"1[12](\.\d+)?"}[hand]  # a notch of the wheel is less than a zoom
    expect(page).to_have_url(re.compile(rf"#map={zoom}/"))


@pytest.mark.parametrize(("pressed", "zoom"), [(["home"], "10"), (["home", "plus", "plus"], "12")])
def test_a_place_that_is_gone_to_while_the_map_zooms_is_reached(reader: Reader, pressed: list[str], zoom: str) -> None:
    page = reader.open("/?layer=port#map=13/20.5/106.9")
    for button in ["plus", "plus", *pressed]:
        page.locator(f".map-button.{button}").dispatch_event("click")
    expect(page).to_have_url(re.compile(rf"#map={zoom}"))


def test_english_is_one_switch_away_and_stays(reader: Reader) -> None:
    page = reader.open("/?layer=port")
    page.click('[data-lang="en"]')
    settled(page, "lang=en")
    expect(page.locator("h1")).to_have_text("Infrastructure map")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".summary")).to_contain_text("projects")
    expect(page.locator('.chip[data-code="operational"] .chip-label')).to_have_text("Operational")
    page.reload()
    page.wait_for_selector(SETTLED)
    expect(page.locator("h1")).to_have_text("Infrastructure map")


def test_nothing_found_says_so_and_offers_the_way_out(reader: Reader) -> None:
    page = reader.open("/?q=zzzz")
    expect(page.locator("#list .state")).to_contain_text("Không có dự án nào khớp")
    page.locator("#list .state button").click()
    tells(page, "")


def test_a_server_that_does_not_answer_is_told_and_tried_again(reader: Reader) -> None:
    page = reader.open()
    page.route("**/api/counts*", lambda route: route.abort())
    page.locator('.chip[data-code="proposed"]').click()
    expect(page.locator("#list .state-error")).to_contain_text("Không kết nối được máy chủ")
    page.unroute("**/api/counts*")
    page.get_by_role("button", name="Thử lại").click()
    tells(page, "status=proposed")
    assert all("ERR_FAILED" in words for words in reader.complaints)
    reader.complaints.clear()


@pytest.mark.parametrize(
    ("lang", "body", "words"),
    [
        ("vi", '{"numberMa', "Không đọc được câu trả lời"),
        ("en", "<html>proxy</html>", "The server’s answer cannot be read"),
    ],
)
def test_an_answer_that_cannot_be_read_is_said_as_such(reader: Reader, lang: str, body: str, words: str) -> None:
    page = reader.open(f"/?lang={lang}")
    page.locator(".legend").evaluate("(legend) => { legend.open = true; }")
    page.route("**/api/counts*", lambda route: route.fulfill(status=200, body=body, content_type="application/json"))
    page.locator('.chip[data-code="proposed"]').click()
    state = page.locator("#list .state-error")
    expect(state).to_contain_text(words)
    expect(state).not_to_contain_text("()")
    page.unroute("**/api/counts*")
    state.get_by_role("button").first.click()
    expect(state).to_have_count(0)
    assert "status=proposed" in page.url
    page.context.set_offline(True)
    page.locator('.chip[data-code="operational"]').click()
    expect(state).to_contain_text("không có mạng" if lang == "vi" else "offline")
    page.context.set_offline(False)
    state.get_by_role("button").first.click()
    expect(state).to_have_count(0)
    assert "status=proposed,operational" in page.url
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in reader.complaints)
    reader.complaints.clear()


def test_a_page_whose_first_request_fails_is_never_left_blank(reader: Reader) -> None:
    page = reader.open("/?q=", wait=False)
    page.route("**/api/catalog", lambda route: route.abort())
    page.reload()
    expect(page.locator("#list .state-error")).to_be_visible()
    page.unroute("**/api/catalog")
    page.get_by_role("button", name="Thử lại").click()
    page.wait_for_selector(SETTLED)
    tells(page, "")
    reader.complaints.clear()


def test_a_name_that_several_units_bear_offers_them(reader: Reader) -> None:
    page = reader.open("/?district=tan-dan")
    choice = page.locator("#list .state")
    expect(choice).to_contain_text("Chọn một trong các đơn vị cùng tên")
    expect(choice).not_to_contain_text("Chưa tải được")
    expect(choice).not_to_contain_text("2024-xa")
    choice.get_by_role("button", name="Phường Tân Dân, Thành phố Chí Linh · 01/01 – 30/06/2025").click()
    settled(page, "district=2025-01-phuong-tan-dan-chi-linh")
    assert all("400" in words for words in reader.complaints)
    reader.complaints.clear()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/?district=xyz", "Không quận, huyện, phường hay xã nào tên “xyz”. Chọn lại ở ô Địa bàn"),
        ("/?layer=xyz", "Bỏ lọc để xem mọi dự án"),
        ("/?id=xyz", "Không có dự án với mã “xyz”"),
        ("/du-an/xyz", "Không có trang này"),
    ],
)
def test_what_goes_wrong_is_said_in_the_language_of_the_reader(reader: Reader, path: str, words: str) -> None:
    page = reader.open(path, wait=False)
    expect(page.locator("body")).to_contain_text(words)
    for english in ("There is no", "answers to", "is not known", "No district"):
        expect(page.locator("body")).not_to_contain_text(english)
    reader.complaints.clear()


def test_a_database_that_is_away_is_said_in_vietnamese(reader: Reader) -> None:
    page = reader.open()
    body = '{"type": "urn:haiphong:problem:store-unreachable", "status": 503, "detail": "The database is away."}'
    page.route("**/api/counts*", lambda route: route.fulfill(status=503, body=body))
    page.locator('.chip[data-code="proposed"]').click()
    expect(page.locator("#list .state-error")).to_contain_text("Cơ sở dữ liệu chưa trả lời. Thử lại sau ít giây")
    expect(page.locator("#list .state-error")).not_to_contain_text("The database")
    reader.complaints.clear()


def test_a_unit_is_named_with_its_time_and_drawn_in_all_that_its_name_means(reader: Reader) -> None:
    button = "#pick-district .picker-button"
    dated = reader.open("/?district=2024-quan-hong-bang")
    expect(dated.locator(button)).to_contain_text("đến 31/12/2024")
    expect(dated.locator(".leaflet-mask-pane path")).to_have_count(2)
    both = reader.open("/?district=hong-bang")
    expect(both.locator(button)).to_contain_text("2 giai đoạn")
    expect(both.locator(button)).to_contain_text("Quận Hồng Bàng")
    expect(both.locator(".leaflet-mask-pane path")).to_have_count(3)


def test_the_list_tells_the_units_of_the_day(reader: Reader) -> None:
    first = reader.open().locator("#list .row-place-words").first
    expect(first).to_contain_text(re.compile("^(Phường|Xã|Đặc khu) "))
    now = reader.open("/?district=2024-huyen-cat-hai").locator("#list .row-place-words").first
    expect(now).to_contain_text("Đặc khu Cát Hải")
    then = reader.open("/?district=2024-huyen-cat-hai&datetime=2024-06-30").locator("#list .row-place-words").first
    expect(then).to_contain_text(re.compile("^(Thị trấn|Xã|Huyện) "))


def test_a_project_that_a_link_opens_stands_beside_the_buttons_of_the_map(reader: Reader) -> None:
    page = reader.open("/?id=kcn-do-son")

    def covered() -> list[dict[str, float]]:
        (sign,) = page.locator(".mark-chosen").evaluate_all(BOXES)
        return [box for box in page.locator(".map-group").evaluate_all(BOXES) if not are_apart(box, sign)]

    expect(page.locator(".mark-chosen")).to_have_count(1)
    expect(page.locator("#panel .panel-name")).to_be_visible()
    page.wait_for_function("document.body.classList.contains('has-panel') && !document.getAnimations().length")
    eventually(page, covered, [])


@pytest.mark.parametrize("phone", [False, True])
def test_the_inset_covers_no_project_that_was_sought(reader: Reader, phone: bool) -> None:
    page = reader.open("/?district=hong-bang", phone=phone)

    def covered() -> list[dict[str, float]]:
        (inset,) = page.locator("#inset").evaluate_all(BOXES)
        outline: list[dict[str, float]] = page.locator(".leaflet-mask-pane path[stroke-linejoin]").evaluate_all(BOXES)
        return [box for box in outline[1:] if not are_apart(box, inset)]

    eventually(page, covered, [])
    (frame,) = page.locator("#inset svg").evaluate_all(BOXES)
    for name in page.locator("#inset text").evaluate_all(BOXES):
        assert frame["left"] + 2 < name["left"]
        assert name["right"] < frame["right"] - 2


def test_the_keyboard_alone_reaches_a_project(reader: Reader) -> None:
    page = reader.open("/?layer=airport")
    page.keyboard.press("Tab")  # the link that skips to the list
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#list .row").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .panel-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#list .row").nth(1)).to_be_focused()


def test_escape_closes_the_project_wherever_the_focus_is(reader: Reader) -> None:
    page = reader.open("/?id=khu-du-lich-quoc-te-doi-rong")
    expect(page.locator("#panel .timeline")).to_be_visible()
    page.click("#pick-district .picker-button")
    page.keyboard.press("Escape")
    expect(page.locator("#pick-district .picker-box")).to_be_hidden()
    expect(page.locator("#panel")).to_be_visible()
    page.focus("#q")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


@pytest.mark.parametrize(("lang", "label"), [("vi", "Chỉ thị 02/CT-UBND, mục"), ("en", "Directive 02/CT-UBND")])
def test_clauses_are_told_by_name_and_never_by_code(reader: Reader, lang: str, label: str) -> None:
    panel = reader.open(f"/?id=khu-du-lich-quoc-te-doi-rong&lang={lang}").locator("#panel")
    expect(panel.locator(".order").first).to_be_visible()
    page = reader.open(f"/du-an/khu-du-lich-quoc-te-doi-rong?lang={lang}", wait=False).locator("main")
    for place in (panel, page):
        expect(place.locator(".orders, .sources").filter(has_text=label)).not_to_have_count(0)
        expect(place).not_to_contain_text("ct-02-2023")


def test_a_page_has_no_heading_without_anything_beneath(
    own_site: tuple[str, Engine], reading: Callable[[str], Reader]
) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(connection, edit(geometry=point(106.68, 20.85)))
    page = reading(site).open("/du-an/cang-a", wait=False)
    expect(page.locator("h1")).to_be_visible()
    assert page.get_by_role("heading", name="Thông số").count() == 0
    expect(page.get_by_text("Xem trên bản đồ")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Xem trên bản đồ")).to_be_hidden()


def test_the_online_background_is_asked_for_only_when_it_is_switched_on(reader: Reader) -> None:
    page = reader.open()
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page.context.route("https://tile.openstreetmap.org/**", refuse)
    before = page.url
    page.mouse.move(900, 450)
    page.mouse.wheel(0, -400)
    expect(page).not_to_have_url(before)
    assert asked == []
    page.get_by_role("button", name="Nền OpenStreetMap").click()
    eventually(page, lambda: bool(asked), True)
    expect(page.locator(".toast")).to_contain_text("Không tải được nền trực tuyến")
    assert {address.split("/")[2] for address in reader.foreign} == {"tile.openstreetmap.org"}
    reader.foreign.clear()
    reader.complaints.clear()


def test_hoang_sa_and_truong_sa_stand_on_every_view(reader: Reader) -> None:
    page = reader.open("/#map=14/20.85/106.70")
    for words in ("QĐ. Hoàng Sa", "QĐ. Trường Sa"):
        expect(page.locator("#inset")).to_contain_text(words)
    country = reader.open("/#map=6/14/110")
    for words in ("Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)"):
        expect(country.locator(".place-archipelago", has_text=words)).to_have_count(1)
    expect(page.locator("#credits")).to_contain_text("không phải ranh giới pháp lý")


@pytest.mark.parametrize("view", ["9.5/20.80/106.60", "10.5/20.80/106.70", "11.5/20.85/106.65", "13/20.85/106.68"])
def test_names_on_the_map_are_whole_and_never_over_one_another(reader: Reader, view: str) -> None:
    page = reader.open(f"/#map={view}")
    expect(page.locator(".place span").first).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => null)")

    def wrong() -> list[Any]:
        boxes: list[dict[str, float]] = page.locator(".place span").evaluate_all(BOXES)
        furniture: list[dict[str, float]] = page.locator(".map-group, .inset, .credits > *").evaluate_all(BOXES)
        out = [a for a in boxes if a["left"] < 415 or a["right"] > 1441 or a["top"] < -1 or a["bottom"] > 901]
        others = [*boxes, *furniture]
        return out + [(a, b) for i, a in enumerate(boxes) for b in others[i + 1 :] if not are_apart(a, b)]

    eventually(page, wrong, [])


BODIES = """() => [...document.querySelectorAll(".cluster, .mark .sign use")]
    .filter((node) => !node.href || /#(body|status)-/.test(node.href.baseVal)).map((node) => {
        const { left, top, right, bottom, width } = node.getBoundingClientRect();
        const corner = node.href ? 1 : 0.05 * width + 1;
        return { left: left + corner, top: top + corner, right: right - corner, bottom: bottom - corner };
    })"""
"""Of every sign its body, of every group its disc without the empty corners."""


@pytest.mark.parametrize("view", ["10/20.85/106.65", "12/20.90/106.60", "13/20.86/106.68", "14/20.93/106.68"])
def test_no_sign_is_drawn_over_another(reader: Reader, view: str) -> None:
    page = reader.open(f"/#map={view}")
    expect(page.locator(".mark, .cluster").first).to_be_visible()

    def covered() -> list[Any]:
        boxes: list[dict[str, float]] = page.evaluate(BODIES)
        assert boxes
        return [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if not are_apart(a, b)]

    eventually(page, covered, [])


def test_a_phone_shows_the_map_above_a_sheet_and_never_scrolls_sideways(reader: Reader) -> None:
    page = reader.open(phone=True)
    wide = "() => document.scrollingElement.scrollWidth > innerWidth"
    eventually(page, wide, False)
    page.locator(".handle").click()
    sheet = "document.querySelector('#finder').getBoundingClientRect()"
    eventually(page, f"{sheet}.y < 450 && {sheet}.width <= 390", True)
    page.locator("#list .row").first.click()
    expect(page.locator("#panel .panel-name")).to_be_visible()
    eventually(page, wide, False)
    page.locator("#panel .panel-close").click()
    expect(page.locator("#panel")).to_be_hidden()


def test_on_a_phone_what_is_sought_can_be_seen(reader: Reader) -> None:
    page = reader.open("/?status=under_construction,operational", phone=True)
    expect(page.locator("#finder")).to_have_attribute("data-stop", "peek")
    expect(page.get_by_text("Đang thi công, Đang hoạt động").first).to_be_in_viewport(ratio=1)
    page.fill("#q", "do son")
    settled(page, "q=do%20son")
    page.keyboard.press("Enter")  # the suggestions go, the list is left
    expect(page.locator(".find")).to_be_hidden()
    expect(page.locator("#list .row").first).to_be_in_viewport()
    expect(page.locator(".legend > summary")).to_contain_text("Đang thi công, Đang hoạt động")
    expect(page.locator(".legend-chosen")).to_be_visible()
    page.locator(".legend > summary").click()
    expect(page.locator(".legend-chosen")).to_be_hidden()
    other = reader.open(phone=True)
    other.click("#pick-layer .picker-button")
    expect(other.locator("#finder")).to_have_attribute("data-stop", "half")


def test_the_legend_explains_how_the_map_is_drawn(reader: Reader) -> None:
    page = reader.open()
    drawn = page.locator(".legend-drawn")
    expect(drawn.locator("ul").first).to_be_hidden()
    drawn.locator("summary").click()
    expect(drawn.locator("h3")).to_have_text(["Vị trí", "Độ mới của tin", "Tiến độ"])
    words = ["Đo đạc", "Theo bản đồ", "Gần đúng", "Chỉ biết xã", "Cả xã, khi chỉ biết xã"]
    words += ["Diện tích đã biết, ranh giới chưa có", "Tin cũ hơn 24 tháng", "Chậm tiến độ", "Tạm dừng"]
    expect(drawn.locator(".drawn")).to_have_text(words)
    expect(page.locator(".legend-group", has_text="Tiến độ")).to_have_count(2)
    page.locator('.chip[data-code="proposed"]').click()
    settled(page, "status=proposed")
    expect(drawn.locator("ul").first).to_be_visible()


def test_projects_that_share_a_place_are_fanned_out(
    own_site: tuple[str, Engine], reading: Callable[[str], Reader]
) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(connection, *(edit(f"cang-{n}", geometry=point(106.7, 20.85), name_vi=f"Cảng {n}") for n in "abc"))
    page = reading(site).open("/#map=17/20.85/106.70")
    expect(page.locator(".cluster")).to_have_count(1)
    page.locator(".cluster").click()
    expect(page.locator(".mark-fan")).to_have_count(3)
    page.locator(".mark-fan").nth(1).click()
    expect(page.locator("#panel .panel-name")).to_contain_text("Cảng")
