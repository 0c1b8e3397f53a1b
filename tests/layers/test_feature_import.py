"""What was published comes back: every format gives the same features, and nothing is half taken in."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import orjson
import pandas
import pytest
import shapely
from sqlalchemy import Engine
from typer.testing import CliRunner

from api import cli
from geo.errors import InvalidData, InvalidParameter
from geo.settings import REPOSITORY
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.export import FORMATS
from layers.feature_import import bring_in, lines
from layers.load import load_all
from layers.provenance import findings, stamp
from layers.release.files import Writer
from layers.release.subjects import subjects
from layers.workshop import Workshop

HOLE = (
    [(106.7, 20.85), (106.72, 20.85), (106.72, 20.87), (106.7, 20.85)],
    [[(106.715, 20.855), (106.718, 20.855), (106.718, 20.858), (106.715, 20.855)]],
)
PLACES = {
    "cang-chua-ve": shapely.Polygon(*HOLE),
    "cang-dinh-vu": shapely.MultiPolygon([shapely.Polygon(*HOLE), shapely.box(106.8, 20.8, 106.81, 20.81)]),
    "cang-hoang-dieu": shapely.MultiLineString([[(106.68, 20.86), (106.69, 20.86)], [(106.7, 20.86), (106.71, 20.87)]]),
}
"""The city has points and lines today; an area, an area in parts and a line in parts are put among them."""
CATALOG = Catalog.load(REPOSITORY / "layers/definitions")
PORT = "cang-chua-ve"
Features = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's files, with shapes of every kind."""
    data = Path(shutil.copytree(REPOSITORY / "data", tmp_path_factory.mktemp("source") / "data"))
    found = features_of(data, "port")
    for key, shape in PLACES.items():
        found[key]["geometry"] = shapely.geometry.mapping(shape)
    told = b",\n".join(orjson.dumps(one) for one in found.values())
    (data / "port/curated.geojson").write_bytes(b'{"type":"FeatureCollection",\n"features":[\n' + told + b"\n]}\n")
    stamp(data / "port")
    return data


@pytest.fixture(scope="module")
def city(own_engine: Engine, source: Path) -> Engine:
    load_all(own_engine, source, CATALOG)
    return own_engine


@pytest.fixture(scope="module")
def published(city: Engine, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All projects in every format, as a release has them."""
    folder = tmp_path_factory.mktemp("published")
    told = {one.id: one for one in subjects(CATALOG, source, ())}
    with city.connect() as connection, connection.begin(), Workshop() as workshop:
        writer = Writer(connection, workshop, "2026-11-22T00:00:00Z")
        for form in FORMATS.values():
            writer.layer(told[PROJECTS], form)(folder / f"projects.{form.suffix}")
    return folder


@pytest.fixture
def data(source: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(source, tmp_path / "data"))


def features_of(data: Path, layer: str) -> Features:
    return {one["id"]: one for one in orjson.loads((data / layer / "curated.geojson").read_bytes())["features"]}


def every_file(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def place(feature: dict[str, Any]) -> Any:
    return None if feature["geometry"] is None else shapely.geometry.shape(feature["geometry"]).normalize()


def edited(published: Path, change: Callable[[Features], Any], out: Path) -> Path:
    whole = orjson.loads((published / "projects.geojson").read_bytes())
    change({one["id"]: one for one in whole["features"]})
    out.write_bytes(orjson.dumps(whole))
    return out


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_city_without_a_project_gets_every_one_back_from_any_format(
    published: Path, source: Path, data: Path, suffix: str
) -> None:
    for layer in CATALOG.layers:
        (data / layer / "curated.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    report = bring_in(published / f"projects.{suffix}", data, CATALOG)
    assert sum(len(one.added) for one in report.layers) == 301
    kinds = set()
    for layer in CATALOG.layers:
        found, wanted = features_of(data, layer), features_of(source, layer)
        assert found.keys() == wanted.keys()
        for key, one in wanted.items():
            assert found[key]["properties"] == one["properties"], key
            mine, theirs = place(found[key]), place(one)
            kinds.add(theirs and theirs.geom_type)
            assert mine is theirs or mine.equals_exact(theirs, 1e-7), key
        assert not list(findings(data, data / layer))  # the checksums are those of the new files
    assert kinds == {None, "Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_comes_back_unchanged_changes_no_byte(published: Path, data: Path, suffix: str) -> None:
    before = every_file(data)
    report = bring_in(published / f"projects.{suffix}", data, CATALOG)
    assert not report.written
    assert sum(one.unchanged for one in report.layers) == 301
    assert every_file(data) == before


def test_a_line_an_area_and_a_word_corrected_in_qgis_come_back(
    published: Path, source: Path, data: Path, tmp_path: Path
) -> None:
    frame = geopandas.read_file(published / "projects.gpkg", layer="projects")
    row = frame.index[frame["id"] == PORT][0]
    area = shapely.Polygon([(106.7, 20.85), (106.71, 20.85), (106.71, 20.86), (106.7, 20.85)])
    frame.loc[row, "name_vi"] = "Cảng Chùa Vẽ (đã chỉnh)"
    frame.loc[row, "geometry"] = area
    frame.to_file(tmp_path / "sua.gpkg", layer="projects")
    said = "\n".join(lines(bring_in(tmp_path / "sua.gpkg", data, CATALOG, dry_run=True)))
    assert "Cảng Chùa Vẽ (đã chỉnh)" in said
    assert "vị trí đổi / its place changed" in said
    assert features_of(data, "port") == features_of(source, "port")
    report = bring_in(tmp_path / "sua.gpkg", data, CATALOG, "port")
    assert [(one.layer, list(one.changed), one.unchanged) for one in report.layers] == [("port", [PORT], 70)]
    changed = features_of(data, "port")[PORT]
    assert changed["properties"]["name_vi"] == "Cảng Chùa Vẽ (đã chỉnh)"
    assert shapely.geometry.shape(changed["geometry"]).equals(area)
    assert {path for path, content in every_file(data).items() if content != (source / path).read_bytes()} == {
        "port/curated.geojson", "port/provenance.toml"
    }  # fmt: skip


def test_a_row_left_out_stays_and_a_column_left_out_stays(
    published: Path, source: Path, data: Path, tmp_path: Path
) -> None:
    table = pandas.read_csv(published / "projects.csv", dtype=str, keep_default_na=False)
    table = table[table["layer"] == "port"].drop(columns=["alt_names", "notes"]).head(3)
    table.to_csv(tmp_path / "ports.csv", index=False)
    [report] = bring_in(tmp_path / "ports.csv", data, CATALOG).layers
    assert (report.unchanged, report.left_out) == (3, 68)
    assert features_of(data, "port") == features_of(source, "port")


WRONG: dict[str, Callable[[Features], Any]] = {
    "area_ha": lambda found: found[PORT]["properties"].update(area_ha="nhiều"),
    "ma_moi": lambda found: found[PORT]["properties"].update(ma_moi="x"),
    "name_vi": lambda found: found[PORT]["properties"].update(name_vi=None),
    "geometry": lambda found: found[PORT].update(geometry={"type": "Point", "coordinates": [20.8, 106.7]}),
    "cang-co-ma-sai!": lambda found: found[PORT].update(id="cang-co-ma-sai!"),
    "comes twice": lambda found: found["kcn-trang-due-3"].update(
        id=PORT, properties=found["kcn-trang-due-3"]["properties"] | {"layer": "port"}
    ),
}


@pytest.mark.parametrize("named", WRONG)
def test_a_file_with_one_wrong_word_changes_nothing_and_the_word_is_named(
    published: Path, data: Path, tmp_path: Path, named: str
) -> None:
    before = every_file(data)
    with pytest.raises(InvalidData, match=named):
        bring_in(edited(published, WRONG[named], tmp_path / "sai.geojson"), data, CATALOG)
    assert every_file(data) == before


FOREIGN = (
    ("a.gpkg", b"<OGRVRTDataSource/>"),
    ("b.fgb", b"SQLite format 3\x00"),
    ("c.kml", b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>'),
    ("d.parquet", b"PAR1PAR1"),
    ("e.csv", b"id,layer\nx,port\n"),
    ("f.geojson", b'{"type":"FeatureCollection","features":[{"id":"x"}]}'),
    ("g.geojson", b"{"),
    ("h.csv", "id,layer,WKT\nx,port,\n".encode("utf-16")),
)


@pytest.mark.parametrize(("name", "content"), FOREIGN)
def test_what_is_none_of_our_formats_is_refused(data: Path, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidData, match=name):
        bring_in(tmp_path / name, data, CATALOG)


def test_an_unknown_layer_an_unknown_file_and_another_system_are_told(
    published: Path, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidParameter, match="no such file"):
        bring_in(tmp_path / "no.gpkg", data, CATALOG)
    strange = edited(published, lambda found: found[PORT]["properties"].update(layer="x"), tmp_path / "a.geojson")
    with pytest.raises(InvalidParameter, match="of which layer"):
        bring_in(strange, data, CATALOG)
    geopandas.read_file(published / "projects.gpkg", layer="projects").to_crs(9210).to_file(tmp_path / "vn.gpkg")
    with pytest.raises(InvalidData, match="WGS 84"):
        bring_in(tmp_path / "vn.gpkg", data, CATALOG)


def test_the_command_says_what_it_would_do(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIPHONG_LAYERS", raising=False)
    done = CliRunner().invoke(cli.app, ["import", str(published / "projects.kml"), "--layer", "port", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "port: 0 thêm / added, 3 đổi / changed, 68 giữ / unchanged" in done.output
