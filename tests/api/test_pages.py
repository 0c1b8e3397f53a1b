import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo.settings import Settings
from tests.factories import edit, fact, store, store_directive, store_mandate

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def pages(settings: Settings) -> None:
    if not (settings.web / "pages" / "project.html").is_file():
        pytest.fail("web/pages/project.html is missing")


@pytest.mark.usefixtures("pages")
def test_a_project_has_a_page_that_tells_its_name_stage_and_source(client: TestClient, connection: Connection) -> None:
    store(connection, edit(name_vi="Cảng Lạch Huyện", facts=(fact("under_construction", source="Báo Hải Phòng"),)))
    page = client.get("/du-an/cang-a", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for words in ("Cảng Lạch Huyện", "Đang thi công", "Báo Hải Phòng"):
        assert words in page.text
    assert "Under construction" in client.get("/du-an/cang-a?lang=en").text


@pytest.mark.usefixtures("pages")
def test_a_project_of_which_nothing_was_told_for_two_years_says_so(client: TestClient, connection: Connection) -> None:
    store(connection, edit(facts=(fact("under_construction", valid_from="2021-03"),)))
    assert "không có tin mới từ" in client.get("/du-an/cang-a", headers=BROWSER).text
    assert "không có tin mới từ" not in client.get("/du-an/cang-a?datetime=2023-03-31", headers=BROWSER).text
    assert "no news since" in client.get("/du-an/cang-a?datetime=2023-04-01&lang=en", headers=BROWSER).text


@pytest.mark.usefixtures("pages")
def test_a_page_tells_notes_and_orders_in_the_language_of_its_reader(
    client: TestClient, connection: Connection
) -> None:
    store(
        connection,
        edit(
            notes="Chưa kiểm chứng.",
            notes_en="Not verified.",
            location_source_en="placed on the shore",
            references=["a"],
            references_note="ba nơi",
        ),
    )
    store_directive(connection)
    store_mandate(connection, "cang-a", note="Không nêu tên.", note_en="Not named.")
    vietnamese, english = (client.get(f"/du-an/cang-a?lang={lang}").text for lang in ("vi", "en"))
    for words, other in (("Chưa kiểm chứng.", "Not verified."), ("Không nêu tên.", "Not named.")):
        assert words in vietnamese
        assert other not in vietnamese
        assert other in english
        assert words not in english
    assert '<span lang="en">placed on the shore</span>' in vietnamese
    assert "Source of the place: placed on the shore" in english
    assert '<span lang="vi">ba nơi</span>' in english


@pytest.mark.usefixtures("pages")
def test_a_hostile_name_is_only_text_on_the_page(client: TestClient, connection: Connection) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    store(
        connection,
        edit(name_vi=hostile, investor=hostile, facts=(fact(source=hostile, source_url="javascript:alert(1)"),)),
    )
    page = client.get("/du-an/cang-a").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page.lower()


@pytest.mark.usefixtures("pages")
def test_a_person_gets_a_page_about_what_went_wrong_and_a_program_a_problem(
    client: TestClient, connection: Connection
) -> None:
    store(connection, edit("cang-cu", withdrawn=True))
    for path, expected in (("/du-an/nobody", 404), ("/du-an/cang-cu", 410), ("/nowhere", 404)):
        page = client.get(path, headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (expected, "text/html; charset=utf-8")
        assert client.get(path).headers["content-type"] == "application/problem+json"
    assert client.get("/api/nowhere", headers=BROWSER).headers["content-type"] == "application/problem+json"
    assert "<script>" not in client.get("/du-an/<script>alert(1)</script>", headers=BROWSER).text


def test_the_map_is_one_page_for_every_state(client: TestClient) -> None:
    page = client.get("/?layer=port&district=cat-hai&status=&q=&lang=en")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
