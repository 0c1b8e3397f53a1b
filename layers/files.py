"""The files of `data/`, read for checking: rows and features with the place where they stand, never an exception."""

import csv
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.findings import Finding

COLUMNS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))
"""The columns of every kind of table."""
TARGET_NUMBERS = ("value", "value_max", "rank", "change_percent", "recorded")
"""The columns of targets.csv that hold numbers."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: where it stands, and its cells; an empty cell is an empty text."""

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its rows, and what kept it from being read."""

    file: str
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A GeoJSON file: its features as they came, with where they stand, and what kept it from being read."""

    file: str
    features: tuple[tuple[str, dict[str, Any]], ...] = ()
    findings: tuple[Finding, ...] = ()


def read_table(root: Path, path: Path, kind: str, *, required: bool = True) -> Table:
    """The rows of a CSV file with at least the columns of its kind; `root` is left off when a place is named."""
    columns = COLUMNS[kind]
    file = _relative(root, path)
    if not path.is_file():
        return Table(file, findings=(Finding("missing-file", expected=file, file=file),) if required else ())
    try:
        lines = list(_csv_rows(path))
    except UnicodeDecodeError as error:
        return Table(file, findings=(_not_utf8(error, file),))
    except (csv.Error, OSError) as error:
        return Table(file, findings=(Finding("unreadable-file", str(error), "CSV", file=file),))
    header = lines[0][1] if lines else []
    missing = [column for column in columns if column not in header]
    if missing and (separator := next((sign for sign in ";\t|" if sign in "".join(header)), None)):
        return Table(file, findings=(Finding("not-commas", repr(separator), file=file, where="dòng 1"),))
    if missing:
        came, expected = ", ".join(missing), ", ".join(columns)
        return Table(file, findings=(Finding("missing-column", came, expected, file=file, where="dòng 1"),))
    findings = tuple(
        Finding("ragged-row", str(len(cells)), str(len(header)), file=file, where=f"dòng {line}")
        for line, cells in lines[1:]
        if len(cells) != len(header)
    )
    rows = tuple(
        Row(f"dòng {line}", dict(zip(header, cells, strict=True)))
        for line, cells in lines[1:]
        if len(cells) == len(header)
    )
    return Table(file, rows, findings)


def read_collection(root: Path, path: Path, *, required: bool = True) -> Collection:
    """The features of a GeoJSON FeatureCollection, each an object with an `id`, a `geometry` and `properties`."""
    file = _relative(root, path)
    if not path.is_file():
        return Collection(file, findings=(Finding("missing-file", expected=file, file=file),) if required else ())
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Collection(file, findings=(_not_utf8(error, file),))
    except (ValueError, RecursionError, OSError) as error:
        return Collection(file, findings=(Finding("unreadable-file", str(error), "GeoJSON", file=file),))
    listed = content.get("features") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        return Collection(file, findings=(Finding("unreadable-file", "no features", "GeoJSON", file=file),))
    features: list[tuple[str, dict[str, Any]]] = []
    findings: list[Finding] = []
    for number, feature in enumerate(listed, 1):
        where = f"đối tượng {number}"
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            findings.append(Finding("unreadable-file", "no properties", "GeoJSON", file=file, where=where))
        elif feature.get("type") != "Feature":
            findings.append(Finding("unreadable-file", 'no "type": "Feature"', "GeoJSON", file=file, where=where))
        else:
            features.append((where, feature))
    return Collection(file, tuple(features), tuple(findings))


def lines_of(path: Path, feature_id: str) -> tuple[int, ...]:
    """The lines of a GeoJSON file on which a feature of this id is told."""
    told = re.compile(rf'"id"\s*:\s*{re.escape(json.dumps(feature_id))}')
    with path.open(encoding="utf-8-sig") as stream:
        return tuple(number for number, line in enumerate(stream, 1) if told.search(line))


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        for cells in reader:
            if cells:  # an empty line says nothing
                yield reader.line_num, cells


def _not_utf8(error: UnicodeDecodeError, file: str) -> Finding:
    came = "UTF-16" if error.object[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{error.object[error.start]:02x}"
    return Finding("not-utf8", came, file=file)


def _relative(root: Path, path: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
