"""An office brings its own outlines: what is matched, what stops it, and which projects are elsewhere afterwards.

The city is that of `tests.territory`; its files are written by GDAL. In the new survey the ward Đồ Sơn reaches 500 m
further east (106.805 instead of 106.80), at the cost of the ward Nam Đồ Sơn.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box
from sqlalchemy import Connection, Engine, text
from typer.testing import CliRunner

from api.cli import app
from geo import listing, outlines, unit_store
from geo.apply import apply
from geo.clocks import Clocks
from geo.crs import VN2000
from geo.errors import HaiphongError, InvalidData, InvalidParameter
from geo.outlines import Known
from geo.query import FeatureQuery
from geo.units import COLLECTIONS
from layers import outline_import
from layers.outline_files import Asked, driver_of, read
from layers.outline_import import Report, Wish
from layers.outline_match import match
from tests.factories import changeset, edit, point
from tests.territory import STEPS, UNITS, in_its_days

GENERATION = "units-2025-07"
DO_SON, NAM_DO_SON, CAT_HAI = "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son", "2025-07-dac-khu-cat-hai"
NEW = {
    DO_SON: ("11455", "Phường Đồ Sơn", box(106.75, 20.65, 106.805, 20.75)),
    NAM_DO_SON: ("11465", "Phường Nam Đồ Sơn", box(106.805, 20.65, 106.85, 20.75)),
    CAT_HAI: ("11914", "Đặc khu Cát Hải", box(106.90, 20.70, 107.10, 20.90)),
}
Say = Callable[[str], None]


@pytest.fixture
def city(fresh_engine: Engine) -> Engine:
    """A city that a test may change."""
    return peopled(fresh_engine)


@pytest.fixture(scope="module")
def still(own_engine: Engine) -> Engine:
    """The same for tests that change nothing."""
    return peopled(own_engine)


def peopled(engine: Engine) -> Engine:
    """Two projects a little east of 106.80: one on the ground between the two lines, one beyond both."""
    with engine.begin() as connection:
        unit_store.replace(connection, map(in_its_days, UNITS), STEPS)
        apply(
            connection,
            changeset(
                edit("a-giua", geometry=point(106.803, 20.7)),
                edit("b-dong", geometry=point(106.84, 20.7)),
                edit("c-chua-ro"),
            ),
        )
    return engine


def frame(rows: dict[str, tuple[str, str, Any]] = NEW, **columns: Any) -> geopandas.GeoDataFrame:
    cells = {"ma": [row[0] for row in rows.values()], "ten": [row[1] for row in rows.values()]} | columns
    return geopandas.GeoDataFrame(cells, geometry=[row[2] for row in rows.values()], crs=4326)


def written(folder: Path, name: str, data: geopandas.GeoDataFrame, epsg: int = 4326) -> Path:
    driver = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}[Path(name).suffix]
    more = {"encoding": "UTF-8"} if driver == "ESRI Shapefile" else {}
    moved = data if epsg == 4326 else data.set_geometry(data.geometry.map(lambda shape: in_vn2000(shape, epsg)))
    moved = moved.set_crs(epsg, allow_override=True)
    moved.to_file(folder / name, driver=driver, **more)
    return folder / name


def in_vn2000(shape: Any, epsg: int) -> Any:
    """By PROJ with the datum shift of `spatial_ref_sys`, every edge cut first so that it stays where it was."""
    from pyproj import Transformer

    onto = Transformer.from_crs("EPSG:4326", VN2000[f"EPSG:{epsg}"], always_xy=True)
    return shapely.transform(
        shapely.segmentize(shape, 0.002), lambda points: list(zip(*onto.transform(*points.T), strict=True))
    )


def imported(engine: Engine, file: Path, asked: Asked = Asked(), **wish: Any) -> Report:  # noqa: B008 -- frozen
    return outline_import.bring_in(engine, file, GENERATION, asked, Wish(**wish), lambda _: None)


def where(engine: Engine) -> dict[str, list[str]]:
    """The wards and zones of today that each project is in, by SQL."""
    sql = text(
        "SELECT feature.id, array_remove(array_agg(unit ORDER BY unit), NULL) FROM feature LEFT JOIN feature_unit "
        "ON feature = feature.id AND unit LIKE '2025-07-%' GROUP BY feature.id ORDER BY 1"
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(sql)}


def scalar(engine: Engine, sql: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(sql)).scalar_one()


BEFORE = {"a-giua": [NAM_DO_SON], "b-dong": [NAM_DO_SON], "c-chua-ro": []}
AFTER = {"a-giua": [DO_SON], "b-dong": [NAM_DO_SON], "c-chua-ro": []}


@pytest.mark.parametrize("epsg", [4326, 9210, 9209])
@pytest.mark.parametrize("name", ["ranh.gpkg", "ranh.geojson", "ranh.shp"])
def test_a_survey_in_any_format_and_system_moves_the_line_and_the_project_between(
    city: Engine, tmp_path: Path, name: str, epsg: int
) -> None:
    assert where(city) == BEFORE
    version = scalar(city, "SELECT version::text FROM data_version")
    report = imported(city, written(tmp_path, name, frame(), epsg))
    assert report.crs == f"EPSG:{epsg}"
    assert [(one.unit.id, one.by, one.percent) for one in report.matches] == [
        (CAT_HAI, "code", 0.0), (DO_SON, "code", 10.0), (NAM_DO_SON, "code", -10.0),
    ]  # fmt: skip
    assert (report.errors, report.moved) == (0, 1)
    assert where(city) == AFTER
    assert scalar(city, "SELECT version::text FROM data_version") != version
    # The same ground as the survey, to a metre: 1e-5 degrees.
    survey = "ST_MakeEnvelope(106.75, 20.65, 106.805, 20.75, 4326)"
    drift = f"SELECT ST_HausdorffDistance(geometry, {survey}) FROM admin_unit WHERE id = '{DO_SON}'"
    assert scalar(city, drift) < 1e-5
    assert scalar(city, "SELECT count(*) FROM feature_version WHERE version > 1") == 0
    assert scalar(city, "SELECT source FROM changeset ORDER BY id DESC LIMIT 1").startswith("sha256:")


def test_what_was_known_before_an_import_stays_what_it_was(city: Engine, tmp_path: Path) -> None:
    with city.connect() as connection:
        before = connection.execute(text("SELECT max(recorded_at) FROM changeset")).scalar_one()
    imported(city, written(tmp_path, "ranh.gpkg", frame()))
    then = Clocks(before.date(), before)
    with city.connect() as connection:
        told = [
            listing.items(connection, FeatureQuery(units=(unit,), clocks=clocks)).matched
            for unit in (DO_SON, NAM_DO_SON)
            for clocks in (then, None)
        ]
    assert told == [0, 1, 2, 1]


def test_the_reference_systems_are_those_of_the_database(still: Engine) -> None:
    with still.connect() as connection:
        stored = connection.execute(
            text("SELECT 'EPSG:' || srid, proj4text FROM spatial_ref_sys WHERE srid IN (9209, 9210)")
        )
        for name, proj in stored:
            assert sorted(proj.split()) == sorted(VN2000[name].split())


def test_outlines_that_were_brought_in_outlive_the_next_load_of_the_lists(city: Engine, tmp_path: Path) -> None:
    imported(city, written(tmp_path, "ranh.gpkg", frame()))
    with city.begin() as connection:
        unit_store.replace(connection, map(in_its_days, UNITS), STEPS)
    assert scalar(city, f"SELECT ST_XMax(geometry) FROM admin_unit WHERE id = '{DO_SON}'") == 106.805
    with city.begin() as connection:
        apply(connection, changeset(edit("d-moi", geometry=point(106.802, 20.7))))
    assert where(city)["d-moi"] == [DO_SON]


def test_the_collection_says_whose_the_outlines_are(city: Engine, tmp_path: Path) -> None:
    with city.connect() as connection:
        assert outlines.imported(connection, COLLECTIONS[GENERATION]) is None
    imported(city, written(tmp_path, "ranh.gpkg", frame()))
    with city.connect() as connection:
        told = outlines.imported(connection, COLLECTIONS[GENERATION])
        assert outlines.imported(connection, COLLECTIONS["districts-2024"]) is None
    assert told is not None
    assert (told.units, told.source) == (3, "ranh.gpkg")


def loaded_again(connection: Connection, _: Path) -> None:
    """In place of the real files: the lists of the tiny city."""
    unit_store.replace(connection, map(in_its_days, UNITS), STEPS)


def test_the_way_back_leads_to_the_generalised_outlines(city: Engine, tmp_path: Path, monkeypatch: Any) -> None:
    imported(city, written(tmp_path, "ranh.gpkg", frame()))
    monkeypatch.setattr("layers.reference.load_units", loaded_again)
    assert outline_import.take_back(city, tmp_path, GENERATION, lambda _: None) == (3, 1)
    assert where(city) == BEFORE
    assert outline_import.take_back(city, tmp_path, GENERATION, lambda _: None) == (0, 0)


def test_a_dry_run_only_reports(still: Engine, tmp_path: Path) -> None:
    report = imported(still, written(tmp_path, "ranh.gpkg", frame()), dry_run=True)
    assert (len(report.matches), report.moved) == (3, None)
    assert where(still) == BEFORE
    assert scalar(still, "SELECT count(*) FROM admin_unit_outline") == 0


def kinds(report: Report) -> list[str]:
    return sorted(one.kind for one in report.problems if one.severity == "error")


def test_nothing_changes_over_an_error_unless_told_so(city: Engine, tmp_path: Path) -> None:
    """One row is no unit of ours, and so the zone Cát Hải has none; forced, the two wards are taken."""
    rows = NEW | {CAT_HAI: ("99999", "Xã Lạ", NEW[CAT_HAI][2])}
    file = written(tmp_path, "ranh.gpkg", frame(rows))
    report = imported(city, file)
    assert (kinds(report), report.moved) == (["missing", "stranger"], None)
    assert where(city) == BEFORE
    assert "Chưa thay đổi gì" in "\n".join(outline_import.lines(report))
    forced = imported(city, file, force=True)
    assert (len(forced.matches), forced.moved) == (2, 1)
    assert where(city) == AFTER
    assert scalar(city, f"SELECT count(*) FROM admin_unit_outline WHERE unit = '{CAT_HAI}'") == 0


def test_a_code_that_was_given_to_another_unit_is_noticed_by_the_name(still: Engine, tmp_path: Path) -> None:
    swapped = NEW | {DO_SON: ("11465", *NEW[DO_SON][1:]), NAM_DO_SON: ("11455", *NEW[NAM_DO_SON][1:])}
    report = imported(still, written(tmp_path, "ranh.gpkg", frame(swapped)), force=True)
    assert kinds(report) == ["ambiguous", "ambiguous", "missing", "missing"]
    assert where(still) == BEFORE


@pytest.mark.parametrize(
    ("name", "percent"),
    [("Đồ Sơn", 10.0), ("PHƯỜNG ĐỒ SƠN", 10.0), ("phuong do son", 10.0), ("  phường  Đồ-Sơn ", 10.0)],
)
def test_without_a_code_a_name_will_do_however_it_is_written(
    still: Engine, tmp_path: Path, name: str, percent: float
) -> None:
    rows = {unit: ("", told[1], told[2]) for unit, told in NEW.items()} | {DO_SON: ("", name, NEW[DO_SON][2])}
    report = imported(still, written(tmp_path, "ranh.geojson", frame(rows).drop(columns="ma")), dry_run=True)
    assert report.errors == 0
    assert {(one.unit.id, one.by, one.percent) for one in report.matches if one.unit.id == DO_SON} == {
        (DO_SON, "name", percent)
    }


def known(unit_id: str, code: str | None, full_name: str, area_km2: float | None = 1.0) -> Known:
    return Known(unit_id, code, full_name.partition(" ")[2], full_name, None, area_km2, None)


def row(area_km2: float = 1.0, **attributes: str | None) -> dict[str, Any]:
    return {"attributes": attributes, "area_m2": area_km2 * 1e6}


def test_two_units_of_one_name_need_a_code() -> None:
    units = [known("2024-xa-tan-dan-a", "1", "Xã Tân Dân"), known("2024-xa-tan-dan-b", "2", "Xã Tân Dân")]
    named = match([row(ten="Xã Tân Dân"), row(ten="Tân Dân")], units)
    assert [one.kind for one in named.problems] == ["ambiguous", "ambiguous", "missing", "missing"]
    coded = match([row(ten="Xã Tân Dân", ma="2"), row(ten="Tân Dân", ma="0001")], units)
    assert [(one.unit.id, one.row) for one in coded.matches] == [("2024-xa-tan-dan-a", 2), ("2024-xa-tan-dan-b", 1)]
    assert coded.problems == ()


def test_two_rows_of_one_unit_are_to_be_dissolved_first() -> None:
    units = [known("2024-xa-a", "1", "Xã A"), known("2024-xa-b", "2", "Xã B")]
    found = match([row(ma="1"), row(ma="1"), row(ma="2")], units)
    assert [one.kind for one in found.problems] == ["twice", "missing"]
    assert [one.unit.id for one in found.matches] == ["2024-xa-b"]


def test_an_area_that_is_quite_another_stops_the_import_and_a_notable_one_is_told() -> None:
    units = [known("2024-xa-a", "1", "Xã A"), known("2024-xa-b", "2", "Xã B"), known("2024-xa-c", "3", "Xã C")]
    found = match([row(1.04, ma="1"), row(1.06, ma="2"), row(0.79, ma="3")], units)
    assert [(one.kind, one.severity) for one in found.problems] == [("area", "warning"), ("area", "error")]
    assert "1.00 → 1.06 km² (+6.0 %)" in str(found.problems[0])


def test_ground_that_two_units_share_and_holes_between_them_are_told(still: Engine, tmp_path: Path) -> None:
    overlapping = NEW | {NAM_DO_SON: ("11465", "Phường Nam Đồ Sơn", box(106.80, 20.65, 106.85, 20.75))}
    report = imported(still, written(tmp_path, "ranh.gpkg", frame(overlapping)))
    # 0.005° × 0.1° at 20.7° N are 0.52 km × 11.07 km; 10 % of the smaller ward.
    (overlap,) = (one for one in report.problems if one.kind == "overlap")
    assert (overlap.severity, report.moved) == ("error", None)
    assert "57" in overlap.vi
    holed = NEW | {CAT_HAI: ("11914", "Đặc khu Cát Hải", NEW[CAT_HAI][2].difference(box(106.98, 20.79, 106.99, 20.80)))}
    (gap,) = (
        one
        for one in imported(still, written(tmp_path, "hole.gpkg", frame(holed)), dry_run=True).problems
        if one.kind == "gap"
    )
    assert "20.795" in gap.vi


def test_a_ring_that_crosses_itself_is_repaired_outside_of_the_database_and_told(city: Engine, tmp_path: Path) -> None:
    bow = Polygon([(106.75, 20.65), (106.805, 20.65), (106.805, 20.75), (106.75, 20.75), (106.7501, 20.64)])
    rows = NEW | {DO_SON: ("11455", "Phường Đồ Sơn", bow)}
    report = imported(city, written(tmp_path, "ranh.geojson", frame(rows)))
    (repaired,) = (one for one in report.problems if one.kind == "repaired")
    assert (repaired.severity, report.errors, report.moved) == ("warning", 0, 1)
    assert "Self-intersection" in repaired.en
    assert scalar(city, "SELECT bool_and(ST_IsValid(geometry)) FROM admin_unit WHERE geometry IS NOT NULL")


def test_pieces_of_an_outline_cover_it_exactly(city: Engine, tmp_path: Path) -> None:
    coast = shapely.Point(107.0, 20.8).buffer(0.08, quad_segs=400).union(box(106.9, 20.7, 106.95, 20.75))
    rows = NEW | {CAT_HAI: ("11914", "Đặc khu Cát Hải", MultiPolygon([coast, box(107.09, 20.89, 107.1, 20.9)]))}
    imported(city, written(tmp_path, "ranh.gpkg", frame(rows)), force=True)
    sql = f"SELECT sum(ST_Area(geometry)) FROM admin_unit_piece WHERE unit = '{CAT_HAI}'"
    whole = scalar(city, f"SELECT ST_Area(geometry) FROM admin_unit WHERE id = '{CAT_HAI}'")
    assert scalar(city, sql) == pytest.approx(whole, rel=1e-9)
    assert scalar(city, f"SELECT max(ST_NPoints(geometry)) FROM admin_unit_piece WHERE unit = '{CAT_HAI}'") <= 24


# What a file may be that is none.

VRT = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></…>"
NOWHERE = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": None}]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ranh.gpkg", VRT.encode()),
        ("ranh.geojson", VRT.encode()),
        ("ranh.json", b""),
        ("ranh.gpkg", b"SQLite format 3\x00" + b"\x00" * 500),
        ("ranh.gpkg", b"SQLite format 3\x00" + bytes(range(256)) * 40),
        ("ranh.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("ranh.geojson", b'{"type": "FeatureCollection", "features": []}'),
        ("ranh.geojson", b'{"a":' * 100_000),
        ("ranh.geojson", b'{"type":"Topology","objects":{},"arcs":[]}'),
        ("ranh.geojson", json.dumps(NOWHERE).encode()),
        ("ranh.shp", b"\x00\x00\x27\x0a" + b"\xff" * 400),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_words(still: Engine, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    for side in (".dbf", ".shx") if name.endswith(".shp") else ():
        (tmp_path / name).with_suffix(side).write_bytes(b"\xff" * 100)
    if content == json.dumps(NOWHERE).encode():
        report = imported(still, tmp_path / name)
        assert ("refused" in kinds(report), report.moved) == (True, None)
    else:
        with pytest.raises(HaiphongError) as told:
            imported(still, tmp_path / name)
        assert "Traceback" not in str(told.value)
    assert where(still) == BEFORE


@pytest.mark.parametrize(
    "name", ["ranh.vrt", "ranh.zip", "ranh.kml", "ranh", "/vsicurl/http://x/a.gpkg", "http://x/a.gpkg"]
)
def test_only_files_of_three_formats_are_read(tmp_path: Path, name: str) -> None:
    if "/" not in name:
        (tmp_path / name).write_text(VRT)
    with pytest.raises(InvalidParameter):
        driver_of(tmp_path / name if "/" not in name else Path(name))


def test_a_shapefile_without_its_table_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "ranh.shp", frame())
    file.with_suffix(".dbf").unlink()
    with pytest.raises(InvalidData, match=r"\.dbf"):
        driver_of(file)


@pytest.mark.parametrize("epsg", [3857, 32648, 4756, 3405])
def test_another_reference_system_is_refused_until_it_is_told(tmp_path: Path, epsg: int) -> None:
    frame().to_crs(epsg).to_file(tmp_path / "ranh.gpkg", driver="GPKG")
    with pytest.raises(InvalidData, match="--crs"):
        read(tmp_path / "ranh.gpkg", Asked())


def test_a_shapefile_without_a_system_is_read_as_told(still: Engine, tmp_path: Path) -> None:
    file = written(tmp_path, "ranh.shp", frame(), 9210)
    file.with_suffix(".prj").unlink()
    with pytest.raises(InvalidData, match="--crs"):
        imported(still, file)
    assert imported(still, file, Asked(crs="EPSG:9210"), dry_run=True).errors == 0
    wrong = imported(still, file, Asked(crs="EPSG:4326"))
    assert set(kinds(wrong)) == {"refused", "missing"}
    with pytest.raises(InvalidParameter, match="EPSG:9210"):
        imported(still, file, Asked(crs="EPSG:3857"))


def test_a_shapefile_of_an_office_names_vn_2000_in_words_alone(still: Engine, tmp_path: Path) -> None:
    file = written(tmp_path, "ranh.shp", frame(), 9210)
    assert "EPSG" not in file.with_suffix(".prj").read_text()
    file.with_suffix(".cpg").unlink()
    report = imported(still, file, dry_run=True)
    assert (report.crs, report.errors, report.matches[1].unit.full_name) == ("EPSG:9210", 0, "Phường Đồ Sơn")


def test_a_geojson_in_metres_that_says_nothing_is_read_as_told_and_the_report_says_so(
    still: Engine, tmp_path: Path
) -> None:
    file = written(tmp_path, "ranh.geojson", frame(), 9210)
    bare = json.loads(file.read_text())
    del bare["crs"]
    file.write_text(json.dumps(bare))
    assert "refused" in kinds(imported(still, file))
    report = imported(still, file, Asked(crs="EPSG:9210"), dry_run=True)
    assert report.errors == 0
    assert [one.kind for one in report.problems if one.kind == "crs"] == ["crs"]


def test_points_lines_heights_and_odd_letters_do_no_harm(still: Engine, tmp_path: Path) -> None:
    ring = [[106.805, 20.65, 5], [106.85, 20.65, 5], [106.85, 20.75, 5], [106.805, 20.75, 5], [106.805, 20.65, 5]]
    line = [[106.8, 20.7], [106.9, 20.7]]
    features = [
        {"type": "Feature", "properties": {"ma": code, "ten": name}, "geometry": {"type": kind, "coordinates": where_}}
        for code, name, kind, where_ in (
            (11455, "Đồ\u001b[31m Sơn", "Point", [106.8, 20.7]),
            (11465.0, "x" * 10_000, "Polygon", [ring]),
            ("11914", "Đặc khu Cát Hải", "LineString", line),
        )
    ]
    (tmp_path / "ranh.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    report = imported(still, tmp_path / "ranh.geojson")
    assert [one.unit.id for one in report.matches] == [NAM_DO_SON]
    assert kinds(report).count("refused") == 2
    assert "\u001b" not in "\n".join(outline_import.lines(report))


def test_a_geopackage_with_a_trigger_runs_nothing_and_is_not_written_to(still: Engine, tmp_path: Path) -> None:
    file = written(tmp_path, "ranh.gpkg", frame())
    with sqlite3.connect(file) as package:
        package.execute("CREATE TABLE seen (x)")
        package.execute("CREATE VIEW layer_styles AS SELECT * FROM seen")
    shutil.copy(file, tmp_path / "copy.gpkg")
    file.chmod(0o444)
    assert imported(still, file, dry_run=True).errors == 0
    assert file.read_bytes() == (tmp_path / "copy.gpkg").read_bytes()


def test_several_layers_ask_which(still: Engine, tmp_path: Path) -> None:
    file = tmp_path / "ranh.gpkg"
    frame().to_file(file, driver="GPKG", layer="xa")
    frame().to_file(file, driver="GPKG", layer="huyen")
    with pytest.raises(InvalidData, match="xa, huyen"):
        imported(still, file)
    assert imported(still, file, Asked(layer="xa"), dry_run=True).errors == 0
    with pytest.raises(InvalidData, match="xa, huyen"):
        imported(still, file, Asked(layer="tinh"))


def test_a_city_without_units_says_to_load_first(fresh_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="haiphong load"):
        imported(fresh_engine, written(tmp_path, "ranh.gpkg", frame()))


def test_the_command_reports_writes_and_ends_with_the_right_code(
    city: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIPHONG_DATABASE_URL", city.url.render_as_string(hide_password=False))
    run = CliRunner()
    good = written(tmp_path, "ranh.gpkg", frame())
    bad = written(tmp_path, "bad.gpkg", frame({DO_SON: NEW[DO_SON]}))
    command = ["units", "import", "--generation", GENERATION]
    dry = run.invoke(app, [*command, str(good), "--dry-run"])
    assert (dry.exit_code, "3 khớp / matched, 0 lỗi" in dry.output, where(city)) == (0, True, BEFORE)
    stopped = run.invoke(app, [*command, str(bad)])
    assert (stopped.exit_code, where(city)) == (1, BEFORE)
    done = run.invoke(app, [*command, str(good)])
    assert (done.exit_code, "1 đối tượng đổi đơn vị" in done.output, where(city)) == (0, True, AFTER)
    assert isinstance(run.invoke(app, [*command[:3], "units-2031", str(good)]).exception, InvalidParameter)
    monkeypatch.setattr("layers.reference.load_units", loaded_again)
    back = run.invoke(app, ["units", "restore", "--generation", GENERATION])
    assert back.exit_code == 0, back.output
    assert scalar(city, "SELECT count(*) FROM admin_unit_outline") == 0
