"""The curated files of a layer, read as a stream of records, in the order of their ids."""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData
from geo.feature import StatedUnit, StatusFact
from layers.files import COLUMNS

FILES = ("curated.geojson", "status.csv", "units.csv")
_LIST_BEGINS = re.compile(rb'"features"\s*:\s*\[$')
_EMPTY_LIST = re.compile(rb'"features"\s*:\s*\[\s*\]')


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
    facts = _Grouped(folder / "status.csv", "status")
    units = _Grouped(folder / "units.csv", "stated_units")
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
            properties=feature["properties"],
            facts=tuple(_fact(facts, row) for row in told),
            units=tuple(_unit(units, row) for row in stated),
            digest=hashlib.sha256(whole).hexdigest(),
        )
    facts.must_be_used_up()
    units.must_be_used_up()


def rows(path: Path, kind: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, by column name; empty where the file is missing.

    `kind`: which columns there must be, as `columns.toml` tells. Raises InvalidData with the file and line.
    """
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            if lacking := [column for column in COLUMNS[kind] if column not in (reader.fieldnames or ())]:
                raise InvalidData(f"{path}, line 1: there is no column {', '.join(lacking)}; commas part the columns.")
            for row in reader:
                if None in row or None in row.values():
                    raise InvalidData(f"{path}, line {reader.line_num}: not as many cells as the header has columns.")
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidData(f"{path}, line {reader.line_num}: {error}") from None


def _features(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines between the brackets of "features", each with its number."""
    if not path.is_file():
        raise InvalidData(f"{path} is missing; a layer's folder holds {', '.join(FILES)}.")
    with path.open("rb") as file:
        lines = enumerate(file, start=1)
        for _, line in lines:
            if _EMPTY_LIST.search(line):
                return
            if _LIST_BEGINS.search(line.strip()):
                break
        else:
            raise InvalidData(f'{path}: a FeatureCollection with a line that ends in "features":[ was expected.')
        for number, line in lines:
            text = line.strip().rstrip(b",")
            if text.startswith(b"]"):
                return
            if text:
                yield number, _feature(path, number, text)
    raise InvalidData(f"{path}: the file ends before its list of features does; is it whole?")


def _feature(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        feature = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidData(f"{path}, line {number}: not JSON, one feature a line was expected: {error}") from None
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InvalidData(f"{path}, line {number}: a Feature was expected.")
    if not isinstance(feature.get("properties"), dict) or not isinstance(feature.get("geometry"), dict | None):
        raise InvalidData(f"{path}, line {number}: a Feature has properties, and a geometry or null.")
    return feature


class _Grouped:
    """Rows of a CSV that is sorted by feature_id, handed out feature by feature without reading ahead."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self._groups = ((key, list(group)) for key, group in groupby(rows(path, kind), key=itemgetter("feature_id")))
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
                f"{self.path}: the rows of {self._next[0]!r} belong to no feature of curated.geojson, or the file is "
                "not sorted by feature_id."
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
        stage_in_words=_flag(file, row, "stage_in_words"),
        date_inferred=_flag(file, row, "date_inferred"),
        uncertain=_flag(file, row, "uncertain"),
    )


def _unit(file: _Grouped, row: dict[str, str]) -> StatedUnit:
    return StatedUnit(row["unit_id"] or None, row["as_stated"], row["source"] or None, _flag(file, row, "part"))


def _flag(file: _Grouped, row: dict[str, str], column: str) -> bool:
    if row[column] not in ("true", "false"):
        raise InvalidData(f"{file.path}, {row['feature_id']}: {column} is {row[column]!r}; true or false was expected.")
    return row[column] == "true"
