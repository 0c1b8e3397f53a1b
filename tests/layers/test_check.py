"""Every kind of finding is called up by the smallest folder that deserves it."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.findings import KINDS
from geo.settings import REPOSITORY
from layers import check, provenance
from layers.catalog import Catalog
from layers.files import COLUMNS

CITY = Catalog.load(REPOSITORY / "layers" / "definitions")
PORTS = Catalog({"port": CITY.layer("port")})
CAT_HAI = {"id": "2025-07-dac-khu-cat-hai", "level": "commune", "generation": "2025-07", "code": "11914",
           "name": "Cát Hải", "full_name": "Đặc khu Cát Hải", "type": "Đặc khu", "province_code": "31",
           "valid_from": "2025-07-01"}  # fmt: skip
LABELS = {"title_vi": "Chỉ thị", "label_vi": "Chỉ thị 02", "label_en": "Directive 02"}
SQUARE = [[106.8, 20.7], [107.1, 20.7], [107.1, 20.9], [106.8, 20.9], [106.8, 20.7]]


class Folder:
    """A sound `data/` with one berth, to be spoiled in one place and written to disk."""

    def __init__(self) -> None:
        self.features: list[dict[str, Any]] = [
            {
                "type": "Feature",
                "id": "ben-3",
                "geometry": {"type": "Point", "coordinates": [106.9, 20.8]},
                "properties": {"name_vi": "Bến số 3", "kind": "container_terminal", "location_accuracy": "mapped"},
            }
        ]
        self.tables: dict[str, list[dict[str, str]]] = {
            "port/status": [
                {"feature_id": "ben-3", "seq": "1", "status": "operational", "basis": "reported",
                 "valid_from": "2025-02", "source": "Báo Hải Phòng", "clause": "ct#ii.2", "date_inferred": "false",
                 "uncertain": "false", "stage_in_words": "true"}
            ],
            "port/stated_units": [
                {"feature_id": "ben-3", "unit_id": CAT_HAI["id"], "part": "false", "as_stated": "đặc khu Cát Hải"}
            ],
            "units/units": [dict(CAT_HAI)],
            "units/successions": [],
            "directives/documents": [{"id": "ct", "kind": "directive", "date": "2023-01-19", **LABELS}],
            "directives/clauses": [
                {"id": "ct#ii.2", "document": "ct", "seq": "1", "topics": "port", **LABELS},
                {"id": "ct#ii.3", "document": "ct", "seq": "2", "topics": "port", **LABELS},
            ],
            "directives/mandates": [{"clause": "ct#ii.3", "feature": "ben-3", "role": "orders", "due": "2030"}],
            "directives/unmapped": [],
            "targets/targets": [{"id": "berths", "year": "2023", "layer": "port", "recorded_ids": "ben-3"}],
        }  # fmt: skip

    def write(self, data: Path) -> Path:
        for name, rows in self.tables.items():
            folder, kind = name.split("/")
            file = {"stated_units": "port/units.csv", "targets": "targets.csv"}.get(kind, f"{folder}/{kind}.csv")
            (data / file).parent.mkdir(parents=True, exist_ok=True)
            text = io.StringIO()
            writer = csv.DictWriter(text, COLUMNS[kind], restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            (data / file).write_text(text.getvalue(), "utf-8")
        collection = {"type": "FeatureCollection", "features": self.features}
        (data / "port" / "curated.geojson").write_text(json.dumps(collection), "utf-8")
        outline = {
            "type": "Feature",
            "id": CAT_HAI["id"],
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
            "properties": {},
        }
        (data / "units" / "outlines").mkdir(exist_ok=True)
        (data / "units" / "outlines" / "units-2025-07.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": [outline]}), "utf-8"
        )
        for name in ("port", "units", "directives"):
            (data / name / provenance.FILE).write_text('title = "Cảng"\n', "utf-8")
            provenance.stamp(data / name)
        return data


Spoil = Callable[[Folder], object]


def geometry(value: Any) -> Spoil:
    return lambda folder: folder.features[0].update(geometry=value)


def point(x: Any, y: Any, *more: Any) -> Spoil:
    return geometry({"type": "Point", "coordinates": [x, y, *more]})


def properties(**values: Any) -> Spoil:
    return lambda folder: folder.features[0]["properties"].update(values)


def cell(table: str, **values: str) -> Spoil:
    return lambda folder: folder.tables[table][0].update(values)


def row(table: str, **values: str) -> Spoil:
    return lambda folder: folder.tables[table].append({**(folder.tables[table] or [{}])[0], **values})


def berth(feature_id: str, name: str, x: float = 106.901) -> Spoil:
    return lambda folder: folder.features.append(
        {
            "type": "Feature",
            "id": feature_id,
            "geometry": {"type": "Point", "coordinates": [x, 20.8]},
            "properties": {"name_vi": name, "location_accuracy": "mapped"},
        }
    )


DECOMPOSED = unicodedata.normalize("NFD", "Bến 3")
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
BOW_TIE = [[106.85, 20.75], [106.95, 20.85], [106.95, 20.75], [106.85, 20.85], [106.85, 20.75]]
CASES: list[tuple[str, str, str, str, Spoil]] = [
    ("bad-id", "port/curated.geojson", "đối tượng 1", "id", lambda f: f.features[0].update(id="Bến 3")),
    ("bad-id", "port/curated.geojson", "đối tượng 1", "id", lambda f: f.features[0].update(id="b" * 121)),
    ("duplicate-id", "port/curated.geojson", "ben-3", "id", berth("ben-3", "Bến Nam Đình Vũ")),
    ("duplicate-id", "units/units.csv", "dòng 3", "id", row("units/units")),
    ("unknown-code", "port/status.csv", "ben-3 (dòng 2)", "status", cell("port/status", status="recognised")),
    ("unknown-code", "port/status.csv", "ben-3 (dòng 2)", "basis", cell("port/status", basis="")),
    ("unknown-code", "units/units.csv", "dòng 2", "level", cell("units/units", level="ward")),
    ("unknown-code", "directives/mandates.csv", "dòng 2", "role", cell("directives/mandates", role="orders it")),
    ("unknown-code", "port/units.csv", "ben-3 (dòng 2)", "part", cell("port/stated_units", part="")),
    ("bad-value", "port/curated.geojson", "ben-3", "kind", properties(kind="quay")),
    ("bad-value", "port/curated.geojson", "ben-3", "berths", properties(berths="2")),
    ("bad-value", "port/curated.geojson", "ben-3", "name_vi", lambda f: f.features[0]["properties"].pop("name_vi")),
    ("bad-value", "port/units.csv", "ben-3 (dòng 2)", "as_stated", cell("port/stated_units", as_stated=" ")),
    ("unknown-property", "port/curated.geojson", "ben-3", "diameter_mm", properties(diameter_mm=300)),
    ("bad-date", "port/status.csv", "ben-3 (dòng 2)", "valid_from", cell("port/status", valid_from="15/02/2023")),
    ("bad-date", "directives/documents.csv", "dòng 2", "date", cell("directives/documents", date="2023-02-30")),
    ("future-date", "port/status.csv", "ben-3 (dòng 2)", "valid_from", cell("port/status", valid_from=TOMORROW)),
    ("backward-dates", "units/units.csv", "dòng 2", "valid_to", cell("units/units", valid_to="2024-12-31")),
    ("no-source", "port/status.csv", "ben-3 (dòng 2)", "source", cell("port/status", source=" ")),
    ("order-as-status", "port/status.csv", "ben-3 (dòng 2)", "status", cell("directives/mandates", clause="ct#ii.2")),
    ("order-as-status", "directives/mandates.csv", "dòng 2", "implied_stage",
     cell("directives/mandates", ordered_stage="completed", implied_stage="completed")),
    ("empty-fact", "port/status.csv", "ben-3 (dòng 2)", "status", cell("port/status", status="")),
    ("broken-reference", "port/status.csv", "ben-3 (dòng 2)", "clause", cell("port/status", clause="ct#ii.9")),
    ("broken-reference", "port/status.csv", "ben-4 (dòng 3)", "feature_id", row("port/status", feature_id="ben-4")),
    ("broken-reference", "port/units.csv", "ben-3 (dòng 2)", "unit_id", cell("port/stated_units", unit_id="2024-x")),
    ("broken-reference", "units/units.csv", "dòng 2", "parent", cell("units/units", parent="2024-x")),
    ("broken-reference", "targets.csv", "dòng 2", "recorded_ids", cell("targets/targets", recorded_ids="ben-3;ben-4")),
    ("broken-reference", "directives/clauses.csv", "dòng 2", "topics", cell("directives/clauses", topics="mines")),
    ("not-nfc", "port/curated.geojson", "ben-3", "name_vi", properties(name_vi=DECOMPOSED)),
    ("not-nfc", "port/curated.geojson", "ben-3", "alt_names", properties(alt_names=[DECOMPOSED])),
    ("not-nfc", "port/status.csv", "ben-3 (dòng 2)", "source", cell("port/status", source=DECOMPOSED)),
    ("lookalike-name", "port/curated.geojson", "ben-so-3", "name_vi", berth("ben-so-3", "BẾN SỐ 3", 107.0)),
    ("malformed-geometry", "port/curated.geojson", "ben-3", "geometry",
     geometry({"type": "Circle", "coordinates": []})),
    ("malformed-geometry", "port/curated.geojson", "ben-3", "geometry", geometry([106.9, 20.8])),
    ("malformed-geometry", "port/curated.geojson", "ben-3", "geometry",
     geometry({"type": "Polygon", "coordinates": [[[106.9, 20.8], [106.95, 20.8]]]})),
    ("empty-geometry", "port/curated.geojson", "ben-3", "geometry",
     geometry({"type": "LineString", "coordinates": []})),
    ("not-finite", "port/curated.geojson", "ben-3", "geometry", point(float("nan"), 20.8)),
    ("not-finite", "port/curated.geojson", "ben-3", "geometry", point("106.9", "20.8")),
    ("three-dimensions", "port/curated.geojson", "ben-3", "geometry", point(106.9, 20.8, 3.5)),
    ("too-many-vertices", "port/curated.geojson", "ben-3", "geometry",
     geometry({"type": "LineString", "coordinates": [[106.9, 20.8]] * 50_001})),
    ("swapped-axes", "port/curated.geojson", "ben-3", "geometry", point(20.8, 106.9)),
    ("projected-metres", "port/curated.geojson", "ben-3", "geometry", point(619_700, 2_300_800)),
    ("projected-metres", "port/curated.geojson", "ben-3", "geometry", point(2_300_800, 619_700)),
    ("outside-bounds", "port/curated.geojson", "ben-3", "geometry", point(0, 0)),
    ("invalid-geometry", "port/curated.geojson", "ben-3", "geometry",
     geometry({"type": "Polygon", "coordinates": [BOW_TIE]})),
    ("outside-stated-unit", "port/curated.geojson", "ben-3", "geometry", point(106.79, 20.8)),
    ("far-from-stated-unit", "port/curated.geojson", "ben-3", "geometry", point(106.3, 20.8)),
    ("bad-character", "port/curated.geojson", "ben-3", "notes", properties(notes="a\0b", notes_en="b")),
    ("bad-value", "port/curated.geojson", "ben-3", "name_vi", properties(name_vi=" ")),
    ("bad-value", "port/curated.geojson", "ben-3", "area_ha", properties(area_ha=float("nan"))),
    ("bad-value", "directives/clauses.csv", "dòng 2", "seq", cell("directives/clauses", seq="một")),
    ("bad-value", "targets.csv", "dòng 2", "value", cell("targets/targets", value="21 công viên")),
    ("point-without-accuracy", "port/curated.geojson", "ben-3", "location_accuracy",
     properties(location_accuracy=None)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "file", "where", "field", "spoil"), CASES, ids=[case[0] for case in CASES])
def test_the_one_thing_that_is_wrong_is_found_at_its_place(
    tmp_path: Path, kind: str, file: str, where: str, field: str, spoil: Spoil
) -> None:
    folder = Folder()
    spoil(folder)
    findings = check.run(folder.write(tmp_path), PORTS)
    found = [one for one in findings if one.kind == kind]
    assert [(one.file, one.where, one.field) for one in found] == [(file, where, field)], [str(f) for f in findings]
    assert not [one for one in findings if one.kind not in (kind, "broken-reference")]


def test_a_sound_folder_gives_no_finding(tmp_path: Path) -> None:
    assert check.run(Folder().write(tmp_path), PORTS) == []


def test_every_finding_says_in_both_languages_what_came_and_what_to_do(tmp_path: Path) -> None:
    folder = Folder()
    cell("port/status", valid_from="15/02/2023")(folder)
    (found,) = check.run(folder.write(tmp_path), PORTS)
    assert str(found) == (
        "error [bad-date] port/status.csv · ben-3 (dòng 2) · valid_from\n"
        "  ngày '15/02/2023' không đọc được; viết 2023, 2023-02, 2023-02-15 hoặc 2020-11/2021-01.\n"
        "  the date '15/02/2023' cannot be read; write 2023, 2023-02, 2023-02-15 or 2020-11/2021-01."
    )


ORDERED = {"clause": "ct#ii.2", "ordered_stage": "operational", "implied_stage": "under_construction"}


@pytest.mark.parametrize(
    ("fact", "order", "sound"),
    [
        ({"basis": "implied"}, ORDERED, False),  # the clause orders it to run; it presupposes only the works
        ({"basis": "inferred"}, ORDERED, False),
        ({"basis": "implied", "status": "under_construction"}, ORDERED, True),
        ({"basis": "implied"}, ORDERED | {"implied_stage": "operational", "ordered_finish": "true"}, True),
        ({"basis": "reported"}, ORDERED | {"role": "reports"}, True),
        ({"basis": "reported", "status": "", "condition": "delayed"}, ORDERED, True),
    ],
)
def test_ordered_and_achieved_never_come_from_the_same_sentence(
    tmp_path: Path, fact: dict[str, str], order: dict[str, str], *, sound: bool
) -> None:
    folder = Folder()
    cell("port/status", **fact)(folder)
    cell("directives/mandates", **order)(folder)
    found = [one for one in check.run(folder.write(tmp_path), PORTS) if one.kind == "order-as-status"]
    assert [one.came for one in found] == ([] if sound else ["operational"])


def words_of(data: Path, kind: str) -> list[str]:
    return [str(found) for found in check.run(data, PORTS) if found.kind == kind]


def test_a_torn_row_counts_cells_and_columns_and_tells_of_the_comma(tmp_path: Path) -> None:
    data = Folder().write(tmp_path)
    with (data / "port" / "status.csv").open("a", encoding="utf-8") as stream:
        stream.write("\nben-3,2,operational,,reported,2025,Báo Hải Phòng, trang 2,,,,,false,false,true\n")
    (told,) = words_of(data, "ragged-row")
    assert "ben-3" not in told
    assert "dòng có 15 ô, tiêu đề có 14 cột; đặt chữ có dấu phẩy trong ngoặc kép" in told
    assert "the row has 15 cells, the header 14 columns; put a text with a comma in double quotes" in told


def test_a_file_with_a_mark_before_it_is_read_like_any_other(tmp_path: Path) -> None:
    data = Folder().write(tmp_path)
    for path in [*data.rglob("*.csv"), *data.rglob("*.geojson")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert {found.kind for found in check.run(data, PORTS)} == {"stale-checksum"}


@pytest.mark.parametrize(
    ("sign", "vi", "en"),
    [(";", "ngăn bằng ';', không phải dấu phẩy; dùng dấu phẩy", "parted by ';', not by commas; use commas"),
     ("\t", "ngăn bằng '\\t'", "parted by '\\t'")],
)  # fmt: skip
def test_a_table_with_other_signs_between_its_columns_is_told_to_use_commas(
    tmp_path: Path, sign: str, vi: str, en: str
) -> None:
    data = Folder().write(tmp_path)
    path = data / "port" / "status.csv"
    path.write_text(path.read_text("utf-8").replace(",", sign), "utf-8")
    (told,) = words_of(data, "not-commas")
    assert vi in told
    assert en in told


def test_a_file_in_utf_16_is_told_in_plain_words(tmp_path: Path) -> None:
    data = Folder().write(tmp_path)
    path = data / "port" / "status.csv"
    path.write_text(path.read_text("utf-8"), "utf-16")
    (told,) = words_of(data, "not-utf8")
    assert "không ở mã UTF-8 (UTF-16); lưu lại ở mã UTF-8" in told


@pytest.mark.parametrize("name", ["port/curated.geojson", "units/units.csv", "directives/clauses.csv"])
def test_what_refers_into_a_file_that_cannot_be_read_is_not_judged(tmp_path: Path, name: str) -> None:
    data = Folder().write(tmp_path)
    (data / name).write_bytes(b'{"oops')
    findings = [found for found in check.run(data, PORTS) if found.severity == "error"]
    assert [found.file for found in findings] == [name]


def test_a_fact_belongs_to_a_project_of_its_own_layer(tmp_path: Path) -> None:
    folder = Folder()
    data = folder.write(tmp_path)
    park = data / "park"
    park.mkdir()
    (park / "curated.geojson").write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    (park / "status.csv").write_bytes((data / "port" / "status.csv").read_bytes())
    both = Catalog({"port": CITY.layer("port"), "park": CITY.layer("park")})
    (found,) = (found for found in check.run(data, both) if found.severity == "error")
    assert (found.kind, found.file, found.came) == ("broken-reference", "park/status.csv", "ben-3")


def test_an_id_that_comes_twice_is_told_with_its_lines(tmp_path: Path) -> None:
    folder = Folder()
    berth("ben-3", "Bến Nam Đình Vũ")(folder)
    data = folder.write(tmp_path)
    (data / "port" / "curated.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": folder.features}, indent=1), "utf-8"
    )
    (told,) = words_of(data, "duplicate-id")
    assert "port/curated.geojson (dòng 6, 22)" in told, told
    assert "port/curated.geojson (lines 6, 22)" in told


def test_an_empty_value_is_called_empty(tmp_path: Path) -> None:
    folder = Folder()
    properties(name_vi="")(folder)
    (told,) = words_of(folder.write(tmp_path), "bad-value")
    assert "giá trị (trống) không dùng được" in told
    assert "the value (empty) cannot be used" in told


def test_metres_of_vn_2000_are_told_with_the_place_that_they_mean(tmp_path: Path) -> None:
    folder = Folder()
    point(619_700, 2_300_800)(folder)
    (found,) = check.run(folder.write(tmp_path), PORTS)
    assert "[106.90, 20.81]" in found.remedy.vi


def test_a_berth_just_off_a_generalised_shore_is_no_finding(tmp_path: Path) -> None:
    folder = Folder()
    point(106.7975, 20.8)(folder)  # 260 m west of the outline; mapped points may be 200 + 120 m off
    assert check.run(folder.write(tmp_path), PORTS) == []


def test_neighbouring_berths_with_other_numbers_are_not_taken_for_one(tmp_path: Path) -> None:
    folder = Folder()
    for feature_id, name in (("ben-4", "Bến số 4"), ("nam-1", "Cảng Nam khu II"), ("nam-2", "Cảng Nam khu III")):
        berth(feature_id, name)(folder)
    assert check.run(folder.write(tmp_path), PORTS) == []


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("port/curated.geojson", None, "missing-file"),
        ("units/units.csv", None, "missing-file"),
        ("port/curated.geojson", b'{"type": "FeatureCollection", ', "unreadable-file"),
        ("port/curated.geojson", b"[" * 100_000, "unreadable-file"),
        ("port/curated.geojson", b'{"features": [3]}', "unreadable-file"),
        ("port/status.csv", "feature_id,status\nbến,x\n".encode("utf-16"), "not-utf8"),
        ("port/status.csv", b"feature_id,status\nben-3,operational\n", "missing-column"),
        ("port/status.csv", b"feature_id;status\nben-3;operational\n", "not-commas"),
        ("port/curated.geojson", "{}".encode("utf-16"), "not-utf8"),
        ("port/curated.geojson", b'{"features": [{"properties": {}}]}', "unreadable-file"),
        ("targets.csv", (",".join(COLUMNS["targets"]) + "\nberths,2023\n").encode(), "ragged-row"),
        ("port/status.csv", b"", "missing-column"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_no_crash(
    tmp_path: Path, path: str, content: bytes | None, kind: str
) -> None:
    data = Folder().write(tmp_path)
    if content is None:
        (data / path).unlink()
    else:
        (data / path).write_bytes(content)
    assert (kind, path) in {(found.kind, found.file) for found in check.run(data, PORTS)}


def test_a_layer_of_pipes_takes_no_point(tmp_path: Path) -> None:
    office = tmp_path / "office"
    (office / "pipes").mkdir(parents=True)
    words = 'title = "Ống"\ndescription = "Ống nước"\neach_feature_is = "một ống"\nlifecycle = "project"\n'
    (office / "pipes.toml").write_text(words + 'geometry = "LineString"\n[style]\nicon = "pipe"\n', "utf-8")
    pipe: Mapping[str, Any] = {
        "type": "Feature",
        "id": "pipe-1",
        "geometry": {"type": "Point", "coordinates": [106.9, 20.8]},
        "properties": {"name_vi": "Ống 1", "location_accuracy": "surveyed"},
    }
    (office / "pipes" / "curated.geojson").write_text(json.dumps({"features": [pipe]}), "utf-8")
    (office / "pipes" / "status.csv").write_text(",".join(COLUMNS["status"]) + "\n", "utf-8")
    catalog = Catalog.load(REPOSITORY / "layers" / "definitions", office)
    both = Catalog({"port": catalog.layer("port"), "pipes": catalog.layer("pipes")}, office, catalog.from_extra)
    found, undocumented = check.run(Folder().write(tmp_path / "data"), both)
    assert undocumented.kind == "no-provenance"
    assert (found.kind, found.file, found.where) == ("wrong-geometry", "pipes/curated.geojson", "pipe-1")


def test_a_file_that_changed_without_its_checksum_is_noticed(tmp_path: Path) -> None:
    data = Folder().write(tmp_path)
    with (data / "port" / "status.csv").open("a", encoding="utf-8") as stream:
        stream.write("ben-3\n")
    (data / "units" / provenance.FILE).unlink()
    (data / "directives" / provenance.FILE).write_text("title = ", "utf-8")
    found = {(one.kind, one.file, one.where) for one in check.run(data, PORTS)}
    assert found == {
        ("unreadable-file", "directives/provenance.toml", ""),
        ("ragged-row", "port/status.csv", "dòng 3"),
        ("stale-checksum", "port/provenance.toml", "status.csv"),
        ("no-provenance", "units/provenance.toml", ""),
    }


def test_every_kind_of_finding_is_tried_here() -> None:
    others = {
        "missing-file", "unreadable-file", "missing-column", "not-utf8", "not-commas", "ragged-row", "wrong-geometry",
        "no-provenance", "stale-checksum", "stale-acceptance",
    }  # fmt: skip
    assert {case[0] for case in CASES} | others == set(KINDS)
