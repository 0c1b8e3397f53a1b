"""Finished tiles: low ones of many features, made in advance, each given for as long as nothing changes that it shows.

They are what `geo.tiles` draws, kept in `tile_made`. Triggers tell in `tile_change`, in the transaction of every change
and by whatever hand, the last change of each tile; one whose changes are not those of now is passed by and drawn anew.
What is compared is read in one statement, so a tile may be stored at any time and is never stale.
"""

import hashlib
from collections.abc import Generator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, text

from geo import tiles
from geo.kinds import DIMENSION
from geo.query import FeatureQuery
from geo.tiles import Tile, feature_tile

LAST_ZOOM = 12
"""The deepest zoom that is made in advance; changes are told down to it (migration 0015)."""
FEWEST = 100
"""A tile of fewer features is drawn about as quickly as it is found."""
MOST = 5_000
"""Of one collection no more are kept, the lower ones first."""
_DRAWN_BY = ("tiles.py", "tile_sql.py")
_LOCK = 7_203_118_640_014

# One plan for every tile is a bad one: seconds for a full one. What a crash takes is made again.
_SETTINGS = "SET plan_cache_mode = force_custom_plan; SET jit = off; SET synchronous_commit = off"
_CHANGES = """ARRAY[(SELECT change FROM tile_change WHERE level = -1),
  (SELECT change FROM tile_change AS own WHERE (own.level, own.x, own.y) = ({level}, {x}, {y}))]"""
_OF_TILE = _CHANGES.format(level="CAST(:zoom AS smallint)", x="CAST(:col AS integer)", y="CAST(:row AS integer)")
_FINISHED = text(
    f"""
    SELECT body FROM tile_made
    WHERE collection = :collection AND level = :zoom AND x = :col AND y = :row AND drawn_as = :drawn_as
      AND changes = {_OF_TILE}"""
).columns(body=LargeBinary)
_STORE = text(
    f"""
    INSERT INTO tile_made (collection, level, x, y, drawn_as, changes, body)
    SELECT :collection, :zoom, :col, :row, :drawn_as, {_OF_TILE}, :body
    ON CONFLICT (collection, level, x, y)
    DO UPDATE SET drawn_as = excluded.drawn_as, changes = excluded.changes, body = excluded.body"""
)
_FORGET = text(
    f"""
    DELETE FROM tile_made
    WHERE changes <> {_CHANGES.format(level="tile_made.level", x="tile_made.x", y="tile_made.y")}
      OR NOT EXISTS (SELECT FROM unnest(CAST(:collections AS text[]), CAST(:looks AS text[])) AS wanted (name, look)
        WHERE name = collection AND look = drawn_as)"""
)
_HELD = text("SELECT count(*), pg_total_relation_size('tile_made') FROM tile_made")
_MISSING = text(
    """
    SELECT level, y, x FROM (
      SELECT level, x, y FROM tile_mark JOIN tile_look USING (look)
      WHERE level <= :last AND (:every_layer OR layer = ANY (:layers)) AND (:every_kind OR dimension = :kind)
      GROUP BY level, x, y HAVING sum(features) >= :fewest ORDER BY level, x, y LIMIT :most) AS wanted
    WHERE NOT EXISTS (SELECT FROM tile_made AS made
      WHERE (made.collection, made.level, made.x, made.y) = (:collection, wanted.level, wanted.x, wanted.y))
    ORDER BY level, x, y"""
)


def tile(connection: Connection, collection: str, query: FeatureQuery, place: Tile) -> bytes:
    """The features that `query` lets through and that have a place in the tile, as `feature_tile` draws them.

    Finished before or drawn now: the bytes are the same. Empty without any feature.
    """
    body = finished(connection, collection, query, place)
    return feature_tile(connection, collection, query, place) if body is None else body


def finished(connection: Connection, collection: str, query: FeatureQuery, place: Tile) -> bytes | None:
    """The tile if it was made in advance and nothing in it has changed since; None for any other, and with filters."""
    if place.zoom > LAST_ZOOM or not _is_whole(query):
        return None
    body: bytes | None = connection.execute(_FINISHED, _named(collection, query, place)).scalar_one_or_none()
    return body


def held(connection: Connection) -> tuple[int, int]:
    """How many tiles are kept, and the bytes that they take in the database."""
    number, size = connection.execute(_HELD).one()
    return int(number), int(size)


def finish(engine: Engine, collections: Mapping[str, FeatureQuery]) -> Generator[Tile]:
    """Make the tiles that lack of these collections, one after the other; each is told once it is stored.

    What no longer holds is removed first. Nobody waits for this, reader or writer; where somebody else is at it in the
    same database, nothing is done.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one():
            return
        connection.execute(text(_SETTINGS))
        connection.commit()
        try:
            _forget(connection, collections)
            for collection, place in missing(connection, collections):
                query = collections[collection]
                body = feature_tile(connection, collection, query, place)
                connection.execute(_STORE, {**_named(collection, query, place), "body": body})
                connection.commit()
                yield place
        finally:
            connection.rollback()
            connection.invalidate()  # what it was told holds for no other user of it


def missing(connection: Connection, collections: Mapping[str, FeatureQuery]) -> list[tuple[str, Tile]]:
    """The tiles of these collections that are worth making in advance, and of which there is none, old or fresh."""
    found = []
    for collection, query in collections.items():
        asked = {
            "collection": collection, "last": LAST_ZOOM, "fewest": FEWEST, "most": MOST,
            "every_layer": not query.layers, "layers": list(query.layers),
            "every_kind": query.kind is None, "kind": None if query.kind is None else DIMENSION[query.kind],
        }  # fmt: skip
        found += [(collection, Tile(*row)) for row in connection.execute(_MISSING, asked)]
    return found


def _forget(connection: Connection, collections: Mapping[str, FeatureQuery]) -> None:
    """Remove what is not given any more."""
    looks = [_drawn_as(query.layers, query.kind) for query in collections.values()]
    connection.execute(_FORGET, {"collections": list(collections), "looks": looks})
    connection.commit()


def _is_whole(query: FeatureQuery) -> bool:
    values = tiles.kept_values(query)
    return values is not None and query.clocks is None and values.keys() <= {"layers", "kind"}


def _named(collection: str, query: FeatureQuery, place: Tile) -> dict[str, Any]:
    return {
        "collection": collection, "zoom": place.zoom, "row": place.row, "col": place.column,
        "drawn_as": _drawn_as(query.layers, query.kind),
    }  # fmt: skip


@cache
def _drawn_as(layers: tuple[str, ...], kind: str | None) -> str:
    """Names what is drawn and the software that draws it."""
    digest = hashlib.sha256(repr((layers, kind)).encode())
    for name in _DRAWN_BY:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:32]
