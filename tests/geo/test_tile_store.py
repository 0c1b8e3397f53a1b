"""Finished tiles are what would be drawn now, whatever changed, by whatever hand, and whenever they were made."""

import contextlib
import random
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from geo import tile_store
from geo.clocks import Clocks
from geo.query import FeatureQuery
from geo.tile_store import finish, finished
from geo.tiles import Tile, feature_tile
from tests.factories import edit, fact, geometry, point, store
from tests.geo.test_tile_upkeep import STATUSES, some_geometry
from tests.geo.test_tiles import HERE, crowd, drawn, read, tile_of

COLLECTIONS = {
    "projects": FeatureQuery(),
    "projects-polygons": FeatureQuery(kind="polygon"),
    "port": FeatureQuery(layers=("port",)),
}
ALL = FeatureQuery()
OF_A_POINT = 2 * 13
"""Tiles of the collections that hold a port without an area."""
EVERYWHERE = (-1, 0, 0)


@pytest.fixture(autouse=True)
def every_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile of one feature is worth making."""
    monkeypatch.setattr(tile_store, "FEWEST", 1)


@pytest.fixture
def db(own_engine: Engine) -> Iterator[Engine]:
    """A database without features at the end, for what makes tiles commits."""
    yield own_engine
    with own_engine.begin() as connection:
        connection.execute(text("TRUNCATE feature, changeset, tile_made, tile_change CASCADE"))


def make(engine: Engine) -> list[Tile]:
    return list(finish(engine, COLLECTIONS))


def kept(connection: Connection) -> set[tuple[str, Tile]]:
    """The tiles that are given without drawing them; each is what is drawn."""
    found = set()
    for name, *place in connection.execute(text("SELECT collection, level, y, x FROM tile_made")):
        tile, query = Tile(*place), COLLECTIONS[name]
        body = finished(connection, name, query, tile)
        if body is not None:
            assert body == feature_tile(connection, name, query, tile), (name, tile)
            found.add((name, tile))
    return found


def changes(connection: Connection) -> dict[tuple[int, int, int], str]:
    return {(row.level, row.x, row.y): str(row.change) for row in connection.execute(text("SELECT * FROM tile_change"))}


def test_a_finished_tile_is_the_one_that_would_be_drawn(db: Engine) -> None:
    with db.begin() as connection:
        crowd(connection, 1_200)
        connection.execute(text("UPDATE feature SET layer = 'tourism' WHERE id > 'nho-2'"))
    made = make(db)
    with db.connect() as connection:
        found = kept(connection)
        assert len(found) == len(made) > 3 * 12
        assert {name for name, _ in found} == set(COLLECTIONS)
        assert {tile.zoom for _, tile in found} == set(range(13))
        here = tile_of(*HERE, 10)
        assert tile_store.tile(connection, "projects", ALL, here) == feature_tile(connection, "projects", ALL, here)
    assert make(db) == []


@pytest.mark.parametrize("seed", range(2))
def test_after_any_edits_no_tile_is_given_that_is_not_as_it_would_be_drawn(db: Engine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- made-up places, no secret
    by_hand = (
        "UPDATE feature SET status = 'completed' WHERE id = :id",
        "UPDATE feature SET withdrawn = NOT withdrawn WHERE id = :id",
        "UPDATE feature SET geometry = ST_Translate(geometry, 0.1, 0.05) WHERE id = :id",
        'UPDATE feature SET properties = properties || \'{"name_vi": "Tên mới"}\' WHERE id = :id',
        "DELETE FROM tile_feature WHERE feature = :id",
    )
    for _ in range(6):
        with db.begin() as connection:
            store(
                connection,
                *(
                    edit(f"cang-{one}", geometry=some_geometry(chance), facts=(fact(chance.choice(STATUSES)),))
                    for one in chance.sample(range(20), 4)
                ),
            )
            connection.execute(text(chance.choice(by_hand)), {"id": f"cang-{chance.randrange(20)}"})
        with db.connect() as connection:
            before = kept(connection)
        made = make(db)
        with db.connect() as connection:
            assert len(kept(connection)) == len(before) + len(made)


def test_only_the_tiles_that_an_edit_leaves_and_enters_are_made_again(db: Engine) -> None:
    places = [(106.62, 20.72), (106.81, 20.87), (106.98, 20.95)]
    with db.begin() as connection:
        store(connection, *(edit(f"cang-{n}", geometry=point(*place)) for n, place in enumerate(places)))
    make(db)
    old, new = places[1], (106.7, 20.66)
    with db.begin() as connection:
        before = kept(connection)
        store(connection, edit("cang-1", geometry=point(*new)))
        after = kept(connection)
    for name, tile in before:
        (west, north), (east, south) = tile.place(-256, -256), tile.place(4096 + 256, 4096 + 256)
        touched = any(west <= x <= east and south <= y <= north for x, y in (old, new))
        assert ((name, tile) in after) == (not touched), tile
    assert {tile.zoom for _, tile in after} >= {10, 11, 12}


def test_a_tile_stored_after_an_edit_but_drawn_before_it_is_not_given(db: Engine) -> None:
    """Whoever made it saw the features as they were: it comes too late, and is known by that."""
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    place = tile_of(*HERE, 12)
    with db.connect().execution_options(isolation_level="REPEATABLE READ") as slow:
        old = feature_tile(slow, "projects", ALL, place)
        with db.begin() as connection:
            store(connection, edit("cang-a", geometry=point(*HERE), facts=(fact("completed"),)))
        slow.execute(tile_store._STORE, {**tile_store._named("projects", ALL, place), "body": old})
        slow.commit()
    with db.connect() as connection:
        stored = "SELECT count(*) FROM tile_made WHERE collection = 'projects' AND level = 12"
        assert connection.execute(text(stored)).scalar_one() == 1
        assert finished(connection, "projects", ALL, place) is None
        (one,) = read(tile_store.tile(connection, "projects", ALL, place))
        assert one["properties"]["status"] == "completed"


def test_an_edit_that_saw_no_tile_yet_outdates_the_one_made_meanwhile(db: Engine) -> None:
    """A writer whose snapshot is older than the tile: it cannot see it, and needs not."""
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    with db.connect().execution_options(isolation_level="REPEATABLE READ") as writer:
        writer.execute(text("SELECT count(*) FROM tile_made"))
        make(db)
        writer.execute(text("UPDATE feature SET status = 'completed' WHERE id = 'cang-a'"))
        with db.connect() as connection:
            assert len(kept(connection)) == OF_A_POINT
            before = changes(connection)
        writer.commit()
    with db.connect() as connection:
        assert kept(connection) == set()
        after = changes(connection)
        assert all(after[place] != before[place] for place in before if place != EVERYWHERE)


def test_a_tile_is_given_while_a_writer_is_at_work_and_waits_for_nobody(db: Engine) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    with db.connect() as writer:
        store(writer, edit("cang-a", geometry=point(*HERE), facts=(fact("completed"),)))
        assert len(make(db)) == OF_A_POINT
        with db.connect() as connection:
            assert len(kept(connection)) == OF_A_POINT
        writer.commit()
    with db.connect() as connection:
        assert kept(connection) == set()


def test_many_features_at_once_are_one_change_of_everything(db: Engine) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
        assert len(changes(connection)) >= 13
    make(db)
    with db.begin() as connection:
        crowd(connection, 1_001)
        assert set(changes(connection)) == {EVERYWHERE}
        assert kept(connection) == set()


def test_what_is_as_wide_as_a_country_is_one_change_of_everything(db: Engine) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    make(db)
    with db.begin() as connection:
        store(connection, edit("bien", geometry=geometry("LineString", [[102.0, 8.0], [118.0, 23.0]])))
        assert set(changes(connection)) == {EVERYWHERE}
        assert kept(connection) == set()


def test_emptying_the_store_leaves_no_tile(db: Engine) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    make(db)
    with db.begin() as connection:
        connection.execute(text("TRUNCATE feature CASCADE"))
        assert kept(connection) == set()
        assert drawn(connection, tile_of(*HERE, 10)) == {}
    make(db)
    with db.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tile_made")).scalar_one() == 0


def test_a_filter_or_a_day_or_another_software_is_never_given_a_finished_tile(
    db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    make(db)
    place = tile_of(*HERE, 11)
    others = (
        FeatureQuery(layers=("port",)),
        FeatureQuery(kind="polygon"),
        FeatureQuery(statuses=("completed",)),
        FeatureQuery(conditions=("delayed",)),
        FeatureQuery(units=("2024-huyen-cat-hai",)),
        FeatureQuery(ids=("cang-a",)),
        FeatureQuery(q="cang"),
        FeatureQuery(clocks=Clocks(date(2024, 1, 1))),
    )
    with db.connect() as connection:
        assert finished(connection, "projects", ALL, place) is not None
        for query in others:
            assert finished(connection, "projects", query, place) is None
        monkeypatch.setattr(tile_store, "_drawn_as", lambda *_: "another")
        assert finished(connection, "projects", ALL, place) is None
    assert len(make(db)) == OF_A_POINT


def test_tiles_of_few_features_are_not_made_nor_more_than_there_is_room_for(
    db: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.begin() as connection:
        crowd(connection, 300)
    monkeypatch.setattr(tile_store, "FEWEST", 100)
    assert {tile.zoom for tile in make(db)} == set(range(11))
    with db.begin() as connection:
        connection.execute(text("TRUNCATE tile_made"))
    monkeypatch.setattr(tile_store, "MOST", 5)
    assert [tile.zoom for tile in make(db)] == [*range(5), *range(5), *range(5)]


def test_two_that_make_tiles_do_not_do_it_twice(db: Engine) -> None:
    with db.begin() as connection:
        store(connection, edit("cang-a", geometry=point(*HERE)))
    with contextlib.closing(finish(db, COLLECTIONS)) as one:
        next(one)
        assert make(db) == []
        assert len(list(one)) == OF_A_POINT - 1


def test_an_edit_takes_no_longer_for_the_tiles_that_are_kept(db: Engine) -> None:
    """It tells of each tile that it touches, and looks at none."""
    with db.begin() as connection:
        crowd(connection, 900)
    make(db)
    with db.connect() as connection, connection.begin() as transaction:
        connection.execute(text("LOCK TABLE tile_made IN ACCESS EXCLUSIVE MODE"))
        with db.connect() as writer:
            writer.execute(text("SET lock_timeout = '2s'"))
            try:
                store(writer, edit("cang-lon", geometry=point(*HERE)))
            except OperationalError:
                pytest.fail("the edit waited for the tiles")
            writer.rollback()
        transaction.rollback()
