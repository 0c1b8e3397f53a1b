"""At 100 000 features a filter in CQL2 goes by the same indexes as the parameters do, with nothing switched off."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import OperationalError

from geo import store
from geo.bbox import BBox
from geo.cql2 import parse
from geo.crs import CRS84, NAMES
from geo.filter import condition
from geo.query import FeatureQuery, conditions
from geo.queryables import BASE, curated
from geo.tables import feature
from tests.pace import soon

NUMBER = 100_000
PROPERTIES = BASE | curated([("name_vi", "string"), ("area_ha", "number")])
# Every hundredth is of another layer, status and condition; squares of some 100 m over the province.
FILL = r"""
INSERT INTO changeset (actor, note, source) VALUES ('test', 'made up', 'made up');
INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status, condition,
  valid_from, geojson)
SELECT 'gia-' || n, CASE WHEN n % 100 = 0 THEN 'port' ELSE 'tourism' END,
  ST_MakeEnvelope(x, y, x + 0.001, y + 0.001, 4326),
  jsonb_build_object('name_vi', 'Cảng giả ' || n, 'area_ha', n % 500), '[]',
  1, false, (SELECT max(id) FROM changeset), CASE WHEN n % 100 = 1 THEN 'site_clearance' ELSE 'proposed' END,
  CASE WHEN n % 100 = 2 THEN 'delayed' ELSE 'not_assessed' END, date '1990-01-01' + n % 12000,
  '{"type"\:"Feature","id"\:"gia-' || n || '","geometry"\:null,"properties"\:{"basis"\:"reported","status_source"\:"'
    || repeat('Báo Hải Phòng ', 60) || '"}}'
FROM generate_series(1, :number) AS n,
  LATERAL (SELECT 106.12 + (n % 980) / 1000.0 AS x, 20.55 + (n / 980 % 590) / 1000.0 AS y) AS place
"""


@pytest.fixture(scope="module")
def filled(own_engine: Engine) -> Iterator[Connection]:
    with own_engine.connect() as connection:
        for statement in FILL.strip().split(";\n"):
            connection.execute(text(statement), {"number": NUMBER} if ":number" in statement else {})
        connection.commit()
    with own_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE feature"))
        yield connection


def query(words: str, crs: str = CRS84.uri) -> FeatureQuery:
    return FeatureQuery(filter=condition(parse(words, "cql2-text"), PROPERTIES, NAMES[crs]))


def indexes(connection: Connection, asked: FeatureQuery) -> set[str]:
    """The indexes that PostgreSQL means to use."""
    wanted = select(feature.c.id, feature.c.geojson).where(*conditions(asked, [])).compile(connection)
    plan = connection.exec_driver_sql(f"EXPLAIN {wanted}", wanted.params)
    return set(re.findall(r"(?:using|on) (feature_\w+)", "\n".join(plan.scalars())))


@pytest.mark.parametrize(
    ("words", "same", "index"),
    [
        ("status = 'site_clearance'", FeatureQuery(statuses=("site_clearance",)), "feature_status"),
        ("status IN ('site_clearance','operational')", FeatureQuery(statuses=("site_clearance", "operational")),
         "feature_status"),
        ("layer = 'port'", FeatureQuery(layers=("port",)), "feature_layer"),
        ("condition = 'delayed'", FeatureQuery(conditions=("delayed",)), "feature_condition"),
        ("id IN ('gia-7','gia-8')", FeatureQuery(ids=("gia-7", "gia-8")), "feature_pkey"),
        ("S_INTERSECTS(geometry,BBOX(106.7,20.8,106.71,20.81))", FeatureQuery(bbox=BBox(106.7, 20.8, 106.71, 20.81)),
         "feature_geometry"),
    ],
)  # fmt: skip
def test_a_filter_goes_by_the_index_of_the_parameter(
    filled: Connection, words: str, same: FeatureQuery, index: str
) -> None:
    assert indexes(filled, query(words)) == indexes(filled, same) == {index}


@pytest.mark.parametrize(
    ("words", "crs", "index"),
    [
        ("valid_from > DATE('2022-10-01')", "CRS84", "feature_valid_from"),
        ("T_DURING(valid_from,INTERVAL('2001-01-01','2001-02-01'))", "CRS84", "feature_valid_from"),
        ("T_INTERSECTS(valid_from,INTERVAL('2001-01-01','2001-02-01'))", "CRS84", "feature_valid_from"),
        ("T_AFTER(valid_from,TIMESTAMP('2022-10-01T00:00:00Z'))", "CRS84", "feature_valid_from"),
        ("S_WITHIN(geometry,POLYGON((106.7 20.8,106.71 20.8,106.71 20.81,106.7 20.8)))", "CRS84", "feature_geometry"),
        ("S_INTERSECTS(geometry,BBOX(620500,2300500,621000,2301000))", "EPSG:9210", "feature_geometry"),
        ("S_INTERSECTS(geometry,POINT(20.8005 106.7005))", "EPSG:4326", "feature_geometry"),
        ("layer = 'port' AND area_ha > 100 AND NOT name_vi LIKE '%x%'", "CRS84", "feature_layer"),
    ],
)
def test_time_and_space_go_by_their_indexes_too(filled: Connection, words: str, crs: str, index: str) -> None:
    assert index in indexes(filled, query(words, crs))


@pytest.mark.parametrize(
    "words",
    ["area_ha > 499", "casei(accenti(name_vi)) LIKE casei(accenti('%CẢNG GIẢ 77%'))",
     "updated_at < DATE('2020-01-01')"],
)  # fmt: skip
def test_what_no_index_knows_is_still_found_in_a_moment(filled: Connection, words: str) -> None:
    with soon():
        filled.execute(select(func.count()).select_from(feature).where(*conditions(query(words), []))).scalar_one()


def test_a_filter_that_costs_too_much_is_cancelled(filled: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FILTER_SECONDS", 1)
    heavy = query(" AND ".join(["casei(accenti(name_vi)) LIKE casei(accenti('%ả%'))"] * 60))
    with (
        soon(),
        filled.engine.connect() as connection,
        pytest.raises(OperationalError, match="statement timeout"),
    ):
        store.counts(connection, heavy)
