"""A release of the whole city, written once and read by those who would read it."""

import gzip
import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas
import minisign
import numpy
import orjson
import pandas
import pyarrow.parquet
import pyogrio
import pytest
from mapbox_vector_tile import decode
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely.geometry import shape
from sqlalchemy import Engine, text

from geo.errors import HaiphongError, InvalidData, InvalidParameter, UnknownLayer
from geo.settings import REPOSITORY, Settings
from geo.tiles import in_tiles
from layers.catalog import Catalog
from layers.load import load_all
from layers.release import sums
from layers.release.folder import Staging
from layers.release.publish import publish
from layers.release.release import Wanted
from layers.release.verify import verify
from tests.factories import edit, fact, store

SETTINGS = Settings.from_env({})
CATALOG = Catalog.load(SETTINGS.definitions)
PACKAGES = SETTINGS.web / "node_modules"
FORMATS = ("geojson", "gpkg", "fgb", "parquet")
Publish = Callable[..., Path]


@pytest.fixture(scope="module")
def city(own_engine: Engine) -> Engine:
    load_all(own_engine, REPOSITORY / "data", CATALOG, lambda _: None)
    return own_engine


@pytest.fixture(scope="module")
def key() -> minisign.SecretKey:
    return minisign.KeyPair.generate().secret_key


@pytest.fixture(scope="module")
def published(city: Engine) -> Publish:
    def write(out: Path, *layers: str, **told: object) -> Path:
        with city.connect() as connection, connection.begin():
            return publish(connection, CATALOG, REPOSITORY / "data", PACKAGES, out, Wanted(layers), **told)  # type: ignore[arg-type]

    return write


@pytest.fixture(scope="module")
def release(published: Publish, key: minisign.SecretKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("releases"), key=key)


@pytest.fixture(scope="module")
def small(published: Publish, key: minisign.SecretKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("small"), "park", key=key)


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / small.name))


def stored(city: Engine, sql: str) -> int:
    with city.connect() as connection:
        return int(connection.execute(text(sql)).scalar_one())


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_vector_format_has_every_port_with_the_same_words(release: Path, suffix: str) -> None:
    told = orjson.loads((release / "layers/port.geojson").read_bytes())["features"]
    names = {one["id"]: one["properties"]["name_vi"] for one in told}
    assert len(names) == 71
    path = release / f"layers/port.{suffix}"
    frame = geopandas.read_parquet(path) if suffix == "parquet" else geopandas.read_file(path, layer="port")
    assert dict(zip(frame["id"], frame["name_vi"], strict=True)) == names
    places = {one["id"]: tuple(one["geometry"]["coordinates"]) for one in told}
    assert {row.id: (round(row.geometry.x, 7), round(row.geometry.y, 7)) for row in frame.itertuples()} == places


def test_every_collection_has_as_many_features_in_every_format_as_the_store(release: Path, city: Engine) -> None:
    catalog = orjson.loads((release / "catalog.json").read_bytes())
    assert catalog["features"] == stored(city, "SELECT count(*) FROM feature WHERE NOT withdrawn") == 301
    for one in catalog["collections"]:
        path = release / f"layers/{one['id']}"
        assert pyarrow.parquet.read_metadata(path.with_suffix(".parquet")).num_rows == one["features"]
        for suffix in (".geojson", ".gpkg", ".fgb"):
            told = pyogrio.read_info(path.with_suffix(suffix), layer=one["id"], force_feature_count=True)
            assert told["features"] == one["features"]


def test_the_catalogue_tells_size_and_checksum_of_every_file_of_a_layer(release: Path) -> None:
    dcat = orjson.loads((release / "dcat.jsonld").read_bytes())
    files = [file for one in dcat["dcat:dataset"] for file in one["dcat:distribution"]]
    assert {file["@id"] for file in files} == {f"layers/{path.name}" for path in (release / "layers").iterdir()}
    for file in files:
        content = (release / file["@id"]).read_bytes()
        assert file["dcat:byteSize"]["@value"] == str(len(content))
        assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(content).hexdigest()


def test_qgis_finds_its_style_inside_the_geopackage(release: Path) -> None:
    with sqlite3.connect(release / "layers/port.gpkg") as database:
        rows = database.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
        [(table, geometry, default, qml)] = rows.fetchall()
        column = database.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = 'port'").fetchone()
    assert (table, geometry, default) == ("port", column[0], 1)
    assert qml.encode() == (release / "styles/port.qml").read_bytes()


def test_the_tiles_hold_every_feature_with_a_place_at_every_zoom(release: Path, city: Engine) -> None:
    located = stored(city, "SELECT count(*) FROM feature WHERE NOT withdrawn AND geometry IS NOT NULL")
    found: dict[int, set[str]] = {}
    told: dict[str, dict[str, Any]] = {}
    with (release / "tiles/haiphong.pmtiles").open("rb") as file:
        source = MmapSource(file)
        header = Reader(source).header()
        for (zoom, _, _), tile in all_tiles(source):
            for name, layer in decode(gzip.decompress(tile)).items():
                if name in CATALOG.layers:
                    found.setdefault(zoom, set()).update(one["properties"]["id"] for one in layer["features"])
                    for one in layer["features"]:
                        told[one["properties"]["id"]] = {key: one["properties"].get(key) for key in in_tiles({})}
    assert set(found) == set(range(header["min_zoom"], header["max_zoom"] + 1))
    assert {len(ids) for ids in found.values()} == {located}
    features = orjson.loads((release / "layers/projects.geojson").read_bytes())["features"]
    published = {one["id"]: in_tiles(one["properties"]) for one in features if one["geometry"]}
    assert told == published
    assert 0 < sum(one["unit_ids"] is not None for one in told.values()) < located


def test_oc4ids_tells_each_project_once_and_no_stage_that_is_unknown(release: Path) -> None:
    package = orjson.loads((release / "oc4ids.json").read_bytes())
    features = {one["id"]: one for one in orjson.loads((release / "layers/projects.geojson").read_bytes())["features"]}
    assert {one["id"] for one in package["projects"]} == set(features)
    assert len(package["projects"]) == 301
    for one in package["projects"]:
        assert ("status" in one) == (features[one["id"]]["properties"]["status"] != "unknown")


def test_the_same_data_gives_the_same_bytes(
    release: Path, published: Publish, key: minisign.SecretKey, tmp_path: Path
) -> None:
    again = published(tmp_path / "elsewhere", key=key)
    assert again.name == release.name
    assert sums.read((again / sums.FILE).read_bytes()) == sums.read((release / sums.FILE).read_bytes())
    assert (again / sums.SIGNATURE).read_bytes() == (release / sums.SIGNATURE).read_bytes()


def test_a_sound_release_is_verified_with_the_publishers_key_and_without(release: Path, tmp_path: Path) -> None:
    without = verify(release)
    assert (without.flaws, without.signed, without.trusted) == ((), True, False)
    with_key = verify(release, release / "minisign.pub")
    assert (with_key.flaws, with_key.trusted) == ((), True)
    stranger = tmp_path / "stranger.pub"
    stranger.write_bytes(bytes(minisign.KeyPair.generate().public_key))
    assert [flaw.file for flaw in verify(release, stranger).flaws] == [sums.FILE]


def files_of(release: Path) -> Iterator[Path]:
    yield from (path for path in sorted(release.rglob("*")) if path.is_file())


def test_a_bit_flipped_in_any_file_is_found_and_the_file_named(copy: Path) -> None:
    for path in files_of(copy):
        name, content = path.relative_to(copy).as_posix(), path.read_bytes()
        for at in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            try:
                said = {flaw.file for flaw in verify(copy).flaws}
            except InvalidData as error:
                said = {str(error).partition(",")[0]}
            assert said & ({name, sums.FILE} if name.startswith(sums.FILE) else {name}), f"{name}, byte {at}: {said}"
        path.write_bytes(content)
    assert verify(copy).flaws == ()


def test_every_bit_of_the_signature_counts(copy: Path) -> None:
    path = copy / sums.SIGNATURE
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert {flaw.file for flaw in verify(copy).flaws} <= {sums.FILE, sums.SIGNATURE}
        assert verify(copy).flaws


def test_what_is_missing_or_was_added_is_named(copy: Path) -> None:
    (copy / "layers/park.csv").unlink()
    (copy / "layers/new.csv").write_text("x")
    assert {flaw.file for flaw in verify(copy).flaws} == {"layers/park.csv", "layers/new.csv"}


def test_a_release_that_lost_its_signature_does_not_pass_as_unsigned(copy: Path) -> None:
    (copy / sums.SIGNATURE).unlink()
    assert sums.SIGNATURE in {flaw.file for flaw in verify(copy).flaws}
    assert sums.SIGNATURE in {flaw.file for flaw in verify(copy, copy / "minisign.pub").flaws}


def test_whoever_names_the_folder_of_all_releases_is_told_which_one_it_holds(release: Path) -> None:
    with pytest.raises(InvalidParameter, match=release.name):
        verify(release.parent)


def test_a_release_is_never_overwritten(release: Path, published: Publish, key: minisign.SecretKey) -> None:
    before = (release / sums.FILE).stat().st_mtime_ns
    with pytest.raises(InvalidParameter, match="never overwritten"):
        published(release.parent, key=key)
    assert (release / sums.FILE).stat().st_mtime_ns == before
    assert not list(release.parent.glob(".*"))


def test_one_layer_is_a_release_of_its_own_and_the_index_tells_both(published: Publish, tmp_path: Path) -> None:
    parks, ports = published(tmp_path, "park"), published(tmp_path, "port")
    assert sorted(path.name for path in (ports / "layers").iterdir()) == sorted(
        f"port.{suffix}" for suffix in ("geojson", "csv", "gpkg", "fgb", "parquet", "kml")
    )
    index = orjson.loads((tmp_path / "releases.json").read_bytes())
    assert {one["release"]: one["features"] for one in index["releases"]} == {parks.name: 24, ports.name: 71}
    assert (tmp_path / "latest").resolve().name == index["latest"]
    with pytest.raises(UnknownLayer, match="ports"):
        published(tmp_path, "ports")


def test_a_run_that_broke_off_leaves_nothing_and_the_next_goes_on(published: Publish, tmp_path: Path) -> None:
    def breaks_at(number: int) -> Callable[..., Iterator[object]]:
        def watch(steps: list[object]) -> Iterator[object]:
            for position, step in enumerate(steps):
                if position == number:
                    raise HaiphongError("the power went")
                yield step

        return watch

    with pytest.raises(HaiphongError, match="power"):
        published(tmp_path, "port", watch=breaks_at(4))
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    [part] = tmp_path.glob(".*.part")
    done = (part / "files/layers/port.gpkg").stat().st_mtime_ns
    release = published(tmp_path, "port")
    assert (release / "layers/port.gpkg").stat().st_mtime_ns == done
    assert verify(release).flaws == ()
    assert not list(tmp_path.glob(".*"))


def test_a_file_that_was_half_written_is_written_again(tmp_path: Path) -> None:
    with Staging.opened(tmp_path, "r") as staging:
        staging.add_bytes("whole", b"1")
        staging.add_bytes("changed", b"2")
    (tmp_path / ".r.part/files/changed").write_bytes(b"3")
    (tmp_path / ".r.part/files/half").write_bytes(b"4")
    with Staging.opened(tmp_path, "r") as staging:
        assert set(staging.digests) == {"whole"}
        assert [path.name for path in staging.files.iterdir()] == ["whole"]


def test_two_runs_do_not_write_one_release(tmp_path: Path) -> None:
    with Staging.opened(tmp_path, "r"), pytest.raises(InvalidParameter, match="wait"), Staging.opened(tmp_path, "r"):
        pass


def test_a_full_disk_is_told_with_the_way_out(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            full.write(path.name.encode())

    with pytest.raises(HaiphongError, match="no space left"), Staging.opened(tmp_path, "r") as staging:
        staging.add("a", write)
    assert not (tmp_path / "r").exists()


def test_a_release_as_of_an_instant_holds_what_was_recorded_by_then(fresh_engine: Engine, tmp_path: Path) -> None:
    with fresh_engine.begin() as connection:
        store(connection, edit("cong-vien-a", layer="park", name_vi="Tên cũ", facts=(fact("proposed"),)))
    with fresh_engine.connect() as connection:
        instant = connection.execute(text("SELECT clock_timestamp()")).scalar_one().isoformat()
    with fresh_engine.begin() as connection:
        later = (fact("proposed"), fact("operational", valid_from="2024-05"))
        store(
            connection,
            edit("cong-vien-a", layer="park", name_vi="Tên mới", facts=later),
            edit("cong-vien-b", layer="park"),
        )

    def written(out: str, as_of: str | None) -> Path:
        with fresh_engine.connect() as connection, connection.begin():
            wanted = Wanted(("park",), as_of=as_of)
            return publish(connection, CATALOG, REPOSITORY / "data", PACKAGES, tmp_path / out, wanted)

    def told(release: Path) -> list[tuple[str, str, str]]:
        found = orjson.loads((release / "layers/park.geojson").read_bytes())["features"]
        return [(one["id"], one["properties"]["name_vi"], one["properties"]["status"]) for one in found]

    then, now = written("a", instant), written("a", None)
    assert told(then) == [("cong-vien-a", "Tên cũ", "proposed")]
    assert told(now) == [("cong-vien-a", "Tên mới", "operational"), ("cong-vien-b", "Cảng A", "unknown")]
    assert geopandas.read_file(then / "layers/park.gpkg", layer="park")["name_vi"].tolist() == ["Tên cũ"]
    assert "Tên mới" not in (then / "haiphong.html").read_text("utf-8")
    assert then.name != now.name
    assert not verify(then).flaws
    assert sums.read((written("b", instant) / sums.FILE).read_bytes()) == sums.read((then / sums.FILE).read_bytes())
    with pytest.raises(InvalidParameter, match="nothing was recorded by 2000-01-01"):
        written("a", "2000-01-01")


def test_where_no_feature_has_a_place_there_are_no_tiles_and_without_features_no_release(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    with fresh_engine.begin() as connection:
        store(connection, edit("cong-vien-a", layer="park"))

    def written(layer: str) -> Path:
        with fresh_engine.connect() as connection, connection.begin():
            return publish(connection, CATALOG, REPOSITORY / "data", PACKAGES, tmp_path, Wanted((layer,)))

    release = written("park")
    assert not list(release.rglob("*.pmtiles"))
    assert "tiles" not in orjson.loads((release / "catalog.json").read_bytes())
    with pytest.raises(InvalidParameter, match="no feature in port"):
        written("port")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()] == [release.name]


def plain(value: Any) -> Any:
    """A value as every format can hold it: lists joined, nothing for what is empty, in text where asked for."""
    if isinstance(value, list | numpy.ndarray):
        return "; ".join(map(str, value)) or None
    if value is None or value != value or value == "":
        return None
    return value.item() if isinstance(value, numpy.generic) else value


@pytest.mark.parametrize("suffix", ["gpkg", "fgb", "parquet", "csv"])
def test_what_is_read_back_from_a_format_is_what_was_published(release: Path, suffix: str) -> None:
    told = orjson.loads((release / "layers/projects.geojson").read_bytes())["features"]
    kinds = {one["geometry"] and one["geometry"]["type"] for one in told}
    assert None in kinds
    assert len(kinds) > 2
    path = release / f"layers/projects.{suffix}"
    if suffix == "csv":
        frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    elif suffix == "parquet":
        frame = geopandas.read_parquet(path)
    else:
        frame = geopandas.read_file(path, layer="projects")
    rows = {row["id"]: row for row in frame.to_dict("records")}
    assert len(rows) == len(told) == 301
    for feature in told:
        row = rows[feature["id"]]
        for name, value in feature["properties"].items():
            expected, found = plain(value), plain(row[name])
            if suffix == "csv" and expected is not None and not isinstance(expected, str):
                expected = orjson.dumps(expected).decode()
            assert found == expected, (feature["id"], name)
        where = None if feature["geometry"] is None else shape(feature["geometry"])
        if suffix != "csv":
            assert (row["geometry"] is None) == (where is None)
            assert (
                where is None
                or where.normalize().equals_exact(shape(row["geometry"]).normalize(), 1e-7)
                or (where.geom_type != row["geometry"].geom_type and where.equals_exact(row["geometry"].geoms[0], 1e-7))
            ), feature["id"]
