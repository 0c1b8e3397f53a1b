"""The Folium map of chosen features: one file, no network, harmless whatever the names say."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, Page, Playwright, Request

from geo.errors import HaiphongError, InvalidData
from geo.settings import REPOSITORY
from layers import preview
from layers.assets import AssetsMissing
from layers.cards import Cards, day_as_read, safe
from layers.catalog import Catalog
from layers.ground import Ground

PACKAGES = REPOSITORY / "web" / "node_modules"
DAY = date(2026, 11, 22)
CHROMIUM = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
]
HOSTILE = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1><img src=https://example.org/x.png>",
    "${window.pwned=1}`;window.pwned=1;//",
    "{{ 7*7 }}{% raw %}{# #}",
    "\\`${window.pwned=1}\\u003cscript\\u003ewindow.pwned=1",
    "\"'); window.pwned=1; ('</script><script>window.pwned=1</script>",
    "</style></svg><svg onload=window.pwned=1>",
]


def feature(number: int, geometry: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    place = geometry or {"type": "Point", "coordinates": [106.75 + number / 40, 20.85]}
    known = {"name_vi": f"Cảng số {number}", "layer": "port", "status": "under_construction", "basis": "reported"}
    return {"type": "Feature", "id": f"cang-{number}", "geometry": place, "properties": known | properties}


def unlocated(number: int, **properties: Any) -> dict[str, Any]:
    return feature(number, **properties) | {"geometry": None}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(REPOSITORY / "layers" / "definitions")


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground.read(REPOSITORY / "data")


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
    yield opened
    opened.close()


class Opened:
    """A map opened in a browser that lets nothing out and remembers what was tried and said."""

    def __init__(self, browser: Browser, path: Path, width: int = 1280) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": 800})
        self.page.on("request", lambda request: self._note(request))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.route(re.compile("^https?:"), lambda route: route.abort())
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(".leaflet-container")

    def _note(self, request: Request) -> None:
        self.asked.append(request.url.split(",")[0][:60])

    def requests_that_left(self) -> list[str]:
        return [url for url in self.asked[1:] if not url.startswith("data:")]


def drawn(path: Path, catalog: Catalog, ground: Ground, *features: dict[str, Any], **more: Any) -> Path:
    file = path / "map.html"
    preview.write(file, collection(*features), catalog, ground, PACKAGES, day=DAY, **more)
    return file


def test_a_map_opens_without_a_network_and_without_a_complaint(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    opened = Opened(browser, drawn(tmp_path, catalog, ground, feature(1), feature(2, area_ha=45), unlocated(3)))
    assert opened.page.locator(".marker").count() == 2
    assert opened.requests_that_left() == []
    assert opened.said == []


def test_hostile_names_run_nothing_fetch_nothing_and_are_shown_as_they_are(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    keys = ("name_vi", "name_en", "investor", "status_source", "valid_from", "condition", "location_accuracy", "basis")
    evil = [feature(number) for number in range(len(HOSTILE))]
    for each, text in zip(evil, HOSTILE, strict=True):
        each["properties"] |= dict.fromkeys(keys, text) | {"units_2025_07": [text]}
        each["properties"]["status_source_url"] = f"javascript:window.pwned=1//{text}"
    nowhere = unlocated(99, name_vi=HOSTILE[1], status=HOSTILE[0])
    opened = Opened(browser, drawn(tmp_path, catalog, ground, *evil, nowhere, subtitle=HOSTILE[5]))
    markers = opened.page.locator(".marker")
    assert markers.count() == len(HOSTILE)
    shown = set()
    for number in range(len(HOSTILE)):
        markers.nth(number).dispatch_event("click")
        card = opened.page.locator(".leaflet-popup .card").last
        card.wait_for()
        shown.add(card.locator("h2").inner_text())
        assert card.locator("a, img, script").count() == 0
    assert shown == set(HOSTILE)
    assert HOSTILE[5] in opened.page.locator(".panel .asked").inner_text()
    opened.page.wait_for_timeout(200)
    assert opened.page.evaluate("window.pwned") is None
    assert opened.requests_that_left() == []
    assert opened.said == []


def test_even_a_script_that_got_into_the_page_would_not_run(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    file = drawn(tmp_path, catalog, ground, feature(1))
    file.write_text(file.read_text("utf-8").replace("</body>", "<script>window.pwned=1</script></body>"), "utf-8")
    opened = Opened(browser, file)
    assert opened.page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in line for line in opened.said)


def test_a_layer_is_switched_off_and_on_again(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    opened = Opened(browser, drawn(tmp_path, catalog, ground, feature(1), feature(2, layer="park"), feature(3)))
    box = opened.page.locator(".leaflet-control-layers label", has_text="Cảng, bến cảng (2)").locator("input")
    box.uncheck()
    assert opened.page.locator(".marker").count() == 1
    box.check()
    assert opened.page.locator(".marker").count() == 3


def test_the_card_of_a_project_tells_status_day_basis_and_source(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    port = feature(
        1,
        valid_from="2023-02-15",
        status_source="Báo Hải Phòng",
        status_source_url="https://example.org/tin",
        area_ha=1234.5,
        units_2025_07=["Phường Đông Hải"],
        location_accuracy="mapped",
    )
    opened = Opened(browser, drawn(tmp_path, catalog, ground, port))
    opened.page.locator(".marker").click()
    card = opened.page.locator(".card")
    text = card.inner_text()
    for expected in (
        "Cảng số 1",
        "Đang thi công",
        "Theo nguồn",
        "ngày 15/02/2023",
        "Theo tin",
        "1.234,5 ha",
        "Phường Đông Hải",
    ):
        assert expected in text
    link = card.locator("a")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == ("https://example.org/tin", "noopener noreferrer")


def test_projects_without_a_place_are_counted_and_listed(catalog: Catalog, ground: Ground) -> None:
    html = preview.page(collection(feature(1), unlocated(2), unlocated(3)), catalog, ground, PACKAGES, day=DAY)
    assert "3 dự án · 1 trên bản đồ · 2 chưa rõ vị trí" in html
    assert "Chưa rõ vị trí (2)" in html
    assert html.count("Cảng số 2") == 1


def test_an_area_known_in_hectares_is_a_circle_of_that_area(catalog: Catalog, ground: Ground) -> None:
    html = preview.page(collection(feature(1, area_ha=314.159265)), catalog, ground, PACKAGES, day=DAY)
    circles = re.findall(r"L\.circle\(.*?\"radius\": ([\d.]+)", html, re.DOTALL)
    assert [round(float(radius)) for radius in circles] == [1000]


def test_where_only_the_commune_is_known_the_commune_is_hatched(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    units = ["2024-huyen-vinh-bao", "2024-xa-cong-hien"]
    commune = feature(1, location_accuracy="commune", unit_ids=units, status="in_progress", layer="model-commune")
    opened = Opened(browser, drawn(tmp_path, catalog, ground, commune))
    hatched = opened.page.locator("path.commune")
    assert hatched.count() == 1
    assert hatched.get_attribute("fill") == "url(#hatch-construction)"


def test_a_road_is_a_line_with_its_sign_half_way(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    road = {"type": "LineString", "coordinates": [[106.6, 20.8], [106.8, 20.9]]}
    opened = Opened(browser, drawn(tmp_path, catalog, ground, feature(1, road, layer="transport")))
    assert opened.page.locator("path[stroke='#963C00'][stroke-dasharray='14 5']").count() == 1
    assert opened.page.locator(".marker").count() == 1


def test_every_map_names_hoang_sa_and_truong_sa(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    opened = Opened(browser, drawn(tmp_path, catalog, ground, feature(1)))
    assert opened.page.locator(".archipelago-name").all_text_contents() == [
        "Quần đảo Hoàng Sa (Việt Nam)",
        "Quần đảo Trường Sa (Việt Nam)",
    ]


def test_the_same_features_give_the_same_file(catalog: Catalog, ground: Ground) -> None:
    features = orjson.dumps(collection(feature(1, area_ha=3), feature(2, location_accuracy="mapped"), unlocated(3)))
    one, other = (preview.page(features, catalog, ground, PACKAGES, day=DAY) for _ in range(2))
    assert one == other


def test_the_file_names_no_other_host_but_those_of_its_sources(catalog: Catalog, ground: Ground) -> None:
    html = preview.page(collection(feature(1)), catalog, ground, PACKAGES, day=DAY)
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", html)
    assert set(re.findall(r"url\((?!data:|#)[^)]*\)", html)) <= {"url(#default#VML)"}


def test_a_map_without_any_project_shows_the_city(
    browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path
) -> None:
    opened = Opened(browser, drawn(tmp_path, catalog, ground))
    assert opened.page.locator(".marker").count() == 0
    assert "0 dự án" in opened.page.locator(".panel").inner_text()
    assert opened.said == []


def test_on_a_phone_the_cards_are_folded(browser: Browser, catalog: Catalog, ground: Ground, tmp_path: Path) -> None:
    opened = Opened(browser, drawn(tmp_path, catalog, ground, feature(1), lang="en"), width=390)
    assert opened.page.locator(".panel summary").inner_text() == "Legend"
    assert opened.page.locator(".panel details[open]").count() == 0
    assert opened.page.locator(".leaflet-control-layers-expanded").count() == 0
    assert opened.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_text_means_nothing_to_html_javascript_or_jinja(text: str) -> None:
    assert not set(safe(text)) & set("<>\"'`$\\{}")


def test_the_legend_lists_the_statuses_of_the_map_and_no_other(catalog: Catalog) -> None:
    legend = Cards(catalog, "en").legend([feature(1), feature(2), unlocated(3, status="operational")])
    assert re.findall(r"#status-(\w+)", legend) == ["under_construction", "operational"]
    assert re.findall(r"<b>(\d+)</b>", legend) == ["2", "1"]


@pytest.mark.parametrize(
    ("edtf", "read"),
    [("2023-02-15", "15/02/2023"), ("2023-02", "02/2023"), ("2023", "2023"), ("2023~", "2023~"), (None, "")],
)
def test_days_are_read_as_precisely_as_they_are_known(edtf: str | None, read: str) -> None:
    assert day_as_read(edtf) == read


def test_a_map_that_cannot_be_written_or_drawn_says_why(catalog: Catalog, ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(HaiphongError, match="cannot be written"):
        preview.write(tmp_path / "none" / "map.html", collection(), catalog, ground, PACKAGES, day=DAY)
    with pytest.raises(AssetsMissing, match="npm ci"):
        preview.page(collection(), catalog, ground, tmp_path, day=DAY)
    with pytest.raises(InvalidData, match="missing"):
        Ground.read(tmp_path)
