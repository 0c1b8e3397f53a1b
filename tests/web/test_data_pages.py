"""The pages of the open data, as they stand in a browser: on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Reader

PAGES = (
    "/api",
    "/api/conformance",
    "/api/collections",
    "/api/collections/port",
    "/api/collections/port/items?limit=20",
    "/api/collections/port/schema",
    "/api/collections/units-2025-07/items?limit=20",
    "/api/collections/port/styles",
    "/api/collections/port/tiles/WebMercatorQuad",
    "/api/tileMatrixSets/WebMercatorQuad",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_every_screen_without_script(reader: Reader, path: str) -> None:
    for phone in (False, True):
        page = reader.open(path, phone=phone, script=False)
        wide = page.locator("html").bounding_box()
        whole = page.locator("main").bounding_box()
        assert wide is not None
        assert whole is not None
        assert whole["width"] <= wide["width"]
        for box in page.locator("main table, main pre, main ul, main dl").all():
            place = box.bounding_box()
            assert place is None or place["x"] + place["width"] <= wide["width"] + 0.5


def test_a_list_is_sieved_with_the_keyboard_and_opens_the_map_with_the_same_filter(reader: Reader) -> None:
    page = reader.open("/api/collections/port/items", script=False)
    page.get_by_role("searchbox").fill("lach huyen")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=lach*")
    expect(page).not_to_have_url(re.compile("status="))
    assert page.locator("tbody tr").count() > 1
    address = page.locator(".locator a").get_attribute("href")
    assert address is not None
    assert "q=lach+huyen" in address
    assert "layer=port" in address
