"""The list as the map's equal: every row can be reached, in any order, by hand and by key; as a file it is the same."""

import csv
import io
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import SETTLED, eventually
from tests.web.conftest import Reader


def rows(page: Page, query: str = "", **more: Any) -> list[dict[str, Any]]:
    asked = "&".join([query, *(f"{name}={value}" for name, value in more.items())]).strip("&")
    found: list[dict[str, Any]] = page.request.get(f"{page.url.split('/?')[0].rstrip('/')}/api/rows?{asked}").json()[
        "rows"
    ]
    return found


FOCUSED = "#list .row:focus .row-name"


def test_the_keyboard_reaches_every_row_of_a_list_that_is_never_whole_in_the_page(reader: Reader) -> None:
    page = reader.open("/?group=none")
    every = [row["name_vi"] for row in rows(page, window=200)] + [
        row["name_vi"] for row in rows(page, offset=200, window=200)
    ]
    page.locator("#list .row").first.focus()
    expect(page.locator(FOCUSED)).to_have_text(every[0])
    page.keyboard.press("End")
    expect(page.locator(FOCUSED)).to_have_text(every[-1])
    item = page.locator("#list .row-place", has=page.locator(".row:focus"))
    for name in ("posinset", "setsize"):
        expect(item).to_have_attribute(f"aria-{name}", str(len(every)))
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(FOCUSED)).to_have_text(re.compile("|".join(f"^{re.escape(name)}$" for name in every[-60:-8])))
    eventually(page, "document.querySelectorAll('#list .row').length < 60", True)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator(FOCUSED)).to_have_text(every[1])


def test_the_address_holds_how_the_list_is_laid_out(reader: Reader) -> None:
    page = reader.open()
    page.select_option("#arrange-group", "status")
    page.select_option("#arrange-sort", "-name")
    page.wait_for_url("**group=status&sort=-name**")
    first = rows(page, "group=status&sort=-name", window=1)[0]
    expect(page.locator("#list .row-name").first).to_have_text(first["name_vi"])
    expect(page.locator("#list .group h3").first).to_have_text("Đề xuất")
    page.reload()
    page.wait_for_selector(SETTLED)
    expect(page.locator("#list .row-name").first).to_have_text(first["name_vi"])
    page.go_back()
    expect(page.locator("#list .row-name").first).not_to_have_text(first["name_vi"])


def test_a_row_says_where_the_project_lies_and_the_file_holds_the_same_rows(reader: Reader) -> None:
    page = reader.open("/?layer=port&status=operational&sort=-name")
    asked = rows(page, "layer=port&status=operational&sort=-name&group=layer", window=200)
    expect(page.locator("#list .row-place-words").first).to_have_text(asked[0]["place_vi"])
    address = page.locator(".arrange-file").get_attribute("href")
    table = page.request.get(reader.site + str(address)).text()
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))] == [
        row["id"] for row in asked
    ]


def test_a_project_far_down_is_brought_into_sight(reader: Reader) -> None:
    page = reader.open("/?group=none")
    last = rows(page, offset=290, window=1)[0]
    page = reader.open(f"/?group=none&id={last['id']}")
    row = page.locator("#list .row[aria-current]")
    expect(row).to_be_in_viewport()
    expect(row.locator(".row-name")).to_have_text(last["name_vi"])
    page.locator("#panel .panel-close").click()
    expect(row).not_to_be_attached()
    expect(page.locator(FOCUSED)).to_have_text(last["name_vi"])
