"""The curated files of a layer, read as a stream of records, in the order of their ids."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData
from geo.feature import StatedUnit, StatusFact

FILES = ("curated.geojson", "status.csv", "units.csv")


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


def read(folder: Path) -> Iterator[Record]:
    """The records of one layer's folder, streamed.

    `curated.geojson` holds one feature a line, sorted by id; the CSVs are sorted by it too. A folder without status.csv
    or units.csv has no facts or stated units. Raises InvalidData with the file and line.
    """
    facts = _Grouped(folder / "status.csv")
    units = _Grouped(folder / "units.csv")
    last = ""
    for number, feature in _features(folder / "curated.geojson"):
        feature_id = feature.get("id")
        if not isinstance(feature_id, str) or feature_id <= last:
            raise InvalidData(
                f"{folder / 'curated.geojson'}, line {number}: ids are texts in ascending order; "
                f"{feature_id!r} came after {last!r}."
            )
        last = feature_id
        told, stated = facts.of(feature_id), units.of(feature_id)
        geometry = feature.get("geometry")
        whole = orjson.dumps([feature, told, stated], option=orjson.OPT_SORT_KEYS)
        yield Record(
            id=feature_id,
            geometry=None if geometry is None else orjson.dumps(geometry).decode(),
            properties=feature.get("properties") or {},
            facts=tuple(_fact(row) for row in told),
            units=tuple(_unit(row) for row in stated),
            digest=hashlib.sha256(whole).hexdigest(),
        )
    facts.must_be_used_up()
    units.must_be_used_up()


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, by column name; empty where the file is missing. Raises InvalidData."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise InvalidData(f"{path}, line {reader.line_num}: not as many cells as the header has columns.")
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidData(f"{path}, line {reader.line_num}: {error}") from None


def _features(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise InvalidData(f"{path} is missing; a layer's folder holds {', '.join(FILES)}.")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            text = line.strip().rstrip(b",")
            if not text.startswith(b'{"type":"Feature",'):
                continue
            try:
                yield number, orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise InvalidData(
                    f"{path}, line {number}: not JSON, one feature a line was expected: {error}"
                ) from None


class _Grouped:
    """Rows of a CSV that is sorted by feature_id, handed out feature by feature without reading ahead."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups = ((key, list(group)) for key, group in groupby(rows(path), key=itemgetter("feature_id")))
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
                f"{self._path}: the rows of {self._next[0]!r} belong to no feature of curated.geojson, or the file is "
                "not sorted by feature_id."
            )


def _fact(row: dict[str, str]) -> StatusFact:
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
        stage_in_words=row["stage_in_words"] != "false",
        date_inferred=row["date_inferred"] == "true",
        uncertain=row["uncertain"] == "true",
    )


def _unit(row: dict[str, str]) -> StatedUnit:
    return StatedUnit(row["unit_id"] or None, row["as_stated"], row["source"] or None, row["part"] == "true")
