"""What tiles are drawn from follows every change of a feature, by whatever hand, in the same transaction."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, Engine, text

from geo.apply import refresh
from geo.query import FeatureQuery
from geo.tiles import Tile, feature_tile
from tests.factories import BOX, edit, fact, geometry, point, store, store_units, unit
from tests.geo.test_tiles import HERE, drawn, tile_of

STATUSES = ("proposed", "under_construction", "operational")
# Worked out apart from the code under test: from the features alone, in degrees first.
EXPECTED = """
WITH placed AS (
  SELECT feature.id, feature.layer, feature.status, feature.condition, properties ->> 'location_accuracy' AS accuracy,
    ST_Dimension(geometry) AS dimension, version, (ST_XMin(box) + ST_XMax(box)) / 2 / 40075016.68557849 + 0.5 AS x,
    0.5 - (ST_YMin(box) + ST_YMax(box)) / 2 / 40075016.68557849 AS y,
    greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box)) / 40075016.68557849 AS size
  FROM feature, LATERAL (SELECT Box2D(ST_Transform(geometry, 3857)) AS box) AS boxed
  WHERE NOT withdrawn AND geometry IS NOT NULL
)
"""
EXPECTED_FEATURES = (
    f"{EXPECTED} SELECT id, version, layer, status, condition, accuracy, dimension FROM placed ORDER BY id"
)
KEPT_FEATURES = """
SELECT feature, version, layer, status, condition, location_accuracy, dimension
FROM tile_feature JOIN tile_look USING (look) ORDER BY feature
"""
EXPECTED_MARKS = f"""{EXPECTED}
SELECT level, floor(x * 2 ^ level), floor(y * 2 ^ level), layer, status, condition, accuracy, dimension, count(*),
  CASE count(*) WHEN 1 THEN min(id) END
FROM placed CROSS JOIN generate_series(0, 17) AS level WHERE size * 2 ^ level <= 2
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
KEPT_MARKS = """
SELECT level, x, y, layer, status, condition, location_accuracy, dimension, features,
  CASE features WHEN 1 THEN (SELECT feature FROM tile_feature WHERE number = numbers) END
FROM tile_mark JOIN tile_look USING (look) ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
KEPT_SUMS = """
SELECT sum(features), sum(sum_x), sum(sum_y), sum(numbers) FROM tile_mark
UNION ALL SELECT sum(cells), sum(x * cells), sum(y * cells), sum(number * cells)
FROM tile_feature, LATERAL (SELECT least(level + 1, 17) + 1 AS cells) AS counted
"""


def in_line(connection: Connection) -> None:
    """Fails unless what is kept for tiles is what the features of now would give."""
    for kept, expected in ((KEPT_FEATURES, EXPECTED_FEATURES), (KEPT_MARKS, EXPECTED_MARKS)):
        assert connection.execute(text(kept)).all() == connection.execute(text(expected)).all()
    marks, features = connection.execute(text(KEPT_SUMS)).all()
    assert marks == features


def some_geometry(chance: random.Random) -> str | None:
    west, south, width = chance.uniform(106, 107), chance.uniform(20.5, 21), chance.choice((0.0001, 0.003, 0.2))
    corners = [[west, south], [west + width, south], [west + width, south + width]]
    kinds: list[tuple[str, Any]] = [
        ("Point", corners[0]), ("MultiPoint", corners), ("LineString", corners), ("Polygon", [[*corners, corners[0]]]),
    ]  # fmt: skip
    return geometry(*chance.choice(kinds)) if chance.random() < 0.9 else None


@pytest.mark.parametrize("seed", range(5))
def test_after_any_edits_the_tiles_know_what_the_features_are(connection: Connection, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- made-up places, no secret
    for _ in range(12):
        chosen = chance.sample(range(30), chance.randint(1, 12))
        store(
            connection,
            *(
                edit(
                    f"cang-{one}",
                    layer=("port", "tourism")[one % 2],
                    geometry=some_geometry(chance),
                    facts=(fact(chance.choice(STATUSES)),),
                    withdrawn=chance.random() < 0.2,
                    location_accuracy=chance.choice(("mapped", "approximate")),
                )
                for one in chosen
            ),
        )
        in_line(connection)


def test_what_a_hand_changes_in_plain_sql_is_in_the_tiles_too(connection: Connection) -> None:
    store(connection, *(edit(f"cang-{n}", geometry=point(106.9 + n / 100, 20.8)) for n in range(6)))
    tile = tile_of(*HERE, 5)
    for statement in (
        "UPDATE feature SET geometry = ST_Point(106.7, 20.9, 4326) WHERE id = 'cang-1'",
        "UPDATE feature SET status = 'completed', condition = 'delayed' WHERE id IN ('cang-1', 'cang-2')",
        "UPDATE feature SET withdrawn = true WHERE id = 'cang-3'",
        'UPDATE feature SET properties = properties || \'{"location_accuracy": "mapped"}\'',
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE feature_version DISABLE TRIGGER USER",
        "ALTER TABLE feature DISABLE TRIGGER no_delete",
        "DELETE FROM feature_version WHERE feature = 'cang-4'",
        "DELETE FROM feature WHERE id = 'cang-4'",
    ):
        connection.execute(text(statement))
        in_line(connection)
    assert set(drawn(connection, tile)) == {"cang-0", "cang-1", "cang-2", "cang-5"}
    connection.execute(text("TRUNCATE feature CASCADE"))
    in_line(connection)
    assert drawn(connection, tile) == {}


def test_units_that_change_are_told_anew_of_a_place_known_by_its_commune(connection: Connection) -> None:
    store(connection, edit("cang-a", geometry=point(*HERE), location_accuracy="commune"))
    store_units(connection, unit(box=BOX["cat-hai"]))
    assert refresh(connection) == 1
    assert drawn(connection, tile_of(*HERE, 5))["cang-a"]["properties"]["unit_ids"] == "2024-huyen-cat-hai"
    in_line(connection)


def test_what_is_written_anew_without_a_change_is_not_drawn_anew(connection: Connection) -> None:
    store(connection, edit("cang-a", geometry=point(*HERE)))
    numbers = text("SELECT number FROM tile_feature")
    before = connection.execute(numbers).all()
    connection.execute(text("UPDATE feature SET geojson = geojson || ' ', valid_from = '2020-01-01'"))
    assert connection.execute(numbers).all() == before


def tiles_around(zooms: range) -> Iterator[Tile]:
    for zoom in zooms:
        first, last = tile_of(106.5, 21.0, zoom), tile_of(107.1, 20.6, zoom)
        for row in range(first.row, last.row + 1):
            yield from (Tile(zoom, row, column) for column in range(first.column, last.column + 1))


def test_an_edit_touches_the_tiles_that_it_leaves_and_enters_and_no_other(connection: Connection) -> None:
    places = [(106.62, 20.72), (106.81, 20.87), (106.98, 20.95)]
    store(connection, *(edit(f"cang-{n}", geometry=point(*place)) for n, place in enumerate(places)))
    before = {tile: feature_tile(connection, "projects", FeatureQuery(), tile) for tile in tiles_around(range(13))}
    old, new = places[1], (106.7, 20.66)
    store(connection, edit("cang-1", geometry=point(*new)))
    for tile, body in before.items():
        box = tile.box()
        touched = any(box.west <= x <= box.east and box.south <= y <= box.north for x, y in (old, new))
        assert (feature_tile(connection, "projects", FeatureQuery(), tile) != body) == touched, tile


def test_an_edit_under_way_is_not_seen_and_makes_nobody_wait(fresh_engine: Engine) -> None:
    tile = tile_of(*HERE, 10)
    with fresh_engine.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    with fresh_engine.connect() as writer, fresh_engine.connect() as reader:
        reader.execute(text("SET statement_timeout = '1s'"))
        store(
            writer, edit("cang-a", geometry=point(*HERE), facts=(fact("completed"),)), edit("cang-b", geometry=point())
        )
        assert {one["properties"]["version"] for one in drawn(reader, tile).values()} == {1}
        writer.commit()
        assert {one: found["properties"]["version"] for one, found in drawn(reader, tile).items()} == {
            "cang-a": 2,
            "cang-b": 1,
        }


def test_no_tile_is_older_than_the_last_edit_that_was_acknowledged(fresh_engine: Engine) -> None:
    """One edits, three read: at low zooms from the counts, at high ones from the shapes."""
    edits, acknowledged, wrong = 60, [0], []

    def read(zoom: int) -> None:
        tile = tile_of(*HERE, zoom)
        with fresh_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while acknowledged[0] < edits:
                known = acknowledged[0]
                body = feature_tile(connection, "projects", FeatureQuery(), tile)
                found = mapbox_vector_tile.decode(body)["projects"]["features"] if body else []
                versions = [one["properties"]["version"] for one in found]
                if known and (len(versions) != 1 or versions[0] < known):
                    wrong.append((zoom, known, versions))

    readers = [threading.Thread(target=read, args=(zoom,)) for zoom in (5, 11, 14)]
    for one in readers:
        one.start()
    for number in range(1, edits + 1):
        with fresh_engine.begin() as connection:
            store(connection, edit("cang-a", geometry=point(HERE[0] + number / 1e5, HERE[1])))
        acknowledged[0] = number
    for one in readers:
        one.join()
    assert wrong == []
