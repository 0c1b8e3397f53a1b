"""Curated files → the store: what a load adds and changes, what it leaves alone, and what it refuses as a whole."""

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, text

from geo.apply import apply
from geo.errors import HaiphongError, InvalidData
from geo.feature import Changeset
from geo.loaded import LOADER
from geo.settings import REPOSITORY
from layers import load, records
from layers.catalog import Catalog
from layers.files import COLUMNS
from layers.load import Report, lines, load_all
from tests.factories import edit, fact

CITY = Catalog.load(REPOSITORY / "layers" / "definitions")
LAYERS = ("port", "park")
TWO = Catalog({layer: CITY.layer(layer) for layer in LAYERS})
CLAUSE = "ct-02-2023#ii.2.3"
TABLES = (
    "changeset", "feature", "feature_version", "status_fact", "feature_unit", "loaded_feature", "loaded_source",
    "admin_unit", "admin_succession", "document", "clause", "mandate", "target",
)  # fmt: skip


class City:
    """A small `data/` with two ports, a park, one unit and one directive, to be changed and loaded."""

    def __init__(self, data: Path, engine: Engine) -> None:
        self.data, self.engine, self.said = data, engine, list[str]()
        self.features: dict[str, list[dict[str, Any]]] = {
            "port": [self.feature("cang-a", [106.9, 20.8]), self.feature("cang-b", None)],
            "park": [self.feature("cong-vien", [106.7, 20.85])],
        }
        self.facts = {
            "port": [self.fact("cang-a", "proposed", "2020"), self.fact("cang-a", "under_construction", "2023-02")],
            "park": [self.fact("cong-vien", "completed", "2021")],
        }
        self.units: dict[str, list[dict[str, str]]] = {
            "port": [
                {"feature_id": "cang-b", "unit_id": "2024-huyen-cat-hai", "part": "false", "as_stated": "Cát Hải"}
            ],
            "park": [],
        }
        self.tables: dict[str, list[dict[str, str]]] = {
            "units/units.csv": [
                {"id": "2024-huyen-cat-hai", "level": "district", "generation": "2024", "name": "Cát Hải",
                 "full_name": "Huyện Cát Hải", "type": "Huyện", "province_code": "31"}
            ],
            "units/successions.csv": [],
            "directives/documents.csv": [
                {"id": "ct-02-2023", "kind": "directive", "title_vi": "Chỉ thị", "label_vi": "Chỉ thị 02/CT-UBND",
                 "label_en": "Directive 02", "date": "2023-01-19"}
            ],
            "directives/clauses.csv": [
                {"id": CLAUSE, "document": "ct-02-2023", "seq": "1", "label_vi": "mục II.2.3", "label_en": "II.2.3",
                 "open_list": "true", "topics": "port;park"}
            ],
            "directives/mandates.csv": [
                {"clause": CLAUSE, "feature": "cang-a", "role": "orders", "ordered_finish": "true"}
            ],
            "directives/unmapped.csv": [{"clause": CLAUSE, "reason": "no-place", "why": "Việc của công an"}],
            "targets.csv": [
                {"id": "2025-parks", "indicator_vi": "Công viên", "value": "21", "recorded_ids": "cong-vien"}
            ],
        }  # fmt: skip

    @staticmethod
    def feature(feature_id: str, at: list[float] | None, **properties: Any) -> dict[str, Any]:
        place = None if at is None else {"type": "Point", "coordinates": at}
        told = {"name_vi": f"Dự án {feature_id}"} | properties
        return {"type": "Feature", "id": feature_id, "geometry": place, "properties": told}

    @staticmethod
    def fact(feature_id: str, status: str, valid_from: str, **told: str) -> dict[str, str]:
        marks = {"date_inferred": "false", "uncertain": "false", "stage_in_words": "true"}
        row = {"feature_id": feature_id, "status": status, "valid_from": valid_from, "basis": "reported"}
        return row | {"source": "Báo Hải Phòng"} | marks | told

    def write(self) -> None:
        for layer in LAYERS:
            folder = self.data / layer
            folder.mkdir(parents=True, exist_ok=True)
            features = ",\n".join(json.dumps(one, ensure_ascii=False) for one in self.features[layer])
            (folder / "curated.geojson").write_text(
                '{"type":"FeatureCollection",\n"features":[\n' + features + "\n]}\n", "utf-8"
            )
            self._table(folder / "status.csv", "status", self.facts[layer])
            self._table(folder / "units.csv", "stated_units", self.units[layer])
        for name, rows in self.tables.items():
            self._table(self.data / name, Path(name).stem, rows)

    @staticmethod
    def _table(path: Path, kind: str, rows: Sequence[Mapping[str, str]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[kind], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def load(self, *, hurry: bool = False) -> dict[str, tuple[int, int, int, tuple[str, ...], tuple[str, ...]]]:
        """Write the files and load them; per layer: added, changed, unchanged, conflicting, missing."""
        self.write()
        self.said.clear()
        self.report = load_all(self.engine, self.data, TWO, self.said.append, hurry=hurry)
        return {
            one.layer: (one.added, one.changed, one.unchanged, one.conflicting, one.missing)
            for one in self.report.layers
        }

    def changed(self) -> set[str]:
        """What a start finds changed among the files."""
        with self.engine.begin() as connection:
            return set(load.changed(connection, self.data, TWO))

    def read_again(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The layers whose files a start reads, to find nothing changed."""
        digest_of = Mock(wraps=records.digest_of)
        with monkeypatch.context() as watching:
            watching.setattr(records, "digest_of", digest_of)
            assert self.changed() == set()
        read = {path for call in digest_of.call_args_list for path in call.args}
        return [layer for layer in LAYERS if self.data / layer / "curated.geojson" in read]

    def refused(self, error: type[HaiphongError]) -> str:
        """What the load says to these files, after looking that it left nothing behind."""
        before = self.numbers()
        with pytest.raises(error) as told:
            self.load()
        assert self.numbers() == before
        return str(told.value)

    def numbers(self) -> dict[str, int]:
        return {table: self.ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def somebody_edits(self, feature_id: str, **properties: Any) -> None:
        with self.engine.begin() as connection:
            mine = edit(feature_id, name_vi="Tên người dân đặt", facts=(fact("operational"),), **properties)
            apply(connection, Changeset("Lan", "I was there", "walk of 2 June", [mine]))


@pytest.fixture
def city(tmp_path: Path, own_engine: Engine) -> Iterator[City]:
    """An empty city; a load commits by itself, so what it stored is cleared away afterwards."""
    yield City(tmp_path, own_engine)
    with own_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE"))


UNITS_READ = "units: đơn vị, ranh giới / units, outlines, successions"
DIRECTIVES_READ = "directives: văn bản, điều khoản, chỉ tiêu / documents, clauses, targets"
FIRST = {"port": (2, 0, 0, (), ()), "park": (1, 0, 0, (), ())}
AGAIN = {"port": (0, 0, 2, (), ()), "park": (0, 0, 1, (), ())}


def test_the_first_load_brings_everything(city: City) -> None:
    assert city.load() == FIRST
    assert city.said == [
        UNITS_READ, DIRECTIVES_READ, "port: đối tượng / features", "park: đối tượng / features",
    ]  # fmt: skip
    assert city.numbers() == {
        "changeset": 2, "feature": 3, "feature_version": 3, "status_fact": 3, "feature_unit": 1, "loaded_feature": 3,
        "loaded_source": 4, "admin_unit": 1, "admin_succession": 0, "document": 1, "clause": 1, "mandate": 2,
        "target": 1,
    }  # fmt: skip
    assert city.ask("SELECT id, status, valid_from::text, version FROM feature ORDER BY id") == [
        ("cang-a", "under_construction", "2023-02-01", 1), ("cang-b", "unknown", None, 1),
        ("cong-vien", "completed", "2021-01-01", 1),
    ]  # fmt: skip


def test_each_layer_is_one_changeset_of_the_loader_with_the_sum_of_its_files(city: City) -> None:
    city.load()
    rows = city.ask("SELECT actor, note, source ~ '^sha256:[0-9a-f]{64}$' FROM changeset ORDER BY id")
    assert rows == [(LOADER, "port: curated files", True), (LOADER, "park: curated files", True)]


def test_a_second_load_changes_nothing(city: City) -> None:
    city.load()
    before = city.numbers(), city.ask("SELECT id, geojson FROM feature ORDER BY id")
    assert city.load() == AGAIN
    assert (city.numbers(), city.ask("SELECT id, geojson FROM feature ORDER BY id")) == before


def test_a_changed_project_becomes_its_second_version_and_its_neighbour_stays(city: City) -> None:
    city.load()
    city.features["port"][0]["properties"]["area_ha"] = 45
    assert city.load() == {"port": (0, 1, 1, (), ()), "park": (0, 0, 1, (), ())}
    assert city.ask("SELECT id, version, properties ->> 'area_ha' FROM feature ORDER BY id") == [
        ("cang-a", 2, "45"), ("cang-b", 1, None), ("cong-vien", 1, None),
    ]  # fmt: skip
    assert city.ask("SELECT version, properties ->> 'area_ha' FROM feature_version WHERE feature = 'cang-a'") == [
        (1, None), (2, "45"),
    ]  # fmt: skip
    assert city.load() == AGAIN


def test_of_changed_facts_those_that_stayed_keep_their_ids(city: City) -> None:
    city.load()
    told = "SELECT id, status, edtf, retracted_by IS NULL FROM status_fact WHERE feature = 'cang-a' ORDER BY id"
    (kept, *_), (gone, *_) = city.ask(told)
    city.facts["port"] = [
        city.fact("cang-a", "proposed", "2020"),
        city.fact("cang-a", "under_construction", "2023-02-15"),  # more precise than it was
        city.fact("cang-a", "partly_operational", "2024-06"),
    ]
    assert city.load()["port"] == (0, 1, 1, (), ())
    rows = city.ask(told)
    assert rows[:2] == [(kept, "proposed", "2020", True), (gone, "under_construction", "2023-02", False)]
    assert [row[1:] for row in rows[2:]] == [
        ("under_construction", "2023-02-15", True), ("partly_operational", "2024-06", True),
    ]  # fmt: skip
    assert city.ask("SELECT status FROM feature WHERE id = 'cang-a'") == [("partly_operational",)]


def test_one_of_two_equal_facts_may_go(city: City) -> None:
    city.facts["port"] = [city.fact("cang-a", "proposed", "2020")] * 2
    city.load()
    city.facts["port"].pop()
    city.load()
    assert city.ask("SELECT retracted_by IS NULL FROM status_fact WHERE feature = 'cang-a' ORDER BY id") == [
        (True,), (False,),
    ]  # fmt: skip


def test_a_project_that_moved_to_another_district_leaves_the_old_one(city: City) -> None:
    city.load()
    city.units["port"] = []
    assert city.load()["port"] == (0, 1, 1, (), ())
    assert city.ask("SELECT * FROM feature_unit") == []


def test_a_new_project_stands_beside_the_old_ones(city: City) -> None:
    city.load()
    city.features["port"].append(city.feature("cang-c", None))
    assert city.load()["port"] == (1, 0, 2, (), ())
    assert city.ask("SELECT id, version FROM feature WHERE id = 'cang-c'") == [("cang-c", 1)]


# What people edited.


def test_what_people_edited_is_never_overwritten(city: City) -> None:
    city.load()
    city.somebody_edits("cang-a")
    assert city.load() == AGAIN  # the file says what it said: no conflict
    city.features["port"][0]["properties"]["area_ha"] = 45
    assert city.load()["port"] == (0, 0, 1, ("cang-a",), ())
    assert city.report.conflicts == 1
    assert city.ask("SELECT version, properties, status FROM feature WHERE id = 'cang-a'") == [
        (2, {"name_vi": "Tên người dân đặt"}, "operational")
    ]
    assert city.load()["port"] == (0, 0, 1, ("cang-a",), ())  # until a person decides, it is told each time


def test_a_conflict_does_not_keep_the_others_out(city: City) -> None:
    city.load()
    city.somebody_edits("cang-a")
    for one in city.features["port"]:
        one["properties"]["area_ha"] = 45
    assert city.load()["port"] == (0, 1, 0, ("cang-a",), ())


def test_a_file_that_goes_back_to_what_it_was_ends_the_conflict(city: City) -> None:
    city.load()
    city.somebody_edits("cang-a")
    city.features["port"][0]["properties"]["area_ha"] = 45
    city.load()
    del city.features["port"][0]["properties"]["area_ha"]
    assert city.load() == AGAIN


def test_a_project_that_people_entered_first_is_theirs(city: City) -> None:
    city.somebody_edits("cang-a")
    assert city.load()["port"] == (1, 0, 0, ("cang-a",), ())
    assert city.ask("SELECT version FROM feature WHERE id = 'cang-a'") == [(1,)]


def test_facts_that_people_told_stay_when_the_file_changes_another_project(city: City) -> None:
    city.load()
    city.somebody_edits("cang-a")
    city.facts["port"].append(city.fact("cang-b", "proposed", "2022"))
    city.load()
    rows = city.ask("SELECT status, retracted_by FROM status_fact WHERE feature = 'cang-a' ORDER BY id")
    assert rows == [("proposed", None), ("under_construction", None), ("operational", None)]


def test_a_project_that_left_the_file_is_kept_and_told(city: City) -> None:
    city.load()
    del city.features["port"][1], city.units["port"][0]
    assert city.load()["port"] == (0, 0, 1, (), ("cang-b",))
    assert city.ask("SELECT withdrawn FROM feature WHERE id = 'cang-b'") == [(False,)]


def test_a_file_in_another_order_changes_nothing(city: City) -> None:
    city.load()
    for rows in (city.features["port"], city.facts["port"]):
        rows.reverse()
    city.facts["port"].sort(key=lambda row: row["valid_from"])
    assert city.load() == AGAIN


def test_a_project_of_peoples_own_is_not_missing_from_a_file(city: City) -> None:
    city.load()
    city.somebody_edits("cang-cua-dan")
    assert city.load() == AGAIN


def test_the_report_reads_as_a_person_would_tell_it(city: City) -> None:
    city.load()
    city.somebody_edits("cang-a")
    city.features["port"] = [replace_area(city.features["port"][0], 45)]
    city.units["port"] = []
    city.load()
    port, park, conflict, missing = lines(city.report)
    assert " ".join(port.split()) == "port 0 thêm / added 0 đổi / changed 0 giữ / unchanged 1 xung đột / conflicting"
    assert " ".join(park.split()) == "park 0 thêm / added 0 đổi / changed 1 giữ / unchanged 0 xung đột / conflicting"
    assert conflict.startswith("port/cang-a: đã sửa cả trong tệp lẫn trên bản đồ; giữ bản trên bản đồ.")
    assert conflict.endswith("changed in the file and by people since; the people's version stays.")
    assert missing.startswith("port/cang-b: còn trong kho, không còn trong tệp; vẫn giữ.")
    assert missing.endswith("it stays. Rút lại / to withdraw it: haiphong withdraw cang-b --why …")
    assert list(lines(Report())) == []


def replace_area(feature: dict[str, Any], area_ha: float) -> dict[str, Any]:
    return feature | {"properties": feature["properties"] | {"area_ha": area_ha}}


# All or nothing.


def test_a_broken_last_layer_leaves_nothing_of_the_first(city: City) -> None:
    city.features["park"][0]["geometry"] = {"type": "Point", "coordinates": [20.8, 106.7]}
    assert "    cong-vien: its geometry leaves 102–118° E, 6–24° N" in city.refused(InvalidData)
    assert set(city.numbers().values()) == {0}


def test_a_broken_line_is_named_with_its_file_and_leaves_what_was_there(city: City) -> None:
    city.load()
    city.features["port"][0]["properties"]["area_ha"] = 45
    city.features["park"].append({"type": "Feature", "id": "cong-vien-2", "geometry": None})
    assert "park/curated.geojson, dòng 4" in city.refused(InvalidData)
    assert city.ask("SELECT DISTINCT version FROM feature") == [(1,)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "finished"}, "cang-a: there is no status 'finished'"),
        ({"valid_from": "2999"}, "cang-a: the status of 2999 lies in the future"),
        ({"valid_from": "quý I"}, "cang-a: 'quý I' is no date"),
        ({"clause": "ct-99#i"}, "ct-99#i"),
        ({"basis": ""}, "cang-a: there is no basis ''"),
    ],
)
def test_a_fact_that_cannot_be_stops_the_load(city: City, change: dict[str, str], reason: str) -> None:
    city.facts["port"][0] |= change
    assert reason in city.refused(InvalidData)


def test_a_unit_that_is_not_in_the_list_stops_the_load(city: City) -> None:
    city.units["port"][0]["unit_id"] = "2024-huyen-atlantis"
    told = city.refused(InvalidData)
    assert "port/units.csv: cang-b: đơn vị '2024-huyen-atlantis' không có trong units/units.csv; sửa mã" in told
    assert "units.csv: cang-b: the unit '2024-huyen-atlantis' is not in units/units.csv; correct the id" in told
    assert "Chưa nạp gì, kho giữ nguyên" in told
    assert "constraint" not in told


def test_a_unit_that_left_the_list_while_projects_name_it_stops_the_load(city: City) -> None:
    city.load()
    city.tables["units/units.csv"] = [city.tables["units/units.csv"][0] | {"id": "2024-huyen-khac"}]
    told = city.refused(InvalidData)
    assert "2024-huyen-cat-hai" in told
    assert "haiphong check" in told
    assert "constraint" not in told


def test_a_list_with_an_empty_name_stops_the_load(city: City) -> None:
    city.tables["units/units.csv"][0]["full_name"] = ""
    assert "kho không nhận / the store refuses it" in city.refused(InvalidData)


def test_an_order_about_a_project_that_is_not_there_stops_the_load(city: City) -> None:
    city.tables["directives/mandates.csv"][0]["feature"] = "cang-z"
    told = city.refused(InvalidData)
    assert "directives/mandates.csv: đối tượng 'cang-z' không có trong curated.geojson" in told
    assert "the feature 'cang-z' is not in curated.geojson" in told


def test_one_id_in_two_layers_stops_the_load(city: City) -> None:
    city.features["park"][0]["id"] = "cang-a"
    city.facts["park"] = []
    assert "A feature keeps its layer: cang-a belongs to port, not park" in city.refused(InvalidData)


@pytest.mark.parametrize(
    "name",
    ["units/units.csv", "units/successions.csv", "directives/documents.csv", "directives/clauses.csv", "targets.csv"],
)
def test_a_list_without_its_columns_is_named(city: City, name: str) -> None:
    city.write()
    (city.data / name).write_text("wrong,columns\n1,2\n", "utf-8")
    with pytest.raises(InvalidData, match=rf"{name}, dòng 1: không có cột"):
        load_all(city.engine, city.data, TWO)
    assert set(city.numbers().values()) == {0}


def test_outlines_that_are_torn_are_named(city: City) -> None:
    city.write()
    (city.data / "units" / "outlines").mkdir()
    (city.data / "units" / "outlines" / "districts-2024.geojson").write_text('{"type":', "utf-8")
    with pytest.raises(InvalidData, match=r"districts-2024\.geojson: a FeatureCollection of outlines was expected"):
        load_all(city.engine, city.data, TWO)


# Units, directives, and hurry.


def outline(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    place = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": "2024-huyen-cat-hai", "geometry": place, "properties": {}}


def test_new_outlines_find_the_projects_inside_without_a_new_version(city: City) -> None:
    city.load()
    folder = city.data / "units" / "outlines"
    folder.mkdir()
    drawn = {"type": "FeatureCollection", "features": [outline(106.8, 20.7, 107.1, 20.9)]}
    (folder / "districts-2024.geojson").write_text(json.dumps(drawn), "utf-8")
    assert city.load(hurry=True) == {}
    assert city.ask("SELECT feature, basis FROM feature_unit ORDER BY feature") == [
        ("cang-a", "located"), ("cang-b", "stated"),
    ]  # fmt: skip
    assert city.ask("SELECT DISTINCT version FROM feature") == [(1,)]


def test_in_a_hurry_only_what_has_new_files_is_read(city: City) -> None:
    city.load()
    assert city.load(hurry=True) == {}
    assert city.said == []
    city.features["port"][0]["properties"]["area_ha"] = 45
    assert city.load(hurry=True) == {"port": (0, 1, 1, (), ())}
    assert city.said == ["port: đối tượng / features"]
    assert city.load(hurry=True) == {}


def test_files_that_nobody_touched_are_not_read_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FINE_NS", 0)
    monkeypatch.setattr(records, "COARSE_NS", 0)
    city.load()
    assert (city.changed(), city.read_again(monkeypatch)) == (set(), [])
    curated = city.data / "port" / "curated.geojson"
    curated.touch()
    assert city.read_again(monkeypatch) == ["port"]
    assert city.read_again(monkeypatch) == []  # it holds the same, which was noted
    before, words = curated.stat(), curated.read_bytes()
    curated.write_bytes(words.replace("Dự án cang-a".encode(), "Dự án cang-x".encode()))
    os.utime(curated, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert city.changed() == {"port"}  # as long as before, and dated back


def test_files_that_changed_a_moment_ago_are_read_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their next change might come within the same tick of the clock."""
    monkeypatch.setattr(records, "FINE_NS", 3_600_000_000_000)
    city.load()
    assert city.ask("SELECT stamp FROM loaded_source WHERE name = 'port'") == [(None,)]
    assert "port" in city.read_again(monkeypatch)


def test_in_a_hurry_a_new_order_is_heard(city: City) -> None:
    city.load()
    city.tables["directives/mandates.csv"].append({"clause": CLAUSE, "feature": "cang-b", "role": "reports"})
    assert city.load(hurry=True) == {}
    assert city.said == [DIRECTIVES_READ]
    rows = city.ask("SELECT feature, role, unmapped_reason FROM mandate ORDER BY id")
    assert rows == [("cang-a", "orders", None), ("cang-b", "reports", None), (None, "orders", "no-place")]


def test_a_load_without_hurry_looks_inside_also_when_the_files_are_the_same(city: City) -> None:
    city.load()
    assert city.load() == AGAIN
    assert "port: đối tượng / features" in city.said
    assert city.numbers()["mandate"] == 2


def test_targets_come_with_numbers_and_the_ids_that_are_recorded(city: City) -> None:
    city.load()
    ((properties,),) = city.ask("SELECT properties FROM target")
    assert (properties["value"], properties["recorded_ids"], properties["recorded"]) == (21, ["cong-vien"], None)


def test_an_order_is_no_status(city: City) -> None:
    city.load()
    assert city.ask("SELECT count(*) FROM status_fact WHERE clause IS NOT NULL") == [(0,)]


def test_a_withdrawn_project_is_not_called_back_by_its_file(city: City) -> None:
    city.load()
    with city.engine.begin() as connection:
        gone = replace(edit("cang-a", withdrawn=True), expected_version=1)
        apply(connection, Changeset("Lan", "entered by mistake", "the town hall", [gone]))
    assert city.load() == AGAIN
    assert city.ask("SELECT withdrawn FROM feature WHERE id = 'cang-a'") == [(True,)]


def test_after_many_features_the_tables_are_tidied_at_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MANY", 1)
    city.load()
    with city.engine.connect() as connection:
        told = text("SELECT vacuum_count > 0 FROM pg_stat_user_tables WHERE relname = 'feature'")
        assert connection.execute(told).scalar_one()
