"""Curated files as records: what is read, and that nothing is dropped without a word."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any

import orjson
import pytest

from geo.errors import InvalidData
from geo.feature import StatedUnit, StatusFact
from layers.files import COLUMNS
from layers.records import digest_of, read

FACT = {"status": "proposed", "basis": "reported", "valid_from": "2023", "source": "Báo Hải Phòng",
        "date_inferred": "false", "uncertain": "false", "stage_in_words": "true"}  # fmt: skip
STATED = {"unit_id": "2024-huyen-cat-hai", "part": "false", "as_stated": "Cát Hải"}
Write = Callable[..., Path]


def feature(feature_id: Any, **properties: Any) -> bytes:
    told = {"type": "Feature", "id": feature_id, "geometry": None, "properties": {"name_vi": "Cảng A"} | properties}
    return orjson.dumps(told)


def collection(*features: bytes) -> bytes:
    return b'{"type":"FeatureCollection",\n"features":[\n' + b",\n".join(features) + b"\n]}\n"


def table(kind: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A CSV of this kind; a cell that a row does not tell is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[kind], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Writes the files of one layer and gives its folder."""

    def write(
        curated: bytes,
        facts: Sequence[Mapping[str, str]] | bytes | None = None,
        units: Sequence[Mapping[str, str]] | bytes | None = None,
    ) -> Path:
        (tmp_path / "curated.geojson").write_bytes(curated)
        for name, kind, rows in (("status.csv", "status", facts), ("units.csv", "stated_units", units)):
            if rows is not None:
                (tmp_path / name).write_bytes(rows if isinstance(rows, bytes) else table(kind, rows))
        return tmp_path

    return write


def refused(folder: Path) -> str:
    with pytest.raises(InvalidData) as told:
        list(read(folder))
    return str(told.value)


def test_each_project_comes_with_its_facts_and_its_units(written: Write) -> None:
    folder = written(
        collection(feature("cang-a"), feature("cang-b", area_ha=5), feature("cang-c")),
        [
            {"feature_id": "cang-a", **FACT},
            {"feature_id": "cang-a", **FACT, "status": "", "condition": "delayed", "uncertain": "true"},
            {"feature_id": "cang-c", **FACT, "clause": "ct-02-2023#ii", "stage_in_words": "false"},
        ],
        [{"feature_id": "cang-b", **STATED}, {"feature_id": "cang-b", "as_stated": "ven biển", "part": "true"}],
    )
    a, b, c = read(folder)
    told = StatusFact("proposed", "reported", "2023", "Báo Hải Phòng")
    assert (a.id, a.geometry, a.properties, a.units) == ("cang-a", None, {"name_vi": "Cảng A"}, ())
    assert a.facts == (
        told,
        StatusFact(None, "reported", "2023", "Báo Hải Phòng", condition="delayed", uncertain=True),
    )
    assert (b.facts, b.properties["area_ha"]) == ((), 5)
    assert b.units == (
        StatedUnit("2024-huyen-cat-hai", "Cát Hải", None, part=False),
        StatedUnit(None, "ven biển", None, part=True),
    )
    assert (c.facts[0].clause, c.facts[0].stage_in_words) == ("ct-02-2023#ii", False)


def test_a_place_is_read_as_it_stands(written: Write) -> None:
    place = {"type": "Point", "coordinates": [106.9055, 20.7983]}
    line = orjson.dumps({"type": "Feature", "id": "a", "geometry": place, "properties": {"name_vi": "A"}})
    (record,) = read(written(collection(line)))
    assert orjson.loads(record.geometry or "") == place


def test_a_layer_may_have_no_facts_no_units_and_no_projects_yet(written: Write) -> None:
    assert [record.id for record in read(written(collection(feature("a"))))] == ["a"]
    assert list(read(written(b'{"type":"FeatureCollection","features":[]}'))) == []
    assert list(read(written(b'{"type":"FeatureCollection","features":[\n]}'))) == []


def test_files_of_other_programs_are_read_if_they_keep_one_project_a_line(written: Write) -> None:
    # As ogr2ogr writes them: spaces, a name and a crs before the list; and a CSV as Excel writes it, with its mark.
    curated = (
        b'{\n"type": "FeatureCollection",\n"name": "port",\n"crs": { "type": "name" },\n"features": [\n'
        b'{ "type": "Feature", "id": "a", "properties": { "name_vi": "A" }, "geometry": null },\r\n'
        b'{ "type": "Feature", "id": "b", "properties": { "name_vi": "B" }, "geometry": null }\n\n]\n}\n'
    )
    folder = written(curated, "\ufeff".encode() + table("status", [{"feature_id": "a", **FACT}]))
    assert [(record.id, len(record.facts)) for record in read(folder)] == [("a", 1), ("b", 0)]


# What differs.


def digests(folder: Path) -> dict[str, str]:
    return {record.id: record.digest for record in read(folder)}


def test_the_same_words_in_another_order_or_spacing_are_the_same_project(written: Write) -> None:
    first = digests(written(collection(feature("a", area_ha=5, kind="x"))))
    told = b'"properties": {"kind":"x", "area_ha":5, "name_vi":"C\\u1ea3ng A"}, "geometry":null, "id":"a"'
    other = b'{ "type":"Feature", ' + told + b" }"
    assert digests(written(collection(other))) == first


@pytest.mark.parametrize(
    "change",
    [
        lambda: (collection(feature("a", area_ha=6)), [{"feature_id": "a", **FACT}], [{"feature_id": "a", **STATED}]),
        lambda: (
            collection(feature("a")),
            [{"feature_id": "a", **FACT, "source": "x"}],
            [{"feature_id": "a", **STATED}],
        ),
        lambda: (
            collection(feature("a")),
            [{"feature_id": "a", **FACT}],
            [{"feature_id": "a", **STATED, "part": "true"}],
        ),
        lambda: (collection(feature("a")), [{"feature_id": "a", **FACT}] * 2, [{"feature_id": "a", **STATED}]),
        lambda: (collection(feature("a")), [], [{"feature_id": "a", **STATED}]),
    ],
    ids=["a property", "a source", "a part", "one more fact", "one fact less"],
)
def test_whatever_changes_of_a_project_is_noticed_and_its_neighbour_is_left_alone(
    written: Write, change: Callable[[], tuple[bytes, list[dict[str, str]], list[dict[str, str]]]]
) -> None:
    def and_neighbour(curated: bytes) -> bytes:
        return curated.replace(b"\n]}", b",\n" + feature("z") + b"\n]}")

    before = digests(
        written(and_neighbour(collection(feature("a"))), [{"feature_id": "a", **FACT}], [{"feature_id": "a", **STATED}])
    )
    curated, facts, units = change()
    after = digests(written(and_neighbour(curated), facts, units))
    assert after["a"] != before["a"]
    assert after["z"] == before["z"]


def test_the_digest_of_files_tells_them_apart_also_when_one_is_missing(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    nothing = digest_of(a, b)
    a.write_text("x")
    only_a = digest_of(a, b)
    b.write_text("y")
    both = digest_of(a, b)
    b.write_text("z")
    assert len({nothing, only_a, both, digest_of(a, b)}) == 4


# What cannot be read, by file and line.


def test_a_folder_without_projects_names_the_file_that_it_lacks(tmp_path: Path) -> None:
    assert "curated.geojson is missing" in refused(tmp_path)


def test_an_id_that_comes_twice_is_refused_in_any_order(written: Write) -> None:
    assert "curated.geojson, line 4: the id 'a' comes twice" in refused(written(collection(feature("a"), feature("a"))))
    apart = collection(feature("a"), feature("b"), feature("a"))
    assert "curated.geojson, feature 3: the id 'a' comes twice" in refused(written(apart))


@pytest.mark.parametrize("other", [None, 7])
def test_an_id_is_a_text(written: Write, other: Any) -> None:
    assert f"{other!r} is no text id" in refused(written(collection(feature("a"), feature(other))))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"type":"Feature","id":"b","geometry":null,', "not JSON"),
        (b'{"type":"Feature","id":"b","geometry":null,"properties":{"area_ha":NaN}}', "not JSON"),
        (b"oops", "not JSON"),
        (b'{"type":"Feature","id":"b\xff","geometry":null,"properties":{}}', "not JSON"),
        (b'{"id":"b","geometry":null,"properties":{}}', "a Feature was expected"),
        (b'"Feature"', "a Feature was expected"),
        (b'{"type":"Point","coordinates":[106.9,20.8]}', "a Feature was expected"),
        (b'{"type":"Feature","id":"b","geometry":null,"properties":null}', "a Feature has properties"),
        (b'{"type":"Feature","id":"b","geometry":null}', "a Feature has properties"),
        (b'{"type":"Feature","id":"b","geometry":"POINT(1 2)","properties":{}}', "a geometry or null"),
    ],
)
def test_a_line_that_is_no_project_is_named(written: Write, line: bytes, reason: str) -> None:
    told = refused(written(collection(feature("a"), line, feature("c"))))
    assert re.search(r"curated.geojson, (line 4|feature 2): ", told)
    assert reason in told


@pytest.mark.parametrize(
    ("curated", "reason"),
    [
        (b"", "not JSON"),
        (b'{"type":"FeatureCollection"}', "a FeatureCollection was expected"),
        (b"[\n" + feature("a") + b"\n]\n", "a FeatureCollection was expected"),
        (collection(feature("a")).removesuffix(b"]}\n"), "is it whole?"),
        (
            b'{"type":"FeatureCollection",\n"features":[\n{\n"type":"Feature",\n"id":"a"\n}\n]}',
            "feature 1: a Feature has",
        ),
    ],
    ids=["nothing", "no list", "no collection", "torn off", "printed wide"],
)
def test_a_file_of_another_shape_is_not_taken_for_an_empty_one(written: Write, curated: bytes, reason: str) -> None:
    assert reason in refused(written(curated))


@pytest.mark.parametrize("name", ["status.csv", "units.csv"])
def test_words_about_a_project_that_is_not_there_are_not_dropped(written: Write, name: str) -> None:
    rows = [{"feature_id": "a", **FACT}, {"feature_id": "b", **FACT}] if name == "status.csv" else None
    units = [{"feature_id": "b", **STATED}] if name == "units.csv" else None
    told = refused(written(collection(feature("a"), feature("c")), rows, units))
    assert f"{name}: the rows of 'b' belong to no feature" in told


def test_any_order_and_any_layout_give_the_same_records(written: Write) -> None:
    told = [json.loads(feature(one, area_ha=area)) for area, one in enumerate("abc", 1)]
    facts = [
        {"feature_id": "a", **FACT},
        {"feature_id": "a", **FACT, "status": "completed"},
        {"feature_id": "c", **FACT},
    ]
    units = [{"feature_id": one, **STATED} for one in "ab"]
    sorted_one_a_line = list(read(written(collection(*(orjson.dumps(one) for one in told)), facts, units)))
    assert [len(record.facts) for record in sorted_one_a_line] == [2, 0, 1]
    whole: dict[str, Any] = {"type": "FeatureCollection", "features": [told[1], told[2], told[0]]}
    shuffled = [facts[2], *facts[:2]], units[::-1]
    for layout in (
        json.dumps(whole, indent=2).encode(),
        b"\xef\xbb\xbf" + json.dumps(whole).encode(),
        collection(*(orjson.dumps(one) for one in whole["features"])),
        collection(*(json.dumps(one, sort_keys=True).encode() for one in whole["features"])),
    ):
        assert list(read(written(layout, *shuffled))) == sorted_one_a_line


@pytest.mark.parametrize(
    ("column", "value"),
    [*product(("stage_in_words", "date_inferred", "uncertain", "part"), ("TRUE", "True", "1", "yes")), ("part", "")],
)
def test_a_mark_is_true_or_false_and_nothing_between(written: Write, column: str, value: str) -> None:
    facts = [{"feature_id": "a", **FACT} | ({column: value} if column != "part" else {})]
    units = [{"feature_id": "a", **STATED} | ({column: value} if column == "part" else {})]
    told = refused(written(collection(feature("a")), facts, units))
    assert f"a: {column} is {value!r}; true or false was expected" in told


def test_a_table_without_a_column_says_which(written: Write) -> None:
    told = refused(written(collection(feature("a")), b"feature_id,status\na,proposed\n"))
    assert "status.csv, line 1: there is no column seq, condition, basis" in told
    semicolons = table("status", [{"feature_id": "a", **FACT}]).replace(b",", b";")
    assert "commas part the columns" in refused(written(collection(feature("a")), semicolons))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a,1,proposed\n", "not as many cells"),
        (b"a" + b"," * 14 + b"\n", "not as many cells"),
        (b'a,"1,proposed' + b"," * 11 + b"\n", "unexpected end of data"),
        (b"a,1,\xff" + b"," * 11 + b"\n", "utf-8"),
    ],
)
def test_a_torn_row_is_named_with_its_file(written: Write, line: bytes, reason: str) -> None:
    told = refused(written(collection(feature("a")), table("status", []) + line))
    assert "status.csv, line " in told
    assert reason in told


def test_projects_are_read_one_by_one(written: Write) -> None:
    folder = written(collection(*(feature(f"cang-{number:06d}") for number in range(3_000)), b"oops"))
    first = list(islice(read(folder), 3_000))
    assert first[-1].id == "cang-002999"  # the broken end has not been reached yet
    assert "line 3003" in refused(folder)


def test_a_flag_that_a_person_leaves_empty_is_the_usual_one(written: Write) -> None:
    told = {name: FACT[name] for name in ("status", "basis", "valid_from", "source")} | {"feature_id": "cang-a"}
    (record,) = read(written(collection(feature("cang-a")), [told]))
    (fact,) = record.facts
    assert (fact.stage_in_words, fact.date_inferred, fact.uncertain) == (True, False, False)
    with pytest.raises(InvalidData, match="true hoặc false"):
        list(read(written(collection(feature("cang-a")), [told | {"uncertain": "có"}])))
