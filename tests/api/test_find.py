"""One box finds projects, units of every generation, clauses, acts, codes and coordinates, and says why."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, text

from api.main import create_app
from geo import words
from geo.settings import REPOSITORY, Settings
from layers.catalog import Catalog
from layers.load import load_all
from tests.factories import edit, store
from tests.pace import little_work

Suggestion = dict[str, Any]


@pytest.fixture(scope="module")
def city(own_engine: Engine, settings: Settings) -> TestClient:
    """Everything in data/, asked through the application."""
    load_all(own_engine, REPOSITORY / "data", Catalog.load(settings.definitions), lambda _: None)
    return TestClient(create_app(settings, own_engine))


def found(city: TestClient, q: str, **parameters: Any) -> list[Suggestion]:
    answer = city.get("/api/find", params={"q": q, **parameters})
    assert answer.status_code == 200, answer.text
    told: list[Suggestion] = answer.json()["suggestions"]
    return told


def marked(suggestion: Suggestion) -> list[str]:
    why = suggestion["why"]
    return [why["text"][start:end] for start, end in why["marks"]]


@pytest.mark.parametrize(
    ("typed", "kind", "first"),
    [
        ("Khu công nghiệp Đồ Sơn", "project", "kcn-do-son"),
        ("kcn do son", "project", "kcn-do-son"),
        ("kcn-do-son", "project", "kcn-do-son"),
        ("đồ sơn", "unit", "2025-07-phuong-do-son"),
        ("huyen an lao", "unit", "2025-01-huyen-an-lao"),
        ("Kim Thành", "unit", "2025-07-xa-kim-thanh"),
        ("02/CT-UBND", "document", "ct-02-2023"),
        ("chỉ thị 02", "document", "ct-02-2023"),
        ("II.2.1", "clause", "ct-02-2023#ii.2.1"),
        ("552/QĐ-BGTVT", "document", "552/QĐ-BGTVT"),
        ("quyết định 552", "document", "552/QĐ-BGTVT"),
        ("41/nq-hdnd", "document", "41/NQ-HĐND"),
        ("303", "code", "2025-01-quan-hong-bang"),
        ("303@2024", "code", "2024-quan-hong-bang"),
        ("20,8449 106,6881", "place", "20.84490000,106.68810000@4326"),
    ],
)
def test_whatever_an_official_types_comes_first(city: TestClient, typed: str, kind: str, first: str) -> None:
    best = found(city, typed)[0]
    assert (best["kind"], best["id"]) == (kind, first)


@pytest.mark.parametrize(
    ("typed", "project"),
    [
        ("lach huyn", "Lạch Huyện"), ("dinhvu", "Đình Vũ"), ("kcn nam dihn vu", "Nam Đình Vũ"),
        ("Trang Due2", "Tràng Duệ"), ("benh vien viet tiep", "Việt Tiệp"), ("BV Việt Tiệp", "Việt Tiệp"),
    ],
)  # fmt: skip
def test_a_slip_of_the_finger_or_an_abbreviation_still_finds_it(city: TestClient, typed: str, project: str) -> None:
    assert any(project in one["title_vi"] or project in one["why"]["text"] for one in found(city, typed)[:3])


def test_exact_accents_come_before_the_same_letters_without(city: TestClient) -> None:
    exact, other = found(city, "Phường Hải An")[0], found(city, "phường hai an")[0]
    assert exact["title_vi"] == other["title_vi"] == "Phường Hải An"
    for typed in ("Cầu Rào", "cảng"):
        with_accents = [typed.lower() in one["title_vi"].lower() for one in found(city, typed, limit=30)
                        if one["kind"] == "project" and one["why"]["field_en"] == "Name"]  # fmt: skip
        assert with_accents == sorted(with_accents, reverse=True)


def test_an_old_district_tells_its_time_and_what_it_became(city: TestClient) -> None:
    old = next(one for one in found(city, "huyện cát hải") if one["kind"] == "unit")
    assert old["detail_vi"] == "đến 30/06/2025 · nay là Đặc khu Cát Hải"
    assert old["detail_en"] == "until 30 Jun 2025 · today Đặc khu Cát Hải"
    assert (old["title_en"], old["href"]) == (
        None,
        "/?district=2025-01-huyen-cat-hai",
    )  # no machine names it in English


def test_a_code_that_was_given_twice_names_both_units(city: TestClient) -> None:
    units = found(city, "11329", limit=30)
    assert {one["kind"] for one in units} == {"code"}
    assert len({one["title_vi"] for one in units}) > 1
    assert all(one["detail_vi"].startswith("mã 11329") for one in units)


def test_it_says_which_field_has_the_words_and_where(city: TestClient) -> None:
    by_name = found(city, "kcn do s")[0]
    assert (by_name["why"]["field_vi"], marked(by_name)) == ("Tên", ["Khu công nghiệp Đồ Sơn"])
    by_other_name = next(one for one in found(city, "TC-HICT") if one["kind"] == "project")
    assert (by_other_name["why"]["field_en"], marked(by_other_name)) == ("Also known as", ["TC", "HICT"])
    near = found(city, "lach huyn")[0]
    assert near["why"]["near"]
    assert marked(near) == ["Lạch Huyện"]


def test_every_suggestion_leads_to_an_address_that_answers(city: TestClient) -> None:
    for typed in ("cát hải", "vingroup", "02/CT-UBND", "II.2", "41/NQ-HĐND", "303", "20.8449 106.6881"):
        for lang in ("vi", "en"):
            for one in found(city, typed, lang=lang):
                assert city.get(one["href"]).status_code == 200
                assert ("lang=en" in one["href"]) == (lang == "en")


def test_an_act_leads_to_every_project_whose_sources_name_it(city: TestClient) -> None:
    act = found(city, "41/NQ-HĐND")[0]
    ids = act["href"].removeprefix("/?ids=")
    items = city.get("/api/collections/projects/items", params={"ids": ids}).json()
    assert items["numberMatched"] == int(act["detail_vi"].split()[0]) == 19


def test_whoever_invests_leads_to_his_projects(city: TestClient) -> None:
    for typed in ("Tổng công ty Cảng hàng không Việt Nam (ACV)", "tong cong ty cang hang khong", "acv"):
        (acv,) = (one for one in found(city, typed) if one["kind"] == "investor")
        assert acv["title_vi"] == "Tổng công ty Cảng hàng không Việt Nam (ACV)"
        assert (acv["title_en"], acv["why"]["field_vi"], acv["why"]["field_en"]) == (None, "Nhà đầu tư", "Investor")
    assert marked(acv) == ["ACV"]
    assert (acv["detail_vi"], acv["detail_en"]) == ("3 dự án", "3 projects")
    every, *each = (one for one in found(city, "vingroup", limit=30) if one["kind"] == "investor")
    assert (every["title_vi"], every["detail_vi"]) == ("vingroup", f"6 dự án, {len(each)} cách ghi tên nhà đầu tư")
    items = city.get("/api/collections/projects/items", params={"ids": every["href"].removeprefix("/?ids=")}).json()
    assert items["numberMatched"] == 6
    assert all("Vingroup" in one["properties"]["investor"] for one in items["features"])
    assert any(one["kind"] == "investor" for one in found(city, "vingruop"))


def test_a_coordinate_is_told_in_wgs84_and_in_both_zones_of_vn2000(city: TestClient) -> None:
    own, other = found(city, "2300893,3 620547,5")  # control point A2 of tests/geo/test_crs.py
    assert own["why"] == {"field_vi": "X (bắc), Y (đông)", "field_en": "Northing, easting",
                          "text": "VN-2000 105°45' (EPSG:9210)", "lang": "vi", "marks": [], "near": False}  # fmt: skip
    assert own["title_vi"] == "20,79681° B, 106,90982° Đ"
    assert own["detail_vi"].endswith("VN-2000 105°45' (EPSG:9210): X 2.300.893,30 · Y 620.547,50")
    assert own["detail_en"].endswith("N 2,300,893.30 · E 620,547.50")
    assert "EPSG:9209" in other["why"]["text"]
    assert {one["epsg"]: (one["north"], one["east"]) for one in own["vn2000"]} == {
        9210: (2300893.3, 620547.5), 9209: pytest.approx((2301100.2, 646577.2), abs=0.2)}  # fmt: skip


def test_no_kind_crowds_the_others_out(city: TestClient) -> None:
    told = found(city, "cat hai", limit=6)
    assert len(told) == 6
    kinds = [one["kind"] for one in told]
    assert len(set(kinds)) == 3
    assert kinds == sorted(kinds, key=kinds.index)  # grouped


HOSTILE = (
    "<script>alert(1)</script>", "'; DROP TABLE feature; --", "%", "_", "%%%___", "\\", "{{7*7}}", "$(id)", "a" * 200,
    "ạ" * 200, "* * * * *", ":typed", "\u202e", "🏗️ cầu 🌉", "0" * 200, "1/2/3/4", "@", "303@' OR 1=1",
)  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_finds_little_and_breaks_nothing(city: TestClient, typed: str) -> None:
    answer = city.get("/api/find", params={"q": typed})
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or answer.json()["type"] == "urn:haiphong:problem:invalid-parameter"


def test_a_name_that_is_markup_stays_text(client: TestClient, connection: Connection) -> None:
    name = "Cảng <b>$`{{x}}</b> 🏗️ Thử"
    store(connection, edit("cang-thu", name_vi=name))
    (one,) = client.get("/api/find", params={"q": "thử"}).json()["suggestions"]
    assert one["title_vi"] == one["why"]["text"] == name
    assert marked(one) == ["Thử"]


def test_nothing_typed_and_nothing_found_are_empty_lists(city: TestClient) -> None:
    assert city.get("/api/find").json() == {"q": "", "suggestions": []}
    assert found(city, "zzzz qqqq xxxx") == []
    assert city.get("/api/find", params={"q": "x", "near": "1"}).status_code == 400


def test_words_are_folded_here_as_in_the_database(connection: Connection, city: TestClient) -> None:
    names = [one["title_vi"] for q in ("cang", "khu", "an") for one in found(city, q, limit=30)]
    letters = [chr(code) for code in range(1, 0x2000) if words.is_plain(chr(code))]
    assert {*"aZ0/ ", *"ăơỹĐ"} < set(letters)
    for name in [*names, *words.SPELT_OUT, "KCN-KCN/CCN", "xã NTM", "".join(letters), " ".join(letters)]:
        assert words.plain(name) == connection.execute(text("SELECT fold(:name)"), {"name": name}).scalar_one()


@pytest.mark.parametrize("typed", ["do son", "cảng l", "lach huyn", "02/CT-UBND", "II.2.1", "303", "2300893 620547"])
def test_the_server_suggests_before_the_next_letter_is_typed(city: TestClient, typed: str) -> None:
    found(city, typed)
    with little_work(0.2):  # ours, beside that of the database: measured 7 to 14 ms in all
        found(city, typed)


PLANS = {
    "admin_unit": ("search LIKE ANY (ARRAY['% cat %'])", "admin_unit_search"),
    "admin_unit AS unit": ("unit.code LIKE '113%'", "admin_unit_code_begins"),
    "document": ("search LIKE ANY (ARRAY['% thi %'])", "document_search"),
    "clause": ("search LIKE ANY (ARRAY['% cang %'])", "clause_search"),
    "feature": ("properties ? 'decisions' AND act_search(properties ->> 'decisions') LIKE ANY (ARRAY['% 552%'])",
                "feature_acts"),
    "feature AS invested": ("properties ? 'investor' AND act_search(properties ->> 'investor') LIKE "
                            "ANY (ARRAY['% sun %'])", "feature_investors"),
    "feature AS near": ("'lach huyn' <% search", "feature_search"),
    "status_fact": ("(source || ' / ' || coalesce(text_vi, '')) ~ '[0-9]/[A-Z0-9]' AND "
                    "act_search(source || ' / ' || coalesce(text_vi, '')) LIKE ANY (ARRAY['% 552%'])",
                    "status_fact_acts"),
}  # fmt: skip


@pytest.mark.parametrize("table", PLANS)
def test_every_kind_is_found_by_an_index(connection: Connection, table: str) -> None:
    condition, index = PLANS[table]
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    plan = connection.execute(text(f"EXPLAIN SELECT 1 FROM {table} WHERE {condition}")).scalars()
    assert index in "\n".join(plan)
