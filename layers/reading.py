"""The curated files for a load: features and rows in the order of their ids, whatever order and layout the file has.

One feature a line sorted by id, and rows sorted by feature_id, as `data/` keeps them, are streamed; a file of another
layout or order is read whole and sorted.
"""

import csv
import re
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData
from layers.files import COLUMNS

BOM = b"\xef\xbb\xbf"
_LIST_BEGINS = re.compile(rb'"features"\s*:\s*\[$')
_EMPTY_LIST = re.compile(rb'"features"\s*:\s*\[\s*\]')
_ONE_A_LINE = re.compile(rb'\{\s*"type"\s*:\s*"Feature"\s*,\s*"id"\s*:\s*"([^"\\]*)"')


def refusal(path: Path, place: tuple[str, str], vi: str, en: str) -> InvalidData:
    """What cannot be read, and where, in both languages; `place` is such as ("dòng 3", "line 3")."""
    return InvalidData(f"{path}, {place[0]}: {vi}\n    {path.name}, {place[1]}: {en}")


def features(path: Path) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The features of a collection in the order of their ids, each with its place in the file.

    Raises InvalidData with the place for what is no feature, has no text for an id, or an id that another has.
    """
    last: str | None = None
    for place, feature in _lines(path) if _one_a_line(path) else _whole(path):
        feature_id = feature.get("id")
        if not isinstance(feature_id, str):
            raise refusal(path, place, f"mã phải là chữ, không phải {feature_id!r}", f"{feature_id!r} is no text id")
        if feature_id == last:
            raise refusal(path, place, f"mã {feature_id!r} có hai lần", f"the id {feature_id!r} comes twice")
        last = feature_id
        yield place, feature


def rows(path: Path, kind: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, by column name; empty where the file is missing.

    `kind`: which columns there must be, as `columns.toml` tells. Raises InvalidData with the file and line.
    """
    cells = _cells(path, kind)
    header = next(cells, [])
    for row in cells:
        yield dict(zip(header, row, strict=True))


def rows_by_feature(path: Path, kind: str) -> Iterator[dict[str, str]]:
    """The rows sorted by feature_id; those of one feature in the order of the file. Raises as `rows`."""
    in_order = all(one <= other for one, other in pairwise(_feature_ids(path, kind)))
    return rows(path, kind) if in_order else iter(sorted(rows(path, kind), key=itemgetter("feature_id")))


def _feature_ids(path: Path, kind: str) -> Iterator[str]:
    cells = _cells(path, kind)
    if header := next(cells, None):
        place = header.index("feature_id")
        for row in cells:
            yield row[place]


def _cells(path: Path, kind: str) -> Iterator[list[str]]:
    """The header of a CSV file, then its rows, each with as many cells; nothing where the file is missing."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            if lacking := ", ".join(column for column in COLUMNS[kind] if column not in header):
                vi, en = f"không có cột {lacking}; dấu phẩy ngăn các cột", f"there is no column {lacking}; commas part"
                raise refusal(path, _line(1), vi, f"{en} the columns")
            yield header
            for row in filter(None, reader):
                if len(row) != len(header):
                    vi, en = "số ô khác số cột của tiêu đề", "not as many cells as the header has columns"
                    raise refusal(path, _line(reader.line_num), vi, en)
                yield row
        except (csv.Error, UnicodeDecodeError) as error:
            raise refusal(path, _line(reader.line_num), "không đọc được", str(error)) from None


def _line(number: int) -> tuple[str, str]:
    return f"dòng {number}", f"line {number}"


def _one_a_line(path: Path) -> bool:
    """Whether the file can be streamed: no line begins a feature that is out of order, or ends on another line."""
    if not path.is_file():
        vi, en = "thiếu tệp; thư mục của một lớp có", "is missing; a layer's folder holds"
        raise InvalidData(f"{path}: {vi} curated.geojson, status.csv, units.csv.\n    {path.name} {en} these three.")
    last = b""
    with path.open("rb") as file:
        for line in file:
            if _EMPTY_LIST.search(line) or _LIST_BEGINS.search(line.strip()):
                break
        else:
            return False
        for line in file:
            text = line.lstrip()
            if text.startswith(b"{"):
                found = _ONE_A_LINE.match(text)
                if found is None or found[1] < last:
                    return False
                last = found[1]
    return True


def _lines(path: Path) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The lines between the brackets of "features", each with its number."""
    with path.open("rb") as file:
        lines = enumerate(file, start=1)
        for _, line in lines:
            if _EMPTY_LIST.search(line):
                return
            if _LIST_BEGINS.search(line.strip()):
                break
        for number, line in lines:
            text = line.strip().rstrip(b",")
            if text.startswith(b"]"):
                return
            if text:
                yield _line(number), _feature(path, _line(number), _json(path, _line(number), text))
    vi, en = "tệp dứt trước khi hết danh sách", "the file ends before its list of features does; is it whole?"
    raise refusal(path, ("cuối tệp", "at its end"), vi, en)


def _whole(path: Path) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The features of a file of any layout, sorted by id."""
    whole = ("cả tệp", "as a whole")
    content = _json(path, whole, path.read_bytes().removeprefix(BOM))
    listed = content.get("features") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise refusal(path, whole, "cần một FeatureCollection", "a FeatureCollection was expected")
    found = []
    for number, one in enumerate(listed, start=1):
        place = f"đối tượng {number}", f"feature {number}"
        found.append((place, _feature(path, place, one)))
    yield from sorted(found, key=lambda placed: str(placed[1].get("id")))


def _json(path: Path, place: tuple[str, str], text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise refusal(path, place, "không phải JSON", f"not JSON: {error}") from None


def _feature(path: Path, place: tuple[str, str], feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise refusal(path, place, "cần một Feature", "a Feature was expected")
    if not isinstance(feature.get("properties"), dict) or not isinstance(feature.get("geometry"), dict | None):
        vi, en = "một Feature có properties, và geometry hoặc null", "a Feature has properties, and a geometry or null"
        raise refusal(path, place, vi, en)
    return feature
