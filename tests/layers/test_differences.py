"""What a person reads of a change: each kind of it, in both languages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from geo.status import Words
from geo.versions import Ground, State, Told
from layers.definition import Field
from layers.differences import compare

SAME = Ground(False, 0.0, (None, None), (None, None))
FIELDS = {
    "name_vi": Field("name_vi", Words("Tên", "Name"), "string"),
    "area_ha": Field("area_ha", Words("Diện tích", "Area"), "number", "ha"),
    "kind": Field("kind", Words("Loại", "Kind"), "string", values={"hub": Words("đầu mối", "hub")}),
    "decisions": Field("decisions", Words("Quyết định", "Decisions"), "string-list"),
}


def state(version: int = 1, **told: Any) -> State:
    first = {
        "recorded_at": datetime(2026, 11, version, tzinfo=UTC), "actor": "lan", "note": "", "source": "phone",
        "withdrawn": False, "properties": {"name_vi": "Cảng A"}, "units": (), "shape": "POINT",
    }  # fmt: skip
    return State(version, **{**first, **told})


def sentences(before: State, after: State, ground: Ground = SAME, *facts: Told) -> list[tuple[str, str]]:
    told = compare(before, after, ground, facts, FIELDS)
    assert told["changed"] == bool(told["sentences_vi"])
    return list(zip(told["sentences_vi"], told["sentences_en"], strict=True))


@pytest.mark.parametrize(
    ("before", "after", "vi", "en"),
    [
        ({"name_vi": "A"}, {"name_vi": "B"}, "Tên: “A” → “B”.", "Name: “A” → “B”."),
        ({"area_ha": 1250.5}, {"area_ha": 1300}, "Diện tích: 1.250,5 ha → 1.300 ha.", "Area: 1,250.5 ha → 1,300 ha."),
        ({}, {"area_ha": 12}, "Diện tích: thêm 12 ha.", "Area: added 12 ha."),
        ({"area_ha": 0.25}, {}, "Diện tích: bỏ 0,25 ha.", "Area: removed 0.25 ha."),
        ({}, {"kind": "hub"}, "Loại: thêm đầu mối.", "Kind: added hub."),
        ({}, {"kind": "other"}, "Loại: thêm “other”.", "Kind: added “other”."),
        ({"decisions": ["a"]}, {"decisions": ["a", "b"]}, "Quyết định: “a” → “a”; “b”.", "Decisions: “a” → “a”; “b”."),
        ({}, {"lit": True}, "lit: thêm có.", "lit: added yes."),
    ],
)
def test_a_field_is_told_by_its_title_with_its_unit_before_and_after(
    before: dict[str, Any], after: dict[str, Any], vi: str, en: str
) -> None:
    assert sentences(state(properties=before), state(2, properties=after)) == [(vi, en)]


def test_nothing_that_changed_is_nothing_told() -> None:
    told = compare(state(), state(2), SAME, [], FIELDS)
    assert (told["changed"], told["fields"], told["sentences_vi"]) == (False, [], [])


@pytest.mark.parametrize(
    ("ground", "vi", "en"),
    [
        (Ground(True, 350.4, (None, None), (None, None)), "Vị trí dời 350 m.", "Its place moved by 350 m."),
        (Ground(True, 2345.6, (None, None), (None, None)), "Vị trí dời 2,35 km.", "Its place moved by 2.35 km."),
        (Ground(True, 0.02, (None, None), (None, None)), "Hình vẽ được sửa.", "The drawing was corrected."),
        (
            Ground(True, 0.0, (500_000.0, 625_000.0), (None, None)),
            "Diện tích hình vẽ: 50 → 62,5 ha (+25 %).", "The drawn area: 50 → 62.5 ha (+25 %).",
        ),
        (
            Ground(True, 0.0, (None, None), (10_000.0, 9_000.0)),
            "Chiều dài tuyến vẽ: 10 → 9 km (-10 %).", "The drawn length: 10 → 9 km (-10 %).",
        ),
    ],
)  # fmt: skip
def test_a_place_is_told_by_how_far_it_moved_and_how_much_it_grew(ground: Ground, vi: str, en: str) -> None:
    assert sentences(state(), state(2), ground) == [(vi, en)]


def test_a_place_that_comes_or_goes_is_told_as_that() -> None:
    found = Ground(True, None, (None, None), (None, None))
    assert sentences(state(shape=None), state(2), found)[0][1] == "It has a place on the map now."
    assert sentences(state(), state(2, shape=None), found)[0][1] == "Its place was removed."
    redrawn = sentences(state(), state(2, shape="POLYGON"), Ground(True, 60.0, (None, 1e4), (None, None)))
    assert [en for _, en in redrawn] == ["Its place moved by 60 m.", "The drawing was corrected."]


def test_facts_are_told_with_date_basis_and_source_and_why_they_were_taken_back() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    added = Told("under_construction", None, "reported", "2023-02", "Báo Hải Phòng", False, now, "lan", "")
    gone = Told("completed", "delayed", "observed", "2023", "Zalo", True, now, "lan", "nhầm dự án")
    told = sentences(state(), state(2), SAME, added, gone)
    assert told[0] == (
        "Thêm tình trạng: Đang thi công từ 02/2023 (theo tin; Báo Hải Phòng).",
        "Status added: Under construction since Feb 2023 (reported; Báo Hải Phòng).",
    )
    assert told[1][1].startswith("Status retracted: Completed, Delayed since 2023 (observed; Zalo): nhầm dự án")
    facts = compare(state(), state(2), SAME, [added, gone], FIELDS)["facts"]
    assert [one["status"] for one in facts["added"]] == ["under_construction"]
    assert [(one["status"], one["note"]) for one in facts["retracted"]] == [("completed", "nhầm dự án")]


@pytest.mark.parametrize(
    ("edtf", "vi", "en"),
    [
        ("2023", "từ 2023 (", "since 2023 ("),
        ("2023-02-15", "từ 15/02/2023 (", "since 15 Feb 2023 ("),
        ("2020-11/2021-01", "từ 11/2020 – 01/2021 (", "since Nov 2020 – Jan 2021 ("),
    ],
)
def test_a_date_is_told_as_precisely_as_it_is_printed(edtf: str, vi: str, en: str) -> None:
    told = Told("completed", None, "reported", edtf, "Báo", False, datetime(2026, 11, 22, tzinfo=UTC), "lan", "")
    ((vietnamese, english),) = sentences(state(), state(2), SAME, told)
    assert vi in vietnamese
    assert en in english


def test_units_and_withdrawal_are_told() -> None:
    moved = sentences(state(units=("huyện Cát Hải",)), state(2, units=("Đặc khu Cát Hải",)))
    assert moved[0] == ("Nguồn nêu thêm địa bàn: Đặc khu Cát Hải.", "Sources also name: Đặc khu Cát Hải.")
    assert moved[1] == ("Thôi nêu địa bàn: huyện Cát Hải.", "No longer named: huyện Cát Hải.")
    assert sentences(state(), state(2, withdrawn=True))[0][1] == "The feature was withdrawn as entered by mistake."
    assert sentences(state(withdrawn=True), state(2))[0][1] == "The feature was brought back."
