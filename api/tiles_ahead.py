"""Low tiles of many features, made in advance by a process beside the workers, and made again after a change."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from api.processes import FORK, SIGNALS
from geo.packages import Say
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.snapshot import Snapshot, snapshot
from geo.tile_store import finish
from layers.catalog import Catalog

FIRST_S, EVERY_S = 3, 10
"""So long after the start it begins, and so often it looks whether anything has changed."""
NICENESS = 5
WORTH_TELLING = 200


@contextlib.contextmanager
def tiles_ahead(url: str, settings: Settings, say: Say) -> Iterator[None]:
    """Inside, the tiles of every collection are kept finished; nobody waits for that."""
    process = FORK.Process(target=_keep, args=(url, settings, say, os.getpid()), daemon=True)
    # A signal between fork and the first line of the child would come to our handler there, and be lost.
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    process.start()
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        yield
    finally:
        process.kill()  # whatever it was at, the database takes back
        process.join()


def whole_collections(catalog: Catalog) -> dict[str, FeatureQuery]:
    """What a tile of each collection shows when nothing is filtered."""
    return {
        name: FeatureQuery(layers=() if one.layer_id is None else (one.layer_id,), kind=one.only)
        for name, one in catalog.collections.items()
    }


def _keep(url: str, settings: Settings, say: Say, parent: int) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    os.nice(NICENESS)
    _pause(FIRST_S, parent)
    engine = create_engine(url, poolclass=NullPool, connect_args={"application_name": "haiphong tiles"})
    collections = whole_collections(Catalog.load(settings.definitions, settings.layers_path))
    done: Snapshot | None = None
    while True:
        with contextlib.suppress(SQLAlchemyError):  # the database is away, or asked too much of: next time
            with engine.connect() as connection:
                now = snapshot(connection)
            if now != done:
                _make(engine, collections, say, parent)
                done = now
        _pause(EVERY_S, parent)


def _make(engine: Engine, collections: Mapping[str, FeatureQuery], say: Say, parent: int) -> None:
    began, made = time.monotonic(), 0
    for made, _ in enumerate(finish(engine, collections), start=1):
        if made % WORTH_TELLING == 0:
            say(f"Ô bản đồ làm sẵn / Tiles made in advance: {made} …")
        _end_with(parent)
    if made >= WORTH_TELLING:
        say(f"Ô bản đồ làm sẵn / Tiles made in advance: {made}, {time.monotonic() - began:.0f} s.")


def _pause(seconds: int, parent: int) -> None:
    for _ in range(seconds):
        time.sleep(1)
        _end_with(parent)


def _end_with(parent: int) -> None:
    """A server that was killed leaves nothing behind."""
    if os.getppid() != parent:
        sys.exit()
