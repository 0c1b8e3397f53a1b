"""The short way to a page finds the very features and numbers that the long way finds."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import Connection, Engine, text

from api.main import READING
from geo import listing, plain
from geo.bbox import BBox
from geo.plain import PlainPages
from geo.query import FeatureQuery
from geo.reading import Running
from tests.factories import BOX, edit, fact, point, square, store, store_units, unit

HERE = BBox(106.8, 20.7, 107.0, 20.9)
ROUNDED_M = 4e-7
"""Degrees that a box in single precision does not tell apart."""


@pytest.fixture(scope="module")
def pages(own_engine: Engine) -> Iterator[PlainPages]:
    """A reader over features inside, outside and right at the border of HERE, in and out of a unit."""
    edges = [106.8, 106.8 - ROUNDED_M, 106.8 + ROUNDED_M, 107.0, 107.0 + ROUNDED_M, 107.0 - ROUNDED_M, 106.9, 108.0]
    places = [point(east, north) for east in edges for north in (20.7, 20.7 - ROUNDED_M, 20.9 + ROUNDED_M, 20.8)]
    areas = [square(west, 20.75, west + 0.3, 20.8) for west in (106.5 - ROUNDED_M, 106.5, 106.6, 107.0, 107.0001)]
    with own_engine.begin() as connection:
        commune = unit(
            "2024-xa-phu-long", name="Phú Long", level="commune", geometry=square(106.9, 20.78, 106.95, 20.85)
        )
        store_units(connection, unit(geometry=square(106.85, 20.75, 106.95, 20.85)), commune)
        edits = [
            edit(
                f"cang-{number:02d}",
                layer=("port", "park")[number % 2],
                geometry=place,
                facts=(fact(("proposed", "operational")[number % 3 == 0]),),
            )
            for number, place in enumerate([*places, *areas, None])
        ]
        store(connection, *edits, edit("cang-withdrawn", withdrawn=True, geometry=point()))
    made = PlainPages(own_engine.url.render_as_string(hide_password=False), READING)
    yield made
    made.close()


@pytest.mark.parametrize("query", [
    FeatureQuery(), FeatureQuery(layers=("port",)), FeatureQuery(layers=("port", "park"), statuses=("proposed",)),
    FeatureQuery(conditions=("delayed",)), FeatureQuery(bbox=HERE), FeatureQuery(bbox=BBox(106.9, 20.8, 106.9, 20.8)),
    FeatureQuery(bbox=HERE, statuses=("operational",), layers=("park",)), FeatureQuery(units=("2024-huyen-cat-hai",)),
    FeatureQuery(units=("2024-huyen-cat-hai",), bbox=HERE, conditions=("not_assessed",)), FeatureQuery(units=()),
    FeatureQuery(units=("2024-huyen-cat-hai", "2024-xa-phu-long"), statuses=("operational", "proposed")),
    FeatureQuery(units=("2024-xa-phu-long",), statuses=("operational",)),
    FeatureQuery(units=("2024-xa-phu-long",), statuses=("operational",), layers=("park",)),
    FeatureQuery(bbox=BBox(106.89999, 20.79999, 106.90001, 20.80001)), FeatureQuery(units=('a"b', "c\\"), bbox=HERE),
])  # fmt: skip
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_both_ways_turn_the_same_pages(pages: PlainPages, own_engine: Engine, query: FeatureQuery, limit: int) -> None:
    query = replace(query, limit=limit)
    for _ in range(40):
        with own_engine.connect() as connection:
            expected = listing.items(connection, query)
        told = pages.read(query, Running())
        assert told is not None
        assert replace(told.page, features=b"".join(told.features)) == expected
        if expected.next is None:
            return
        query = replace(query, after=expected.next)
    pytest.fail("The pages have no end.")


@pytest.mark.parametrize("together", [1, 7, 8])
def test_a_page_says_the_same_in_however_many_pieces(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch, pages: PlainPages, together: int
) -> None:
    queries = (FeatureQuery(limit=7), FeatureQuery(limit=14), FeatureQuery(bbox=HERE), FeatureQuery(units=()))
    wholes = [pages.read(query, Running()) for query in queries]
    monkeypatch.setattr(plain, "_TOGETHER", together)
    monkeypatch.setattr(plain, "_statement", plain._statement.__wrapped__)
    cut = PlainPages(own_engine.url.render_as_string(hide_password=False), READING)
    for query, whole in zip(queries, wholes, strict=True):
        told = cut.read(query, Running())
        assert whole is not None
        assert told is not None
        assert (told.page, b"".join(told.features)) == (whole.page, b"".join(whole.features))
        assert len(told.features[::2]) == max(1, -(-told.page.returned // together))
    cut.close()


@pytest.mark.parametrize("side", [0.2, 0.1, 2e-4, 7e-5, 1e-5])
def test_what_touches_a_box_is_what_postgis_says(pages: PlainPages, own_engine: Engine, side: float) -> None:
    box_of = "ST_MakeEnvelope(:w, :s, :e, :n, 4326)"
    touching = text(f"SELECT id FROM feature WHERE NOT withdrawn AND ST_Intersects(geometry, {box_of})")
    with own_engine.connect() as connection:
        for west in (106.8, 106.8 - ROUNDED_M, 107.0 - side, 107.0 + ROUNDED_M - side, 106.9 - side / 2):
            for south in (20.7, 20.7 - ROUNDED_M, 20.8, 20.9 - side, 20.9 + ROUNDED_M - side):
                box = BBox(west, south, west + side, south + side)
                ids = set(
                    connection.execute(touching, {"w": west, "s": south, "e": box.east, "n": box.north}).scalars()
                )
                told = pages.read(FeatureQuery(bbox=box), Running())
                assert told is not None
                assert {one["id"] for one in orjson.loads(b"".join((b"[", *told.features, b"]")))} == ids


def test_what_is_not_plain_or_too_many_is_left_to_the_other_way(
    pages: PlainPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages.read(FeatureQuery(q="cang"), Running()) is None
    assert pages.read(FeatureQuery(sortby=(("name_vi", False),)), Running()) is None
    monkeypatch.setattr(plain, "FEW", -1)
    assert pages.read(FeatureQuery(bbox=HERE, limit=1, statuses=("proposed",), layers=("port",)), Running()) is None
    plain._statement.cache_clear()


def test_a_connection_that_broke_is_made_anew(pages: PlainPages, own_engine: Engine) -> None:
    assert pages.read(FeatureQuery(), Running()) is not None
    with own_engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'haiphong'"
        )
    assert pages.read(FeatureQuery(), Running()) is None
    assert pages.read(FeatureQuery(), Running()) is not None


BY_HAND = (
    "UPDATE feature SET status = 'cancelled' WHERE id = 'cang-a'",
    "UPDATE feature SET withdrawn = true WHERE id = 'cang-a'",
    "DELETE FROM feature_unit WHERE feature = 'cang-b'",
    "INSERT INTO feature_unit VALUES ('cang-b', '2024-huyen-cat-hai', 'stated', now())",
    "UPDATE feature SET withdrawn = false",
)


def test_a_status_that_was_set_by_hand_is_found_in_its_unit(connection: Connection) -> None:
    there = text("SELECT feature, status FROM feature_unit WHERE status IS NOT NULL ORDER BY feature")
    told = []
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(connection, *(edit(f"cang-{one}", geometry=point(), facts=(fact("proposed"),)) for one in "ab"))
    for statement in BY_HAND:
        connection.execute(text(statement))
        told.append({row.feature[-1]: row.status for row in connection.execute(there)})
    assert told == [
        {"a": "cancelled", "b": "proposed"}, {"b": "proposed"}, {}, {"b": "proposed"},
        {"a": "cancelled", "b": "proposed"},
    ]  # fmt: skip
