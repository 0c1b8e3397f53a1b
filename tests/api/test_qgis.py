"""QGIS opens our layers by their addresses: counted and typed as SQL says, drawn in the colours of the statuses."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from geo.cluster import tell
from geo.settings import REPOSITORY, Settings
from layers.catalog import Catalog
from layers.palette import GROUPS
from layers.release.publish import publish
from layers.release.release import Wanted
from layers.style_qml import OLD
from tests.api.serving import serving
from tests.factories import BOX, edit, fact, geometry, point, store, store_units, unit
from tests.qgis import Qgis, find_or_install
from tests.silence import SHOWN, WORDS

SETTINGS = Settings.from_env({})
RING = [[106.75, 20.8], [106.79, 20.8], [106.79, 20.83], [106.75, 20.8]]
LINE = [[106.6, 20.75], [106.7, 20.7]]


@pytest.fixture(scope="module")
def city(own_engine: Engine) -> Engine:
    """Thirty ports, of which five have no place, one is a line and one an area; three kinds of status."""
    statuses = ("operational", "under_construction", "proposed")
    places = [point(106.7 + number / 100, 20.8 + number % 3 / 25) if number % 6 else None for number in range(28)]
    places += [geometry("LineString", LINE), geometry("Polygon", [RING])]
    with own_engine.begin() as connection:
        store_units(connection, unit(box=BOX["cat-hai"]))
        store(
            connection,
            *(
                edit(f"cang-{n:02d}", geometry=place, facts=(fact(statuses[n % 3]),), name_vi=f"Cảng {n}")
                for n, place in enumerate(places)
            ),
        )
    return own_engine


@pytest.fixture(scope="module")
def address(city: Engine) -> Iterator[str]:
    with serving(city) as own:
        yield own


@pytest.fixture(scope="module")
def qgis() -> Qgis:
    return find_or_install(Settings.from_env().home, tell)


@pytest.fixture(scope="module")
def told(city: Engine, address: str, qgis: Qgis, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS found, all in one start of it."""
    out = tmp_path_factory.mktemp("qgis")
    catalog = Catalog.load(SETTINGS.definitions)
    with city.connect() as connection, connection.begin():
        release = publish(
            connection, catalog, REPOSITORY / "data", SETTINGS.web / "node_modules", out / "out", Wanted(("port",))
        )
    asked: dict[str, Any] = {"api": f"{address}/api", "out": str(out), "prefix": str(qgis.prefix)}
    asked["silent"] = [OLD.replace("now()", f"to_date('{SHOWN}')"), [word for word, _ in WORDS]]
    asked["package"] = str(release / "layers/port.gpkg")
    ran = subprocess.run(
        [qgis.python, Path(__file__).with_name("in_qgis.py"), json.dumps(asked)],
        env={**qgis.environment, "HOME": str(out)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = out / "told.json"
    assert found.exists(), ran.stderr
    document: dict[str, Any] = json.loads(found.read_bytes())
    return document


def stored(city: Engine, condition: str = "true") -> dict[str, list[Any]]:
    """What SQL says of the ports: status, name, and whether they have a place."""
    with city.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, geojson::jsonb #>> '{properties,status}', properties ->> 'name_vi', geometry IS NOT NULL"
                f" FROM feature WHERE layer = 'port' AND ({condition})"
            )
        )
        return {row[0]: list(row[1:]) for row in rows}


def test_qgis_reads_every_port_from_nothing_but_the_address(told: dict[str, Any], city: Engine) -> None:
    whole = told["whole"]
    assert whole["valid"]
    assert whole["count"] == 30
    assert whole["features"] == stored(city)
    assert {"id", "name_vi", "status", "valid_from", "basis"} <= set(whole["fields"])


@pytest.mark.parametrize(
    ("part", "kind", "shape"),
    [
        ("points", "Point", "ST_Point"),
        ("lines", "MultiLineString", "ST_LineString"),
        ("polygons", "MultiPolygon", "ST_Polygon"),
    ],
)
def test_qgis_takes_each_part_for_the_type_that_it_has(
    told: dict[str, Any], city: Engine, part: str, kind: str, shape: str
) -> None:
    found = told[part]
    assert found["valid"]
    assert found["type"] == kind
    assert found["features"] == stored(city, f"ST_GeometryType(geometry) = '{shape}'")
    assert found["count"] == len(found["features"])


def test_qgis_filters_by_status_and_by_box(told: dict[str, Any], city: Engine) -> None:
    filtered, boxed = told["filtered"], told["boxed"]
    assert filtered["features"] == stored(city, "geojson::jsonb #>> '{properties,status}' = 'operational'")
    assert filtered["count"] == len(filtered["features"]) == 10
    assert boxed["features"] == stored(city, "geometry && ST_MakeEnvelope(106.705, 20.7, 106.735, 20.9, 4326)")
    assert sorted(boxed["features"]) == ["cang-01", "cang-02", "cang-03"]


@pytest.mark.parametrize("drawing", ["tiles", "package"])
def test_qgis_draws_them_in_the_colours_of_the_statuses(told: dict[str, Any], drawing: str) -> None:
    found = told[drawing]
    assert found["valid"]
    for group in ("service", "construction", "idea"):
        own = {GROUPS[group].fill.upper(), GROUPS[group].line.upper()}
        assert sum(found["colours"].get(colour, 0) for colour in own) > 20, (group, found["colours"])
    assert len(found["colours"]) > 10


def test_qgis_opens_a_published_file_with_its_rules(told: dict[str, Any]) -> None:
    assert told["package"]["count"] == 30
    assert told["package"]["renderer"] == "RuleRenderer"
    assert told["package"]["rules"] > 10


def test_qgis_judges_the_silence_on_a_status_as_the_map_does(told: dict[str, Any]) -> None:
    assert [bool(silent) for silent in told["silent"]] == [silent for _, silent in WORDS]


def test_qgis_understands_the_style_of_the_tiles(told: dict[str, Any]) -> None:
    assert told["tiles"]["styled"], told["tiles"]["said"]
    assert len(told["tiles"]["styles"]) > 20
