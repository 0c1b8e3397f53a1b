"""Planning: what lies near, what is selected, projects beside one another, distances; by mouse and by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pyproj import CRS, Geod, Transformer

from geo import edtf
from geo.crs import VN2000
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
    old = sum(edtf.is_silent(one["last_told"], edtf.today()) for one in answer["near"])
    assert 0 < old < answer["numberMatched"]
    expect(page.locator(".near-row .row-symbol .clock")).to_have_count(old)
    same = sum(one["together"] == "yes" for one in answer["near"])
    page.get_by_label("Chỉ dự án cùng lúc").check()
    expect(rows).to_have_count(same)
    rows.nth(1).click()
    addressed(page, f"near={PORT},3")
    page.get_by_role("button", name="Về lại quanh Bến cảng Chùa Vẽ").click()
    addressed(page, f"id={PORT}")
    page.get_by_role("button", name="Thôi xem").click()
    expect(page.locator(".near-ring")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("near="))


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
    expect(page).not_to_have_url(re.compile("&id="))
    expect(page.locator(".mark-selected, .cluster")).not_to_have_count(0)
    page.reload()
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 2 dự án")
    chosen = re.search(r"select=([\w,-]+)", page.url)
    assert chosen
    table = page.request.get(reader.site + str(page.locator('[data-way="csv"]').get_attribute("href")))
    assert sorted(line.split(",")[0] for line in table.text().splitlines()[1:]) == sorted(chosen[1].split(","))
    page.get_by_role("button", name="Bỏ chọn").click()
    expect(page.locator(BAR)).to_be_hidden()
    expect(page).not_to_have_url(re.compile("select="))


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
    page = reader.open(f"/?select={PORT},kcn-trang-due-3,kcn-an-duong,cau-may-chai")
    page.locator('[data-way="compare"]').press("Enter")
    expect(page.get_by_role("dialog", name="So sánh 4 dự án")).to_be_visible()
    dialog = page.get_by_role("dialog")
    heads, row = dialog.locator("thead th"), dialog.locator("tbody tr")
    expect(heads.nth(1)).to_have_text("Bến cảng Chùa Vẽ")
    areas = row.filter(has_text="Diện tích").locator("td")
    expect(areas).to_have_text(["20,54 ha", "652,73 ha", "196,1 ha", "chưa rõ"])
    expect(row.filter(has_text="Vốn đầu tư").locator("td").last).to_have_text("2.000 tỷ đồng")
    expect(row.filter(has_text="Căn cứ").locator("td").first.get_by_role("link")).to_contain_text("cảng biển Hải Phòng")
    expect(row.filter(has_text="Việc được giao").locator("td").nth(1)).to_contain_text("hạn 2023: đạt sau hạn")
    expect(dialog.locator(":focus")).to_have_count(1)
    by_area = dialog.get_by_role("button", name="Diện tích")
    by_area.press("Enter")
    expect(areas).to_have_text(["20,54 ha", "196,1 ha", "652,73 ha", "chưa rõ"])
    by_area.press("Enter")
    expect(heads.nth(1)).to_have_text("Khu công nghiệp Tràng Duệ 3")
    expect(areas).to_have_text(["652,73 ha", "196,1 ha", "20,54 ha", "chưa rõ"])
    for name in ("Bến cảng Chùa Vẽ", "Cầu Máy Chai (cầu Hoàng Gia)"):
        dialog.get_by_role("button", name=f"Bỏ {name} khỏi bảng").press("Enter")
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
    compare = page.locator('[data-way="compare"]')
    expect(compare).to_be_focused()
    compare.press("Enter")
    dialog.get_by_role("button", name="Bỏ Khu công nghiệp An Dương khỏi bảng").press("Enter")
    page.keyboard.press("Escape")
    expect(compare).to_be_disabled()
    expect(page.locator('[data-way="show"]')).to_be_focused()
    page.locator('[data-way="clear"]').press("Enter")
    expect(page.locator("#map")).to_be_focused()


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


def tool(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")
    expect(page.locator(".tool-body > *").first).to_be_visible()


def test_lengths_areas_and_vn2000_are_those_of_another_library(reader: Reader) -> None:
    page = reader.open("/", wait=False)
    places = [(102.5 + i * 1.37 % 15, 6.5 + i * 0.731 % 17) for i in range(300)]
    places += [(106.6 + i * 0.0173 % 0.33, 20.7 + i * 0.0117 % 0.25) for i in range(100)]
    ring = [(106.60, 20.80), (106.80, 20.78), (106.83, 20.93), (106.71, 20.88), (106.62, 20.95)]
    told = page.evaluate(
        """async ([places, ring]) => {
          const { distance, ringMeasure, vn2000 } = await import("/assets/src/geodesy.js")
          const at = ([lng, lat]) => ({ lat, lng })
          return { grid: places.map((place) => vn2000(at(place))),
            lengths: places.map((place, i) => distance(at(place), at(places[(i + 7) % places.length]))),
            ring: ringMeasure(ring.map(at)) }
        }""",
        [places, ring],
    )
    to_grid = Transformer.from_crs("OGC:CRS84", CRS(VN2000["EPSG:9210"]), always_xy=True)
    earth = Geod(ellps="WGS84")
    for i, place in enumerate(places):
        east, north = to_grid.transform(*place)
        assert abs(told["grid"][i]["east"] - east) < 0.01
        assert abs(told["grid"][i]["north"] - north) < 0.01
        other = places[(i + 7) % len(places)]
        assert abs(told["lengths"][i] - earth.inv(*place, *other)[2]) < 0.001
    area, around = earth.polygon_area_perimeter([east for east, _ in ring], [north for _, north in ring])
    assert told["ring"]["area"] == pytest.approx(abs(area), abs=1)
    assert told["ring"]["perimeter"] == pytest.approx(around, abs=0.001)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("20,865 106,684", (20.865, 106.684)),
        ("20.865, 106.684", (20.865, 106.684)),
        ("106.684,20.865", (20.865, 106.684)),
        ("20,865; 106,684", (20.865, 106.684)),
        ("20°51'54\" 106°41'02,4\"", (20.865, 106.684)),
        ("2308290,657 596992,810", (20.865, 106.684)),
        ("596.992,81 2.308.290,66", (20.865, 106.684)),
        ("48,85 2,35", None),
        ("20,865", None),
        ("cầu Rào", None),
    ],
)
def test_a_place_is_typed_as_people_write_it(coordinates: Page, typed: str, place: tuple[float, float] | None) -> None:
    asked = "async (text) => (await import('/assets/src/geodesy.js')).parsePlace(text)"
    found = coordinates.evaluate(asked, typed)
    assert (found is None) == (place is None)
    if place is not None:
        assert (found["lat"], found["lng"]) == pytest.approx(place, abs=2e-7)


@pytest.fixture(scope="module")
def coordinates(browser: Browser, site: str) -> Iterator[Page]:
    """One page for all that is typed."""
    page = browser.new_page()
    page.goto(site + "/api/docs")
    yield page
    page.close()


def test_a_distance_is_measured_with_the_mouse_and_finished_with_the_keyboard(reader: Reader) -> None:
    page = reader.open("/#map=12/20.86/106.68")
    assert not [
        name
        for name in page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
        if "geodesy" in name
    ]
    page.get_by_role("button", name="Đo khoảng cách, diện tích").click()
    expect(page.locator(".tool-result")).to_have_text("Nhấn lên bản đồ để đặt điểm đầu.")
    for x, y in ((560, 520), (760, 420)):
        page.mouse.click(x, y)
    expect(page.locator(".tool-corners li")).to_have_count(2)
    expect(page.locator(".panel:visible")).to_have_count(0)
    corners = page.locator(".tool-place > span:first-child").all_text_contents()
    ends = [tuple(float(part.replace(",", ".")) for part in text.split("; ")) for text in corners]
    length = Geod(ellps="WGS84").inv(ends[0][1], ends[0][0], ends[1][1], ends[1][0])[2]
    expect(page.locator(".tool-result")).to_have_text(re.compile(r" km$"))
    shown = page.locator(".tool-result").text_content()
    assert shown is not None
    assert float(shown.removesuffix(" km").replace(",", ".")) * 1000 == pytest.approx(length, abs=1)
    page.locator('[data-do="add"]').press("Enter")
    expect(page.locator(".tool-corners li")).to_have_count(3)
    page.locator('[data-do="undo"]').press("Enter")
    page.locator('[data-do="finish"]').press("Enter")
    page.mouse.click(660, 300)
    expect(page.locator(".tool-corners li")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".tool-card")).to_be_hidden()
    expect(page.locator(".sketch")).to_have_count(0)


def test_an_area_is_measured_from_typed_corners_alone(reader: Reader) -> None:
    page = reader.open("/?lang=en")
    tool(page, "Measure distance and area")
    page.get_by_role("button", name="Area", exact=True).press("Enter")
    field = page.get_by_label("Coordinates of a point")
    for corner in ("20.80, 106.60", "20.80, 106.70", "20.90, 106.70", "20.90 106.60"):
        field.fill(corner)
        field.press("Enter")
    area, around = Geod(ellps="WGS84").polygon_area_perimeter([106.6, 106.7, 106.7, 106.6], [20.8, 20.8, 20.9, 20.9])
    expect(page.locator(".tool-result")).to_have_text(
        f"{area / 1e6:.3f} km² ({area / 1e4:,.1f} ha) · perimeter {around / 1e3:.3f} km"
    )
    field.fill("here")
    field.press("Enter")
    expect(page.locator("#measure-wrong")).to_contain_text("were not understood")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Measure distance and area", exact=True)).to_be_focused()


def test_a_box_a_radius_and_an_outline_select_what_stands_in_them(reader: Reader) -> None:
    page = reader.open("/?layer=port#map=12/20.86/106.70")
    ports = [
        one
        for one in page.request.get(f"{reader.site}/api/collections/port/items?limit=500").json()["features"]
        if one["geometry"]
    ]
    tool(page, "Chọn dự án trên bản đồ")
    page.get_by_role("button", name="Hộp").press("Enter")
    page.get_by_label("Góc thứ nhất").fill("20,80 106,68")
    page.get_by_label("Góc đối diện").fill("20,90 106,78")
    page.get_by_label("Góc đối diện").press("Enter")
    at = [one["geometry"]["coordinates"] for one in ports]
    boxed = sum(106.68 <= east <= 106.78 and 20.80 <= north <= 20.90 for east, north in at)
    assert 5 < boxed < len(ports)
    expect(page.locator(".selection-count")).to_have_text(f"Đã chọn {boxed} dự án")
    page.get_by_label("Bỏ ra thay vì thêm vào").check()
    page.get_by_role("button", name="Bán kính").press("Enter")
    page.get_by_label("Tâm", exact=True).select_option("typed")
    page.get_by_label("Tọa độ gõ vào").fill("20,86 106,73")
    page.get_by_label("Bán kính, km").fill("2,5")
    page.get_by_label("Bán kính, km").press("Enter")
    earth = Geod(ellps="WGS84")
    left = boxed - sum(
        106.68 <= east <= 106.78 and 20.80 <= north <= 20.90 and earth.inv(106.73, 20.86, east, north)[2] <= 2500
        for east, north in at
    )
    assert left < boxed
    expect(page.locator(".selection-count")).to_have_text(f"Đã chọn {left} dự án")
    page.get_by_role("button", name=re.compile("^Bỏ cả")).press("Enter")
    expect(page.locator(BAR)).to_be_hidden()
    page.get_by_label("Bỏ ra thay vì thêm vào").uncheck()
    page.get_by_role("button", name="Khoanh").click()
    page.mouse.move(500, 200)
    page.mouse.down()
    for x, y in ((950, 200), (950, 640), (500, 640)):
        page.mouse.move(x, y, steps=3)
    page.mouse.up()
    expect(page.locator(".tool-said")).to_have_text(re.compile(r"Đã thêm [3-6]\d dự án"))


def test_a_press_selects_while_the_tool_is_open_and_opens_when_it_is_not(reader: Reader) -> None:
    page = reader.open(f"/?ids={PORT}#map=15/20.8601/106.727")
    sign = page.locator(".mark").first
    tool(page, "Chọn dự án trên bản đồ")
    sign.click(force=True)
    expect(page.locator(".selection-count")).to_have_text("Đã chọn 1 dự án")
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator(".mark-selected").click()
    expect(page.locator("#panel")).to_be_visible()
