"""A release before anything of it is written: what is asked for, what it is called, and what it holds."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection

from geo.carried import count
from geo.clocks import Clocks, clocks
from geo.errors import InvalidParameter
from geo.query import FeatureQuery
from geo.snapshot import snapshot
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.edition import folder
from layers.portrayal import Outline
from layers.release.subjects import Subject, subjects


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `layers`: ids of collections, none for all; `base`: the address where releases will stand.

    `as_of`: what was recorded up to a day or an instant, as the API's parameter of this name; None: all that is.
    """

    layers: tuple[str, ...] = ()
    base: str = ""
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What is published: its name, the instant of the last change that it tells, and the clocks it is read by."""

    name: str
    issued: datetime
    subjects: tuple[Subject, ...]
    clocks: Clocks

    @property
    def layer_ids(self) -> frozenset[str]:
        """Ids of the collections whose features are projects, each counted once."""
        drawn = (one for one in self.subjects if not isinstance(one.portrayal, Outline))
        return frozenset(one.id for one in drawn) - {PROJECTS}

    @property
    def stamp(self) -> str:
        """The instant as RFC 3339."""
        return self.issued.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Pages = Callable[[Release, bool], folder.Beside]
"""Writes the pages that stand beside the map of a release, with a page of each project or without."""


def described(connection: Connection, catalog: Catalog, data: Path, wanted: Wanted) -> Release:
    """Named after the day of its data, and a digest of what makes it another release than the next."""
    for layer in wanted.layers:
        catalog.layer(layer)
    then = clocks(None, wanted.as_of)
    state = snapshot(connection, then.known if then else None)
    if state is None:
        raise InvalidParameter(
            "Chưa có dữ liệu để phát hành / there is nothing to publish: "
            + (f"nothing was recorded by {wanted.as_of}." if then else "run `haiphong load` first.")
        )
    # Of a past the whole instant counts: what holds on its day is another state than that of the last change before it.
    past = [] if then is None else [then.day.isoformat()]
    told = orjson.dumps([state.version, state.changed.isoformat(), sorted(wanted.layers), wanted.base, *past])
    digest = hashlib.blake2b(told, digest_size=4).hexdigest()
    if wanted.layers and not count(connection, FeatureQuery(layers=wanted.layers, clocks=then)):
        raise InvalidParameter(
            f"Không có đối tượng nào / there is no feature in {', '.join(wanted.layers)}: "
            "chọn lớp khác / choose other layers, hoặc ngày sau / or a later as-of."
        )
    chosen = subjects(catalog, data, wanted.layers, then)
    return Release(f"{state.clocks.day:%Y-%m-%d}-{digest}", state.changed, tuple(chosen), then or state.clocks)
