"""The pages of the ledger are read without a script, in two languages, and say what nobody knows."""

import re

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import mandates
from tests.factories import edit, fact, store, store_directive, store_mandate

PATHS = ("/van-ban", "/van-ban/ct-02-2023", "/chi-tieu", "/thoi-han", "/du-an")
THEME = '<script src="/assets/src/theme.js"></script>'
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


def order(**told: object) -> dict[str, object]:
    names = ("feature", "target", "ordered_stage", "implied_stage", "due", "due_basis", "quote_vi", "text_vi",
             "named_as",
             "confidence", "note", "unmapped_reason")  # fmt: skip
    return dict.fromkeys(names) | {"clause": "ct-02-2023#ii.2.3", "role": "orders", "ordered_finish": False} | told


@pytest.fixture
def directive(connection: Connection) -> Connection:
    """An order that was met late, a target that nobody counted, and something that leads nowhere."""
    store_directive(connection)
    store(connection, edit("cang-a", facts=(fact("completed", valid_from="2024-03"),), name_en="Port A"))
    mandates.replace_mandates(
        connection,
        [
            order(feature="cang-a", ordered_stage="completed", due="2023", quote_vi="Hoàn thành cảng A"),
            order(target="2025-parks", ordered_stage="completed", due="2023", quote_vi="21 công viên"),
            order(unmapped_reason="no_layer", quote_vi="các trung tâm thương mại lớn"),
        ],
    )
    return connection


@pytest.mark.usefixtures("directive")
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_read_in_both_languages_without_a_script(client: TestClient, path: str) -> None:
    for lang, words in (("vi", "Văn bản"), ("en", "Documents")):
        page = client.get(path, params={"lang": lang})
        assert (page.status_code, page.headers["content-language"]) == (200, lang), page.text
        assert words in page.text
        assert "<script" not in page.text.replace(THEME, "")
        assert not re.search(r"\sstyle=|\son\w+=", page.text)


@pytest.mark.usefixtures("directive")
@pytest.mark.parametrize("path", [*PATHS, "/du-an/cang-a", "/tai-ve", "/huong-dan"])
def test_a_page_speaks_the_language_of_the_browser_until_another_is_chosen(client: TestClient, path: str) -> None:
    english, both = {"Accept-Language": "en-GB,en;q=0.9"}, {"Accept-Language": "fr, vi-VN;q=0.9, en;q=0.2"}
    for asked, told, lang in (({}, english, "en"), ({"lang": "vi"}, english, "vi"), ({}, both, "vi"), ({}, {}, "vi")):
        page = client.get(path, params=asked, headers=told)
        assert (page.status_code, page.headers["content-language"]) == (200, lang)
        assert f'<html lang="{lang}">' in page.text
        assert "Accept-Language" in page.headers["vary"]
        chosen = {"lang=en"} if lang == "en" else {"lang=vi"} if asked else set()
        menu = page.text.partition('<nav class="page-nav"')[2].partition("</nav>")[0]
        sections = re.findall(r'href="/(?:du-an|van-ban|chi-tieu)(?:\?(lang=..))?"', menu)
        assert set(filter(None, sections)) == chosen
        assert len(sections) == 3


@pytest.mark.usefixtures("directive")
def test_the_radar_says_that_nobody_is_named_as_responsible(client: TestClient) -> None:
    assert "không nêu cơ quan chịu trách nhiệm từng dự án" in client.get("/thoi-han").text
    assert "do not name who is responsible" in client.get("/thoi-han?lang=en").text


def test_a_link_to_the_map_paper_or_a_feed_says_the_same_to_every_browser(client: TestClient) -> None:
    for path in ("/", "/in?layer=port", "/thoi-han.atom", "/thay-doi.atom"):
        english = client.get(path, headers={"Accept-Language": "en"})
        assert english.status_code == 200
        assert english.content == client.get(path, headers={"Accept-Language": "vi"}).content
    led = client.get("/api/documents?f=html&lang=vi", headers={"Accept-Language": "en"})
    assert (led.status_code, led.headers["location"]) == (303, "/van-ban?lang=vi")


@pytest.mark.usefixtures("directive")
def test_a_document_shows_its_orders_and_what_leads_nowhere_side_by_side(client: TestClient) -> None:
    page = client.get("/van-ban/ct-02-2023").text
    for words in (
        "II.2.3",
        "“Hoàn thành cảng A”",
        "Cảng A",
        "Đạt sau hạn",
        "Chưa có lớp dữ liệu",
        "các trung tâm thương mại",
    ):
        assert words in page
    nowhere = client.get("/van-ban/ct-02-2023?only=nowhere&lang=en").text
    assert "No layer for it yet" in nowhere
    assert "Done late" in client.get("/van-ban/ct-02-2023?only=projects&lang=en").text


@pytest.mark.usefixtures("directive")
def test_the_ledger_never_tells_unknown_as_zero(client: TestClient) -> None:
    page = client.get("/chi-tieu").text
    cells = re.findall(r'<td class="number[^"]*" data-label="([^"]+)">(.*?)</td>', page, re.DOTALL)
    told = {label: re.sub(r"<[^>]+>", "", cell).strip() for label, cell in cells}
    assert told == {
        "Giao": "21", "Đã ghi nhận": "—", "Đã đạt": "—", "Đạt sau hạn": "—", "Quá hạn": "—", "Chưa đến hạn": "—",
        "Chưa rõ": "21",
    }  # fmt: skip


@pytest.mark.usefixtures("directive")
def test_deadlines_are_filtered_by_the_address_alone(client: TestClient) -> None:
    every = client.get("/thoi-han").text
    assert "Cảng A" in every
    assert "31/12/2023" in every
    assert "Cảng A" not in client.get("/thoi-han?verdict=late").text
    blank = client.get("/thoi-han?layer=&district=&status=&agency=")
    assert (blank.status_code, "Cảng A" in blank.text) == (200, True)
    feed = client.get("/thoi-han?layer=port").text
    assert 'rel="alternate" type="text/calendar" href="/thoi-han.ics?layer=port"' in feed


def test_the_index_pages_through_the_projects(client: TestClient, connection: Connection) -> None:
    store(connection, *(edit(f"cang-{number}", name_vi=f"Cảng {number}") for number in range(3)))
    page = client.get("/du-an?limit=2").text
    assert "Cảng 0" in page
    assert "Cảng 2" not in page
    onward = re.search(r'href="([^"]+)" rel="next"', page)
    assert onward
    following = client.get(onward[1].replace("&amp;", "&")).text
    assert "Cảng 2" in following
    assert 'rel="next"' not in following


@pytest.mark.usefixtures("directive")
def test_a_project_tells_ordered_against_recorded(client: TestClient) -> None:
    page = client.get("/du-an/cang-a").text
    assert "Chỉ đạo" in page
    assert 'href="/van-ban/ct-02-2023#ii.2.3"' in page
    assert "Đạt sau hạn" in page
    assert "Done late" in client.get("/du-an/cang-a?lang=en").text


def test_a_hostile_name_is_only_text_on_every_page(client: TestClient, connection: Connection) -> None:
    store_directive(connection)
    store(connection, edit(name_vi=HOSTILE, facts=(fact(source=HOSTILE, source_url="javascript:alert(1)"),)))
    store_mandate(connection, "cang-a", quote_vi=HOSTILE, note=HOSTILE)
    for path in PATHS:
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "javascript:" not in page


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/van-ban/ct-99", 404),
        ("/van-ban/" + "x" * 300, 404),
        ("/chi-tieu?year=1999", 400),
        ("/thoi-han?layer=mines", 400),
        ("/thoi-han?verdict=soon", 400),
        ("/du-an?colour=red", 400),
        ("/du-an?next=abc", 400),
    ],
)
def test_an_address_that_means_nothing_gets_a_page_that_says_so(client: TestClient, path: str, expected: int) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == expected
    assert page.headers["content-type"].startswith("text/html")
    assert client.get(path).headers["content-type"] == "application/problem+json"


def test_a_city_without_anything_still_has_its_pages(client: TestClient) -> None:
    for path in PATHS:
        expected = 404 if path.endswith("ct-02-2023") else 200
        assert client.get(path).status_code == expected
