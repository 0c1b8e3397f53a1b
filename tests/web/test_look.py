"""How the map looks: names that leave the data alone, groups that say what they hold, light and dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import eventually
from tests.web.conftest import Reader

NEAR_AND_FAR = range(8, 17)
PLACES = ("20.86/106.68", "20.80/106.95", "20.72/106.55")
COLLISIONS = """() => {
  const box = (node) => node.getBoundingClientRect();
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const names = [...document.querySelectorAll(".place span")];
  const signs = [...document.querySelectorAll(".mark .sign, .cluster .donut")];
  return names.flatMap((name, i) => [...names.slice(i + 1), ...signs].filter((other) => meet(box(name), box(other)))
    .map((other) => `${name.textContent} × ${other.textContent}`));
}"""
FURNITURE = """() => {
  const seen = [...document.querySelectorAll(".map-button, .inset, .map-controls:not(.is-open) ~ .credits > *, .time, .finder")].map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width && one.checkVisibility());
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const out = ({ left, top, right, bottom }) => left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
  return seen.flatMap(([one, box], i) => [...(out(box) ? [`${one.className} is cut`] : []),
    ...seen.slice(i + 1).filter(([other, its]) => !one.contains(other) && meet(box, its)).map(([other]) => `${one.className} × ${other.className}`)]);
}"""  # noqa: E501
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
IS_DARK = re.compile(r"rgb\((\d|[1-5]\d), (\d|[1-5]\d), (\d|[1-5]\d)\)")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_name_lies_over_a_name_or_a_sign_from_zoom_8_to_16(reader: Reader, phone: bool) -> None:
    page = reader.open("/", phone=phone, dark=phone)
    named = 0
    for zoom in NEAR_AND_FAR:
        for place in PLACES:
            page.evaluate(f"location.hash = 'map={zoom}/{place}'")
            page.evaluate(PAINTED)
            eventually(page, COLLISIONS, [])
            named += page.locator(".place span").count()
    assert named > (60 if phone else 200)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_button_lies_over_the_inset_or_another_at_any_size_of_window(reader: Reader, lang: str) -> None:
    page = reader.open(f"/?lang={lang}")
    expect(page.locator(".legend")).to_have_attribute("open", "")
    for width, height in ((1440, 900), (1024, 768), (844, 390), (390, 844), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        eventually(page, FURNITURE, [])
        if page.locator(".map-button.more").is_visible():
            page.locator(".map-button.more").click()
            expect(page.locator(".map-button.share")).to_be_visible()
            eventually(page, FURNITURE, [])
            page.locator(".map-button.more").click()
            expect(page.locator(".map-button.share")).to_be_hidden()


def test_a_group_says_how_many_of_each_status_it_holds(reader: Reader) -> None:
    page = reader.open("/#map=10/20.86/106.68")
    group = page.locator(".cluster[aria-label]").first
    expect(group).to_have_attribute("aria-label", re.compile("dự án"))
    said = group.get_attribute("aria-label") or ""
    total, parts = re.match(r"(\d+) dự án[^:]*: (.+)", said).groups()  # type: ignore[union-attr]
    assert int(total) == sum(int(part.split()[0]) for part in parts.split(", "))
    group.hover()
    tip = page.locator(".tip .hint-tally li")
    expect(tip).to_have_count(len(parts.split(", ")))
    assert sum(int(number) for number in tip.locator("b").all_inner_texts()) == int(total)


def test_what_stands_at_one_point_is_fanned_out_and_goes_back(reader: Reader) -> None:
    page = reader.open("/#map=17/20.7925/106.701")
    group = page.locator(".cluster[aria-label*='Thủ tục đầu tư, 1 Đang thi công']")
    group.hover()
    expect(page.locator(".tip")).to_have_count(1)
    group.evaluate("node => node.click()")
    expect(page.locator(".mark-fan")).to_have_count(2)
    expect(page.locator(".tip")).to_have_count(0)  # what it tells stands there now
    page.locator("#map").press("Escape")
    page.mouse.click(700, 200)
    expect(page.locator(".mark-fan")).to_have_count(0)


def test_a_group_opens_by_the_space_bar_too(reader: Reader) -> None:
    page = reader.open("/#map=17/20.7925/106.701")
    where = page.locator("#map")
    where.focus()
    said = page.locator("#voice")
    for step in range(1, 13):
        where.press("ArrowRight")
        expect(said).to_have_text(re.compile(rf"\b{step} trên"))  # the voice waits for the reader to hear the end
        if "phím cách mở nhóm" in said.inner_text():
            break
    where.press("Space")
    expect(page.locator(".mark-fan")).to_have_count(2)


@pytest.mark.parametrize("path", ["/", "/chi-tieu", "/api", "/du-an"])
def test_a_page_is_as_dark_as_the_system_wishes(reader: Reader, path: str) -> None:
    page = reader.open(path, dark=True, wait=path == "/")
    expect(page.locator("body")).to_have_css("background-color", IS_DARK)


def test_the_chosen_appearance_holds_on_every_page_and_the_other_choice_gives_it_back(reader: Reader) -> None:
    page = reader.open("/")
    page.get_by_role("button", name="Giao diện tối").click()
    eventually(page, "localStorage.theme", "dark")
    page.goto(reader.site + "/chi-tieu", wait_until="commit")
    page.wait_for_selector("body")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Giao diện tối").click()
    eventually(page, "localStorage.theme", "auto")
    expect(page.locator("body")).not_to_have_css("background-color", IS_DARK)


def test_without_a_script_a_page_follows_the_system(reader: Reader) -> None:
    page = reader.open("/chi-tieu", dark=True, script=False)
    expect(page.locator("body")).to_have_css("background-color", IS_DARK)
    assert page.get_by_role("button", name="Giao diện tối").count() == 0
