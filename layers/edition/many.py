"""What the site of a release carries of more projects than one page can hold: columns to filter by, and rows in pages.

Each project itself stays in `layers/projects.geojson`, of which the page reads a part, and its place in the tiles: only
the numbers that every filter asks of all of them come whole. A project is called by its number, its line in that file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

BLOCK = 64
"""So many lines of the file are read to get one of them."""
PAGE = 500
"""So many rows are in one file, in the order of their names."""
# A feature stands on a line of its own, and begins with its id, in which no letter is escaped.
_ID = re.compile(rb',?\{"type":"Feature","id":"([^"\\\\]*)"')
_CODES = ("layer", "status", "condition")


@dataclass(slots=True)
class Column:
    """One small number per project, and what each number means."""

    values: list[Any] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    _known: dict[Any, int] = field(default_factory=dict)

    def add(self, value: Any) -> None:
        """The value of the next project."""
        if value not in self._known:
            self._known[value] = len(self.values)
            self.values.append(value)
        self.numbers.append(self._known[value])


def numbers(path: Path) -> dict[str, int]:
    """Of each project of a file of ours its number, by its id."""
    with path.open("rb") as file:
        next(file)
        ids = (found[1].decode() for line in file if (found := _ID.match(line)))
        return {one: number for number, one in enumerate(ids)}


class Many:
    """The projects of a file of ours, gathered; `within`: of each unit the units that it lies in."""

    def __init__(self, path: Path, within: Mapping[str, Sequence[str]]) -> None:
        self.columns = {name: Column() for name in (*_CODES, "units")}
        self._ids: dict[str, int] = {}
        self._names: list[str] = []
        self._rows: list[bytes] = []
        self._located: list[int] = []
        self._offsets: list[int] = []
        with path.open("rb") as file:
            at = len(next(file))
            for line in file:
                if line == b"]}\n":
                    break
                if len(self._rows) % BLOCK == 0:
                    self._offsets.append(at)
                at += len(line)
                self._add(orjson.loads(line.lstrip(b",")), within)
        self._end = at

    def _add(self, feature: dict[str, Any], within: Mapping[str, Sequence[str]]) -> None:
        told = feature["properties"]
        for name in _CODES:
            self.columns[name].add(told.get(name))
        units = {one for unit in told.get("unit_ids") or () for one in within.get(unit, (unit,))}
        self.columns["units"].add(tuple(sorted(units)))
        self._ids[feature["id"]] = len(self._rows)
        self._names.append(" ".join([told["name_vi"], told.get("name_en") or "", *(told.get("alt_names") or ())]))
        self._located.append(int(feature["geometry"] is not None))
        self._rows.append(orjson.dumps(_row(feature)))

    def files(self, order: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The files by name; `order`: the ids by name."""
        numbers = [self._ids[one] for one in order]
        yield (
            "many.json",
            orjson.dumps(
                {
                    **{name: column.numbers for name, column in self.columns.items()},
                    "codes": {name: column.values for name, column in self.columns.items()},
                    "located": self._located,
                    "order": numbers,
                    "offsets": self._offsets,
                    "end": self._end,
                    "block": BLOCK,
                    "page": PAGE,
                }
            ),
        )
        yield "many/ids.json", orjson.dumps(list(self._ids))
        yield "many/names.json", orjson.dumps(self._names)
        for page, first in enumerate(range(0, len(numbers), PAGE)):
            rows = b",\n".join(self._rows[number] for number in numbers[first : first + PAGE])
            yield f"many/rows-{page}.json", b"[" + rows + b"]"


def _row(feature: Mapping[str, Any]) -> dict[str, Any]:
    """As `/api/rows` gives it, without landmarks and due dates."""
    told = feature["properties"]
    held = told.get("units_2025_07") or told.get("districts_2024") or []
    names = ", ".join(held[:2]) + (f" +{len(held) - 2}" if len(held) > 2 else "")
    bbox = None if feature["geometry"] is None else _bounds(feature["geometry"]["coordinates"])
    nowhere = ("chưa rõ vị trí", "location not known") if bbox is None else ("", "")
    vi, en = (", ".join(part for part in (names, lacking) if part) for lacking in nowhere)
    return {
        "id": feature["id"],
        **{name: told.get(name) for name in ("layer", "name_vi", "name_en", "status", "condition", "last_told")},
        "place_vi": vi,
        "place_en": en,
        "due": None,
        "bbox": bbox,
        "point": bbox and [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2],
    }


def _bounds(coordinates: Any) -> list[float]:
    waiting, xs, ys = [coordinates], [], []
    while waiting:
        part = waiting.pop()
        if isinstance(part[0], int | float):
            xs.append(part[0])
            ys.append(part[1])
        else:
            waiting.extend(part)
    return [min(xs), min(ys), max(xs), max(ys)]
