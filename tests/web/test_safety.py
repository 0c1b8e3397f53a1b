"""What may never happen in a browser: script out of a name, a word to another host, markup out of data."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from tests.factories import edit, fact, point, store
from tests.web.conftest import Reader

WEB = Path(__file__).resolve().parents[2] / "web"
MODULES = sorted((WEB / "src").rglob("*.js"))
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "${alert(1)}`+alert(1)+`",
    "</script><script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
)


def code(path: Path) -> str:
    """A module without its comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_only_text_wherever_it_is_shown(
    hostile: str, own_site: tuple[str, Engine], reading: Callable[[str], Reader]
) -> None:
    site, engine = own_site
    with engine.begin() as connection:
        store(
            connection,
            edit(
                geometry=point(106.68, 20.85),
                name_vi=hostile,
                name_en=hostile,
                investor=hostile,
                notes=hostile,
                alt_names=[hostile],
                public_sources=[f"{hostile} <javascript:alert(1)>"],
                facts=(fact(source=hostile, source_url="javascript:alert(1)", text_vi=hostile),),
            ),
        )
    reader = reading(site)
    page = reader.open()
    expect(page.locator("#list .row-name")).to_have_text(hostile)
    page.locator("#list .row").hover()
    page.locator("#list .row").click()
    expect(page.locator("#panel .panel-name")).to_have_text(hostile)
    page.locator("#panel .panel-close").click()
    page.locator(".mark").first.hover()
    expect(page.locator(".leaflet-tooltip strong")).to_have_text(hostile)
    read = reader.open("/du-an/cang-a", wait=False)
    expect(read.locator("h1")).to_have_text(hostile)
    for one in (page, read):
        assert (
            one.locator('a[href^="javascript:"], img[src="x"], [onerror], [onload], main script, aside script').count()
            == 0
        )


@pytest.mark.parametrize("path", ["/", "/api/docs", "/du-an/khu-du-lich-quoc-te-doi-rong", "/du-an/khong-co"])
def test_every_page_forbids_inline_script_and_style_and_holds_none(reader: Reader, path: str) -> None:
    page = reader.open(path, wait=False, script=False)
    answer = page.request.get(reader.site + path, headers={"Accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    html = answer.text()
    assert re.findall(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)[^"]*\.(?:js|css|woff2?|png|svg)', html) == []
    reader.complaints.clear()


def test_a_project_can_be_read_without_javascript(reader: Reader) -> None:
    page = reader.open("/du-an/khu-du-lich-quoc-te-doi-rong", script=False)
    expect(page.locator("h1")).to_have_text("Khu du lịch quốc tế Đồi Rồng")
    expect(page.locator(".timeline")).to_contain_text("08/12/2025")
    expect(page.locator("main")).to_contain_text("Chỉ thị 02/CT-UBND, mục II.2")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("h1")).to_have_text("Dragon Hill (Đồi Rồng) International Tourist Area")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_description_of_the_api_is_drawn_by_our_own_copy(reader: Reader) -> None:
    page = reader.open("/api/docs", wait=False)
    expect(page.locator(".opblock").first).to_be_visible()


def test_only_the_map_modules_know_leaflet_and_only_one_module_asks_the_server() -> None:
    # `map.leaflet` is handed on, and asked nothing.
    others = [path for path in MODULES if path.parent.name != "map"]
    handed = r"\bmap\.leaflet\b(?!\.)"
    assert {path.name for path in others if "leaflet" in re.sub(handed, "", code(path)).lower()} <= {
        "main.js", "embed.js", "paper.js"
    }  # fmt: skip
    assert "leaflet-src" not in "".join(code(path) for path in MODULES if path.name != "leaflet.js")
    assert [path.name for path in MODULES if re.search(r"\bfetch\(|XMLHttpRequest|sendBeacon", code(path))] == [
        "api.js"
    ]


def test_no_module_makes_markup_out_of_text() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.srcdoc"
    assert [path.name for path in MODULES if re.search(forbidden, code(path))] == []
