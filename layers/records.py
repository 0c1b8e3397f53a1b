"""The curated files of a layer, read as a stream of records, in the order of their ids."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData
from geo.feature import StatedUnit, StatusFact
from geo.loaded import Source
from layers.reading import features, refusal, rows_by_feature

FILES = ("curated.geojson", "status.csv", "units.csv")
FINE_NS, COARSE_NS = 100_000_000, 2_000_000_000
"""File systems tell the time of a change in steps of 10 ms at most, or in whole seconds, some in even ones."""


@dataclass(frozen=True, slots=True)
class Record:
    """One curated feature with its facts and stated units. `digest`: SHA-256 of all of it, for telling what changed."""

    id: str
    geometry: str | None
    properties: dict[str, Any]
    facts: tuple[StatusFact, ...]
    units: tuple[StatedUnit, ...]
    digest: str


def digest_of(*paths: Path) -> str:
    """SHA-256 of the files' bytes, in this order; a file that is not there counts as empty."""
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def stamp_of(*paths: Path) -> str | None:
    """What the system tells of the files: which they are, their sizes, when they were changed, and when that was told.

    Whoever writes to a file, or puts another in its place, changes this, whatever date he gives it. None where one was
    changed just now: a second change might come at the same tick of the clock.
    """
    told = [path.stat() if path.is_file() else None for path in paths]
    if any(one and time.time_ns() - one.st_ctime_ns < _step_ns(one.st_ctime_ns) for one in told):
        return None
    return " ".join(
        f"{one.st_dev}:{one.st_ino}:{one.st_size}:{one.st_mtime_ns}:{one.st_ctime_ns}" if one else "-" for one in told
    )


def _step_ns(changed_ns: int) -> int:
    return FINE_NS if changed_ns % 1_000_000_000 else COARSE_NS


def seen(paths: Sequence[Path], before: Source | None) -> Source:
    """The files as they are. They are read only where the system tells another thing of them than `before`.

    A million features have 1.1 GB of files; to read them all at each start took a second.
    """
    stamp = stamp_of(*paths)
    if before is not None and stamp is not None and stamp == before.stamp:
        return before
    return Source(digest_of(*paths), stamp)


def read(folder: Path) -> Iterator[Record]:
    """The records of one layer's folder in the order of their ids, streamed where the files stand in that order.

    A folder without status.csv or units.csv has no facts or stated units. Raises InvalidData with the file and line.
    """
    facts = _Grouped(folder / "status.csv", "status")
    units = _Grouped(folder / "units.csv", "stated_units")
    for _, feature in features(folder / "curated.geojson"):
        feature_id: str = feature["id"]
        told, stated = facts.of(feature_id), units.of(feature_id)
        geometry = feature.get("geometry")
        whole = orjson.dumps([feature, told, stated], option=orjson.OPT_SORT_KEYS)
        yield Record(
            id=feature_id,
            geometry=None if geometry is None else orjson.dumps(geometry).decode(),
            properties=feature["properties"],
            facts=tuple(_fact(facts, row) for row in told),
            units=tuple(_unit(units, row) for row in stated),
            digest=hashlib.sha256(whole).hexdigest(),
        )
    facts.must_be_used_up()
    units.must_be_used_up()


class _Grouped:
    """Rows of a CSV in the order of feature_id, handed out feature by feature without reading ahead."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self._groups = (
            (key, list(group)) for key, group in groupby(rows_by_feature(path, kind), key=itemgetter("feature_id"))
        )
        self._next = next(self._groups, None)

    def of(self, feature_id: str) -> list[dict[str, str]]:
        if self._next is None or self._next[0] != feature_id:
            return []
        group = self._next[1]
        self._next = next(self._groups, None)
        return group

    def must_be_used_up(self) -> None:
        if self._next is not None:
            raise InvalidData(
                f"{self.path}: {self._next[0]!r} không có trong curated.geojson; sửa mã hoặc thêm đối tượng.\n"
                f"    {self.path.name}: the rows of {self._next[0]!r} belong to no feature of curated.geojson; correct "
                "the id or add the feature."
            )


def _fact(file: _Grouped, row: dict[str, str]) -> StatusFact:
    return StatusFact(
        status=row["status"] or None,
        condition=row["condition"] or None,
        basis=row["basis"],
        valid_from=row["valid_from"],
        source=row["source"],
        source_url=row["source_url"] or None,
        clause=row["clause"] or None,
        text_vi=row["text_vi"] or None,
        secondary_status=row["secondary_status"] or None,
        stage_in_words=_flag(file, row, "stage_in_words", usual=True),
        date_inferred=_flag(file, row, "date_inferred", usual=False),
        uncertain=_flag(file, row, "uncertain", usual=False),
    )


def _unit(file: _Grouped, row: dict[str, str]) -> StatedUnit:
    return StatedUnit(row["unit_id"] or None, row["as_stated"], row["source"] or None, _flag(file, row, "part"))


def _flag(file: _Grouped, row: dict[str, str], column: str, *, usual: bool | None = None) -> bool:
    """What the column says; `usual`, if there is one, where it is empty."""
    if not row[column] and usual is not None:
        return usual
    if row[column] not in ("true", "false"):
        place, vi, en = (
            row["feature_id"],
            "cần true hoặc false",
            f"{column} is {row[column]!r}; true or false was expected",
        )
        raise refusal(file.path, (place, place), f"{column} = {row[column]!r}; {vi}", en)
    return row[column] == "true"
