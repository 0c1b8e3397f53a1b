"""What one release changed against the last: told in sentences, in tables, and kept beside the releases."""

import csv
import tracemalloc
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import orjson
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from api.cli import app
from geo.errors import InvalidData, InvalidParameter
from geo.ground import ground
from geo.settings import Settings
from layers.catalog import Catalog
from layers.release import sums
from layers.release.changes import Change, Comparison, Edition
from layers.release.publish import publish
from layers.release.release import Wanted
from layers.release.telling import Csv, Json, Page, sentence, tell
from tests.factories import edit, fact, point, store

SETTINGS = Settings.from_env({})
CATALOG = Catalog.load(SETTINGS.definitions)
HOSTILE = "=1+1 <img src=x onerror=alert(1)> [a](javascript:b) | `c`"


def feature(name: str, place: Any = (106.6, 20.8), **told: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(place)} if isinstance(place, tuple) else place
    properties = {"name_vi": name, "status": "proposed", "valid_from": "2023", "basis": "reported"} | told
    return {"type": "Feature", "id": told.pop("id", name), "geometry": geometry, "properties": properties}


def release(out: Path, name: str, **layers: list[dict[str, Any]]) -> Path:
    """A release with nothing but its catalogue, its GeoJSON and its checksums."""
    folder = out / name
    (folder / "layers").mkdir(parents=True)
    told = [{"id": layer, "title": {"vi": layer, "en": layer}} for layer in layers]
    catalog = {"release": name, "issued": f"{name}T00:00:00Z", "features": 1, "collections": told}
    (folder / "catalog.json").write_bytes(orjson.dumps(catalog))
    for layer, features in layers.items():
        lines = [b"," * (number > 0) + orjson.dumps(one) + b"\n" for number, one in enumerate(features)]
        head = b'{"type":"FeatureCollection","features":[\n'
        (folder / f"layers/{layer}.geojson").write_bytes(head + b"".join(lines) + b"]}\n")
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    (folder / sums.FILE).write_bytes(sums.written({name: sums.digest(path) for name, path in paths.items()}))
    return folder


@pytest.fixture
def between(tmp_path: Path) -> Callable[..., Comparison]:
    def compared(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Comparison:
        folders = release(tmp_path, "2025-11-01", port=old), release(tmp_path, "2025-12-01", port=new)
        return Comparison(Edition.read(folders[0]), Edition.read(folders[1]), CATALOG)

    return compared


def sentences(comparison: Comparison) -> list[tuple[str, str]]:
    return [(told.vi, told.en) for told in map(sentence, comparison.changes())]


@pytest.mark.parametrize(
    ("before", "after", "vi", "en"),
    [
        (
            {"status": "establishment_procedure"},
            {"status": "under_construction", "valid_from": "2025-12", "last_told": "2025-12"},
            "A: trạng thái thủ tục thành lập → đang thi công (12/2025)",
            "A: status establishment procedure → under construction (Dec 2025)",
        ),
        (
            {"condition": "on_schedule"},
            {"condition": "delayed", "condition_valid_from": "2025-11-03"},
            "A: tình hình đúng tiến độ → chậm tiến độ (03/11/2025)",
            "A: condition on schedule → delayed (3 Nov 2025)",
        ),
        (
            {"status_source": "báo A"},
            {"status_source": "QĐ 12", "basis": "decided", "valid_from": "2025"},
            "A: vẫn đề xuất, theo nguồn khác (2025): quyết định",
            "A: still proposed, told otherwise (2025): decided",
        ),
        ({"area_ha": 10}, {"area_ha": 12.5}, "A: Diện tích: 10 ha → 12,5 ha", "A: Area: 10 ha → 12.5 ha"),
        ({}, {"last_told": "2025-12"}, "A: Tin mới nhất: thêm 12/2025", "A: Newest word: added Dec 2025"),
    ],
)
def test_a_change_is_told_as_a_person_would_say_it(
    between: Callable[..., Comparison], before: dict[str, Any], after: dict[str, Any], vi: str, en: str
) -> None:
    assert sentences(between([feature("A", **before)], [feature("A", **after)])) == [(vi, en)]


def test_what_came_what_went_and_what_got_another_name(between: Callable[..., Comparison]) -> None:
    comparison = between(
        [feature("A"), feature("C", id="c"), feature("gone")], [feature("A"), feature("new"), feature("D", id="c")]
    )
    told = {change.id: [item.kind for item in change.items] for change in comparison.changes()}
    assert told == {"new": ["added"], "c": ["renamed"], "gone": ["removed"]}
    assert sentences(comparison)[2][0] == "gone: không còn trong bản phát hành mới (đã rút lại)"
    assert sentences(comparison)[0][1] == "new: new in the release, status proposed (2023)"


def test_a_place_that_moved_is_told_in_metres(between: Callable[..., Comparison]) -> None:
    # A degree of latitude at 20.8° north is 110 709 m (WGS 84), so a thousandth of it is 110.7 m.
    comparison = between([feature("A")], [feature("A", (106.6, 20.801))])
    [change] = comparison.changes()
    assert change.items[0].moved_m == pytest.approx(110.7, abs=0.1)
    assert sentence(change).vi == "A: vị trí dời 111 m"
    assert sentence(change).en == "A: its place moved by 111 m"


def test_a_place_that_came_or_went_and_a_line_that_grew_are_told(between: Callable[..., Comparison]) -> None:
    line = [{"type": "LineString", "coordinates": [[106.6, 20.8], [106.6, end]]} for end in (20.81, 20.82)]
    comparison = between(
        [feature("A", None), feature("B"), feature("C", line[0])],
        [feature("A"), feature("B", None), feature("C", line[1])],
    )
    told = dict(one.split(": ", 1) for one, _ in sentences(comparison))
    assert told["A"] == "đã có vị trí trên bản đồ"
    assert told["B"] == "vị trí bị bỏ"
    assert "chiều dài tuyến vẽ: 1,11 → 2,21 km (+100 %)" in told["C"]


def test_the_ellipsoid_measures_as_the_database_does(own_engine: Engine) -> None:
    shapes = [
        {"type": "Polygon", "coordinates": [[[106.6, 20.8], [end, 20.8], [end, 20.9], [106.6, 20.9], [106.6, 20.8]]]}
        for end in (106.7, 106.8)
    ]
    sql = (
        "SELECT ST_Area(a::geography), ST_Distance(ST_Centroid(a)::geography, ST_Centroid(b)::geography) "
        "FROM (SELECT ST_GeomFromGeoJSON(%(a)s) AS a, ST_GeomFromGeoJSON(%(b)s) AS b) AS s"
    )
    with own_engine.connect() as connection:
        values = {"a": orjson.dumps(shapes[0]).decode(), "b": orjson.dumps(shapes[1]).decode()}
        area, moved = connection.exec_driver_sql(sql, values).one()
    found = ground(*shapes)
    assert found.area_m2[0] == pytest.approx(area, rel=1e-6)
    assert found.moved_m == pytest.approx(moved, abs=0.1)


def test_what_says_the_same_to_a_reader_is_no_change(between: Callable[..., Comparison]) -> None:
    before = feature("A", version=1, updated_at="2025-11-01T00:00:00Z", unit_ids=["1"], decisions=[])
    after = feature("A", version=2, updated_at="2025-12-01T00:00:00Z", unit_ids=["2"])
    assert sentences(between([before], [after])) == []


def test_the_table_runs_nothing_and_the_page_shows_hostile_names_as_they_stand(
    between: Callable[..., Comparison], tmp_path: Path
) -> None:
    comparison = between([], [feature(HOSTILE, id="h")])
    page = Page(comparison)
    with (tmp_path / "t.csv").open("wb") as table, (tmp_path / "t.json").open("wb") as document:
        counts = tell(comparison, [Csv(table), Json(comparison, document), page])
    assert counts["changed"] == counts["added"] == 1
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as read:
        [row] = csv.DictReader(read)
    assert row["name_vi"] == f"'{HOSTILE}"
    [change] = orjson.loads((tmp_path / "t.json").read_bytes())["changes"]
    assert change["name_vi"] == HOSTILE
    assert "<img" not in page.text.replace("\\<img", "")
    assert "[a]" not in page.text.replace("\\[a\\]", "")


def test_a_hundred_thousand_features_are_compared_in_bounded_memory(between: Callable[..., Comparison]) -> None:
    features = [feature(f"f{number}", notes="x" * 300) for number in range(100_000)]
    comparison = between(features, [*features[1:50_000], feature("f50000", notes="y"), *features[50_001:]])
    del features
    tracemalloc.start()
    told: list[Change] = list(comparison.changes())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(one.id, one.items[0].kind) for one in told] == [("f50000", "field"), ("f0", "removed")]
    assert peak < 40_000_000


def test_the_command_tells_and_ends_like_diff(tmp_path: Path) -> None:
    old = release(tmp_path, "2025-11-01", port=[feature("A")])
    new = release(tmp_path, "2025-12-01", port=[feature("A", status="operational")], park=[])
    run = CliRunner().invoke
    same = run(app, ["diff", str(old), str(old)])
    assert (same.exit_code, same.stdout) == (0, "Không có gì thay đổi.\n")
    different = run(app, ["diff", str(old), str(new), "--lang", "en"])
    assert different.exit_code == 1
    assert "A: status proposed → operational (2023)" in different.stdout
    assert "Only in 2025-12-01: park." in different.stdout
    told = orjson.loads(run(app, ["diff", str(old), str(new), "--json"]).stdout)
    assert (told["counts"]["changed"], told["only_in_to"]) == (1, ["park"])
    assert run(app, ["diff", str(old), str(new), "--csv"]).stdout_bytes.startswith(b"\xef\xbb\xbfcollection,id,")
    assert run(app, ["diff", str(old), str(tmp_path / "nowhere")]).exit_code != 0


def test_a_release_that_was_tampered_with_is_compared_only_when_asked(tmp_path: Path) -> None:
    old, new = (release(tmp_path, day, port=[feature("A")]) for day in ("2025-11-01", "2025-12-01"))
    path = new / "layers/port.geojson"
    path.write_bytes(path.read_bytes().replace(b"proposed", b"cancelled"))
    refused = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert isinstance(refused.exception, InvalidParameter)
    assert "layers/port.geojson" in str(refused.exception)
    assert CliRunner().invoke(app, ["diff", str(old), str(new), "--unverified"]).exit_code == 1
    path.write_bytes(b"{\nno feature\n]}\n")
    broken = CliRunner().invoke(app, ["diff", str(old), str(new), "--unverified"])
    assert isinstance(broken.exception, InvalidData)


@pytest.fixture(scope="module")
def shelf(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of a city in which a port came and another one was begun."""
    out = tmp_path_factory.mktemp("shelf")
    edits = [
        [edit("cang-a", facts=(fact("proposed", valid_from="2023"),)), edit("cang-b", geometry=point(106.7, 20.8))],
        [
            edit("cang-c", name_vi="Cảng <b>${C}</b>"),
            edit("cang-a", geometry=point(), facts=(fact("under_construction", valid_from="2025-12"),)),
        ],
    ]
    for every in edits:
        with own_engine.begin() as connection:
            store(connection, *every)
        with own_engine.connect() as connection, connection.begin():
            packages = SETTINGS.web / "node_modules"
            publish(connection, CATALOG, SETTINGS.data, packages, out, Wanted(("port",)))
    return out


def test_publishing_records_what_changed_beside_the_releases(shelf: Path) -> None:
    index = orjson.loads((shelf / "releases.json").read_bytes())
    new, old = index["releases"]
    assert old["changes"] is None
    assert new["changes"]["from"] == old["release"]
    told = orjson.loads((shelf / new["changes"]["json"]).read_bytes())
    assert (told["counts"]["added"], told["counts"]["status"], told["counts"]["removed"]) == (1, 1, 0)
    page = (shelf / new["changes"]["md"]).read_text()
    assert "đề xuất → đang thi công (12/2025)" in page
    assert "trạng thái đề xuất → đang thi công (12/2025)" in (drawn := (shelf / new["changes"]["html"]).read_text())
    assert "Cảng <b>${C}</b>: mới có" in unescape(drawn)
    assert "<b>${C}" not in drawn
    assert "status proposed → under construction (Dec 2025)" in (shelf / new["changes"]["en.html"]).read_text()
    assert (shelf / new["changes"]["csv"]).read_bytes().count(b"\r\n") == 4
    assert not list(shelf.rglob(".*"))
    [entry, _] = feedparser.parse((shelf / "releases.atom").read_bytes()).entries
    assert [link.href for link in entry.links if link.rel == "related"] == [new["changes"]["md"]]
