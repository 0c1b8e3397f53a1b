"""Units of three generations on the map: those of the day, what became of one that is no more, numbers by unit."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import eventually
from tests.web.conftest import Reader, settled
from tests.web.test_map import counts, told
from tests.web.test_time import asked

THUY_NGUYEN = "2024-huyen-thuy-nguyen"


def names(page: Page, collection: str) -> set[str]:
    units = asked(page, f"/api/collections/{collection}/items?limit=1000")["features"]
    return {unit["properties"]["name"] for unit in units}


def numbers(page: Page, collection: str, query: str = "") -> dict[str, Any]:
    return asked(page, f"/api/counts/units?generation={collection}{query}")


@pytest.mark.parametrize(
    ("day", "kind", "collection", "units"),
    [
        ("2023-06-30", "district", "districts-2024", 15),
        ("2025-02-01", "district", "districts-2025-01", 15),
        ("", "unit", "units-2025-07", 114),
    ],
)
def test_the_map_names_the_units_that_there_were_on_the_day(
    reader: Reader, day: str, kind: str, collection: str, units: int
) -> None:
    query = "?q=zzzz" + (f"&datetime={day}" if day else "")  # without a sign on the map every name has room
    page = reader.open(f"/{query}#map=10.5/20.84/106.67")
    every = names(page, collection)
    shown = page.locator(f".place-{kind} span")
    assert len(asked(page, f"/api/collections/{collection}/items?limit=1000")["features"]) == units
    eventually(page, lambda: shown.count() >= 10 and set(shown.all_inner_texts()) <= every, True)
    other = "unit" if kind == "district" else "district"
    expect(page.locator(f".place-{other}")).to_have_count(0)
    reader.complaints.clear()


def test_before_the_merger_hai_duong_is_a_neighbour(reader: Reader) -> None:
    page = reader.open("/?datetime=2025-06-30&q=zzzz#map=9.75/20.85/106.5")
    expect(page.locator(".place-province", has_text="Hải Dương")).to_have_count(1)
    after = reader.open("/?datetime=2025-07-01&q=zzzz#map=9.75/20.85/106.5")
    expect(after.locator(".place-province", has_text="Hải Dương")).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True])
def test_who_is_far_from_the_city_is_led_back(reader: Reader, phone: bool) -> None:
    page = reader.open("/?lang=en#map=7/10.2/113.1", phone=phone)
    back, place = page.get_by_role("button", name="Back to Hải Phòng"), page.locator(".leaflet-marker-icon")
    expect(back).to_be_in_viewport(ratio=1)
    back.click()
    expect(back).to_be_hidden()
    expect(place.first).to_be_in_viewport()
    expect(page.get_by_role("button", name="See the whole city")).to_be_focused()


def test_the_land_beyond_the_neighbours_comes_when_it_is_looked_at(reader: Reader) -> None:
    page = reader.open("/?q=zzzz#map=11/20.8/106.7")
    fog, land = page.locator(".leaflet-fog-pane svg"), "**/basemap/far-land.geojson"
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.extend(re.findall("far-land", request.url)))
    widest = "() => Math.max(...[...document.querySelectorAll('.leaflet-base-pane path')].map(p => p.getBBox().width))"
    page.route(land, lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed", lambda request: "far-land" in request.url):
            page.click(".map-button.minus")
    expect(fog).to_have_count(1)  # without it the neighbours' land fades out as before
    assert page.evaluate(widest) < page.viewport_size["width"]  # type: ignore[index]
    page.unroute(land)
    page.click(".map-button.minus")
    expect(fog).to_have_count(0)
    eventually(page, lambda: page.evaluate(widest) > page.viewport_size["width"], True)  # type: ignore[index]
    assert len(asked_for) == 3
    page.click(".map-button.minus")
    page.wait_for_load_state("networkidle")
    assert len(asked_for) == 3  # once it is there it is not asked for again
    reader.complaints.clear()


def test_the_picker_offers_the_units_of_today_first_and_those_of_the_day_shown(reader: Reader) -> None:
    page = reader.open()
    page.click("#pick-district .picker-button")
    groups = page.locator("#pick-district .picker-group")
    expect(groups).to_have_text(
        [
            "Đơn vị hiện nay (từ 01/07/2025)",
            "Quận, huyện, thành phố (01/01 – 30/06/2025)",
            "Quận, huyện (đến 31/12/2024)",
            "Phường, xã, thị trấn (đến 31/12/2024)",
        ]
    )
    past = reader.open("/?datetime=2023-06-30")
    past.click("#pick-district .picker-button")
    first = past.locator("#pick-district .picker-group").first
    expect(first).to_have_text("Quận, huyện (đến 31/12/2024) · ngày đang xem")


def test_several_units_are_chosen_by_keyboard(reader: Reader) -> None:
    page = reader.open()
    page.click("#pick-district .picker-button")
    page.keyboard.type("quan do son")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.fill("#pick-district .picker-input", "huyen cat hai")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page, "district=[^&#]*,")
    chosen = page.url.split("district=")[1].split("#")[0].split("&")[0]
    assert len(chosen.split(",")) == 2
    eventually(page, lambda: told(page)[:1], [counts(page, f"district={chosen}")["numberMatched"]])
    expect(page.locator("#pick-district .picker-value")).to_have_text("Đồ Sơn, Cát Hải")


@pytest.mark.parametrize("phone", [False, True])
def test_an_abolished_district_lists_its_projects_and_says_what_became_of_it(reader: Reader, phone: bool) -> None:
    page = reader.open(f"/?district={THUY_NGUYEN}", phone=phone)
    number = counts(page, f"district={THUY_NGUYEN}")["numberMatched"]
    assert number > 20
    eventually(page, lambda: told(page)[:1], [number])
    if phone:
        page.locator(".handle").click()
    line = page.locator(".became")
    expect(line).to_contain_text("Huyện Thủy Nguyên có đến 31/12/2024; nay là:")
    today = asked(page, f"/api/collections/districts-2024/items/{THUY_NGUYEN}/successors")["today"]
    line.get_by_role("button", name=re.compile(r"và \d+ đơn vị khác")).click()
    expect(line.locator("li")).to_have_count(len(today))
    line.get_by_role("button", name=today[0]["full_name"]).click()
    settled(page, f"district={today[0]['id']}")
    expect(line).to_be_hidden()


def test_numbers_by_unit_are_those_of_the_day_and_each_opens_its_projects(reader: Reader) -> None:
    page = reader.open("/?datetime=2023-06-30")
    page.get_by_role("button", name="Số dự án theo địa bàn").click()
    settled(page, "shade=districts-2024")
    expected = numbers(page, "districts-2024", "&datetime=2023-06-30")
    card = page.locator("#shade")
    card.locator("summary").click()
    rows = card.locator(".shade-row")
    listed = {unit["full_name"]: unit["numberMatched"] for unit in expected["units"] if unit["numberMatched"]}
    wanted = {name: str(number) for name, number in listed.items()}
    eventually(page, lambda: dict(row.rsplit("\n", 1) for row in rows.all_inner_texts()), wanted)
    assert card.locator(".shade-legend li").count() <= 5
    expect(page.locator(".leaflet-tint-pane path")).to_have_count(15)
    expect(page.locator(".leaflet-marker-pane")).to_be_hidden()
    biggest = max(expected["units"], key=lambda unit: unit["numberMatched"])
    rows.first.focus()
    page.keyboard.press("Enter")
    settled(page, f"district={biggest['id']}")
    eventually(page, lambda: biggest["numberMatched"] in told(page), True)
    expect(card).to_be_hidden()
    expect(page.locator(".leaflet-tint-pane path")).to_have_count(0)


def test_numbers_of_one_status_and_those_without_a_unit(reader: Reader) -> None:
    page = reader.open("/?shade=units-2025-07&status=proposed")
    card = page.locator("#shade")
    expected = numbers(page, "units-2025-07", "&status=proposed")
    expect(card.locator(".shade-note")).to_contain_text(f"{expected['numberMatched']} dự án khớp bộ lọc")
    card.get_by_label("Số dự án theo địa bàn").select_option("districts-2025-01")
    settled(page, "shade=districts-2025-01")
    without = numbers(page, "districts-2025-01", "&status=proposed")["unassigned"]
    card.get_by_role("button", name=f"Chưa xác định: {without} dự án").click()
    settled(page, "district=chua-xac-dinh")
    eventually(page, lambda: told(page)[:1], [without])
    expect(page.locator("#pick-district .picker-value")).to_have_text("Chưa xác định")


def test_numbers_by_unit_on_a_phone_stand_in_the_sheet(reader: Reader) -> None:
    page = reader.open(phone=True)
    page.get_by_role("button", name="Công cụ bản đồ").tap()
    page.get_by_role("button", name="Số dự án theo địa bàn").tap()
    expect(page.locator(".shade-legend")).to_be_in_viewport()
    expect(page.locator(".figure span").first).to_be_visible()
    eventually(page, "document.scrollingElement.scrollWidth > innerWidth", False)
    page.get_by_role("button", name="Thôi tô màu theo địa bàn").tap()
    expect(page.locator("#shade")).to_be_hidden()
