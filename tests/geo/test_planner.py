"""With 100 000 projects on the map, each filter finds its few by an index: nobody reads the whole table for them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from geo import listing, near, store
from geo.bbox import BBox
from geo.query import FeatureQuery, token
from geo.tile_sql import EXTENT
from geo.tiles import LARGEST, Tile, feature_tile
from tests.factories import edit, fact, point, store_units, unit
from tests.factories import store as put
from tests.geo.test_tiles import read as decoded

NUMBER = 100_000
# Squares of some 100 m, spread over the city by two steps without a common measure, in eighteen layers; one in a
# hundred is late, one in a thousand was entered by mistake, one in ten has no place. The text is as long as a real one.
MADE_UP = text(
    """
    WITH told AS (INSERT INTO changeset (actor, note, source) VALUES ('test', 'made up', 'nobody') RETURNING id)
    INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status,
      condition, valid_from, geojson)
    SELECT 'du-an-' || lpad(n::text, 6, '0'), 'layer-' || n % 18,
      CASE WHEN n % 10 > 0 THEN ST_MakeEnvelope(x, y, x + 0.001, y + 0.001, 4326) END,
      jsonb_build_object('name_vi', 'Dự án ' || (ARRAY['Đồ Sơn', 'Cát Hải', 'An Lão', 'Kiến Thụy'])[n % 4 + 1] || ' số '
        || n, 'area_ha', n % 977),
      '[]', 1, n % 1000 = 1, told.id,
      (ARRAY['proposed', 'site_clearance', 'under_construction', 'operational', 'completed'])[n % 5 + 1]::status_code,
      (CASE n % 100 WHEN 7 THEN 'delayed' ELSE 'not_assessed' END)::condition_code,
      date '2010-01-01' + n % 5000, '{"type":"Feature","id":"' || n || '"' || repeat(' ', 900) || '}'
    FROM told CROSS JOIN generate_series(1, :number) AS n
    CROSS JOIN LATERAL (SELECT 106.4 + mod(n * 0.618034, 1) * 0.7 AS x, 20.6 + mod(n * 0.754878, 1) * 0.4 AS y) AS place
    """
)
LOCATED = text(
    "INSERT INTO feature_unit SELECT feature.id, admin_unit.id, 'located' FROM feature "
    "JOIN admin_unit ON ST_Intersects(admin_unit.geometry, feature.geometry)"
)
TOLD = text(
    """
    INSERT INTO status_fact (feature, status, basis, edtf, valid_from, valid_latest, source, stage_in_words,
      date_inferred, uncertain, changeset)
    SELECT id, status, 'reported', valid_from::text, valid_from, valid_from, 'nobody', true, false, false, changeset
    FROM feature
    """
)


@pytest.fixture(scope="module")
def big_city(own_engine: Engine) -> Engine:
    """A hundred districts of 7 by 4 hundredths of a degree, so that each holds about one project in a hundred."""
    boxes = {
        f"2024-huyen-{row}-{column}": (
            106.4 + column * 0.07, 20.6 + row * 0.04, 106.47 + column * 0.07, 20.64 + row * 0.04
        )
        for row in range(10)
        for column in range(10)
    }  # fmt: skip
    with own_engine.begin() as connection:
        # The cluster of the tests does not wait for its log, and VACUUM leaves alone what is not in the log yet.
        connection.execute(text("SET LOCAL synchronous_commit = on"))
        store_units(connection, *(unit(unit_id, box=box) for unit_id, box in boxes.items()))
        connection.execute(MADE_UP, {"number": NUMBER})
        connection.execute(LOCATED)
        connection.execute(TOLD)
    with own_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE feature, feature_unit, status_fact"))
    return own_engine


@pytest.fixture
def city(big_city: Engine) -> Iterator[Connection]:
    with big_city.connect() as connection:
        yield connection


def plans(connection: Connection, query: FeatureQuery, *reads: Callable[[Connection, FeatureQuery], Any]) -> list[str]:
    """How the server answers each statement that these reads send for the query."""
    sent: list[tuple[str, Any]] = []

    def note(*told: Any) -> None:
        sent.append((told[2], told[3]))

    event.listen(connection, "before_cursor_execute", note)
    for read in reads:
        read(connection, query)
    event.remove(connection, "before_cursor_execute", note)
    return [
        "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
        for statement, values in sent
        if not statement.startswith("SET")
    ]


def by_index(told: list[str], index: str) -> bool:
    """Whether no plan reads the whole table, and one reads this index."""
    whole_table = any(re.search(r"Seq Scan on (feature|feature_unit)\b", plan) for plan in told)
    return not whole_table and any(re.search(rf"(using|Bitmap Index Scan on) {index}", plan) for plan in told)


NORTH = BBox(106.70, 20.80, 106.72, 20.82)
FILTERS: dict[str, tuple[FeatureQuery, str]] = {
    "district": (FeatureQuery(units=("2024-huyen-3-7",)), "feature_unit_"),
    "several districts": (FeatureQuery(units=("2024-huyen-3-7", "2024-huyen-4-7", "2024-huyen-5-7")), "feature_unit_"),
    "layer": (FeatureQuery(layers=("layer-3",)), "feature_layer"),
    "status": (FeatureQuery(statuses=("operational",)), "feature_status"),
    "condition": (FeatureQuery(conditions=("delayed",)), "feature_condition"),
    "a number in a name": (FeatureQuery(q="số 4711"), "feature_search"),
    "words in a row": (FeatureQuery(q="cat hai so 123"), "feature_search"),
    "words that nobody has in a row": (FeatureQuery(q="4711 son"), "feature_search"),
    "words that nobody has": (FeatureQuery(q="sân bay vũ trụ"), "feature_search"),
    "bbox": (FeatureQuery(bbox=NORTH), "feature_geometry"),
    "ids": (FeatureQuery(ids=("du-an-000007", "du-an-099999", "nobody")), "feature_pkey"),
    "district and status": (FeatureQuery(units=("2024-huyen-3-7",), statuses=("operational",)), "feature_unit_"),
    "bbox and layer": (FeatureQuery(bbox=NORTH, layers=("layer-3",)), "feature_geometry"),
    "name and layer": (FeatureQuery(q="số 4711", layers=("layer-3",)), "feature_search"),
}


@pytest.mark.parametrize(("query", "index"), FILTERS.values(), ids=FILTERS)
def test_a_filter_reads_an_index_and_never_the_whole_table(city: Connection, query: FeatureQuery, index: str) -> None:
    told = plans(city, query, listing.items, store.counts)
    assert by_index(told, index), "\n\n".join(told)


MIDDLE = token(["du-an-050000"])
PAGES: dict[str, tuple[FeatureQuery, str]] = {
    "first": (FeatureQuery(), "feature_pkey"),
    "in the middle": (FeatureQuery(after=MIDDLE), "feature_pkey"),
    "in the middle, backwards": (FeatureQuery(after=MIDDLE, sortby=(("id", True),)), "feature_pkey"),
    "in the middle of a layer": (FeatureQuery(after=MIDDLE, layers=("layer-3",)), "feature_"),
}


@pytest.mark.parametrize(("query", "index"), PAGES.values(), ids=PAGES)
def test_a_page_is_found_by_its_place_in_the_order_and_its_number_is_kept(
    city: Connection, query: FeatureQuery, index: str
) -> None:
    (page,) = plans(city, query, listing.items)
    assert by_index([page], index), page
    assert "feature_number" in page


@pytest.mark.parametrize("query", [FeatureQuery(), FeatureQuery(layers=("layer-3",))])
def test_what_is_near_is_looked_for_in_a_box_and_never_in_the_whole_city(city: Connection, query: FeatureQuery) -> None:
    origin = near.place(city, None, "du-an-050003", None)
    for metres in (0, 3_000, 10_000):
        told = plans(city, query, partial(around, origin=origin, metres=metres))
        assert by_index(told, "feature_geometry"), "\n\n".join(told)


def around(connection: Connection, query: FeatureQuery, origin: near.Place, metres: float) -> None:
    near.near(connection, origin, metres, query)


TILES = [Tile(5, 14, 25), Tile(8, 112, 203), Tile(10, 451, 815), Tile(11, 902, 1631), Tile(12, 1805, 3263),
         Tile(14, 7223, 13056)]  # fmt: skip
OF_TILES: dict[str, FeatureQuery] = {
    "all": FeatureQuery(),
    "a layer": FeatureQuery(layers=("layer-3",)),
    "a status": FeatureQuery(statuses=("operational",)),
    "a condition": FeatureQuery(conditions=("delayed",)),
    "areas of a layer": FeatureQuery(layers=("layer-3",), kind="polygon"),
    "a district": FeatureQuery(units=("2024-huyen-3-7",)),
}


@pytest.mark.parametrize("query", OF_TILES.values(), ids=OF_TILES)
def test_no_tile_reads_a_whole_table(city: Connection, query: FeatureQuery) -> None:
    for tile in TILES:
        told = plans(city, query, partial(draw, tile=tile))
        whole = [plan for plan in told if re.search(r"Seq Scan on ((tile_)?feature|feature_unit|tile_mark)\b", plan)]
        assert whole == [], f"{tile}\n" + "\n\n".join(whole)


def draw(connection: Connection, query: FeatureQuery, tile: Tile) -> bytes:
    return feature_tile(connection, "projects", query, tile)


MIDDLES = text(
    """
    SELECT id, (ST_XMin(box) + ST_XMax(box)) / 2 / 40075016.68557849 + 0.5,
      0.5 - (ST_YMin(box) + ST_YMax(box)) / 2 / 40075016.68557849
    FROM feature, LATERAL (SELECT ST_Transform(geometry, 3857) AS box) AS boxed
    WHERE NOT withdrawn AND geometry IS NOT NULL
    """
)


@pytest.mark.parametrize("zoom", [0, 5, 8, 9, 10, 11])
def test_the_tile_in_which_a_project_has_its_middle_shows_or_counts_it(city: Connection, zoom: int) -> None:
    middle = {one: (int(y * 2**zoom), int(x * 2**zoom)) for one, x, y in city.execute(MIDDLES)}
    expected = Counter(middle.values())
    assert expected.total() == NUMBER * 0.9 - NUMBER / 1000
    for (row, column), number in expected.items():
        body = draw(city, FeatureQuery(), Tile(zoom, row, column))
        assert len(body) <= LARGEST
        found = 0
        for one in decoded(body):
            if "count" not in one["properties"]:
                found += middle[one["properties"]["id"]] == (row, column)
            elif all(0 <= place < EXTENT for place in one["geometry"]["coordinates"]):
                found += one["properties"]["count"]
        assert found == number


def rows_read(city: Connection) -> Counter[str]:
    """Of each table, the rows that were read without an index."""
    told = city.execute(text("SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"))
    return Counter({row.relname: row.seq_tup_read for row in told})


def test_one_edit_among_a_hundred_thousand_reads_no_table_from_end_to_end(city: Connection) -> None:
    known = city.execute(text("SELECT layer, version FROM feature WHERE id = 'du-an-004711'")).one()
    before = rows_read(city)  # of late by this session, which has not reported them yet
    mine = edit("du-an-004711", layer=known.layer, geometry=point(106.75, 20.8), facts=(fact("completed"),))
    put(city, replace(mine, expected_version=known.version))
    assert {name: rows for name, rows in (rows_read(city) - before).items() if rows > 1000} == {}
    assert city.execute(text("SELECT status, version FROM feature WHERE id = 'du-an-004711'")).one() == ("completed", 2)


def test_what_many_features_fit_is_counted_once_in_each_version(city: Connection) -> None:
    query = FeatureQuery(bbox=BBox(106.0, 20.0, 107.5, 21.5), limit=10)
    counted = ["Aggregate  " in plan for _ in range(2) for plan in plans(city, query, listing.items)]
    first, second = listing.items(city, query), listing.items(city, replace(query, layers=("layer-3",)))
    assert counted.count(True) == 2, counted
    located = text("SELECT count(*) FROM feature WHERE NOT withdrawn AND geometry IS NOT NULL")
    assert first.matched == city.execute(located).scalar_one()
    assert second.matched < first.matched
