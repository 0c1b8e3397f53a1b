"""Rows of a foreign file against the units of a generation: which is which, and what a person must look at."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geo.outlines import Known
from geo.quality import fold

Severity = Literal["error", "warning"]
LEAST_SHARE = 0.5
"""A column is taken for codes or names when so many of its cells are those of units."""
LARGE_PERCENT, NOTABLE_PERCENT = 20.0, 5.0
LARGE_OVERLAP = 0.05
HEAVY_VERTICES = 100_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at; an error stops the import unless it is forced."""

    severity: Severity
    kind: str
    vi: str
    en: str

    def __str__(self) -> str:
        sign = "lỗi / error" if self.severity == "error" else "cảnh báo / warning"
        return f"[{sign}] {self.vi}\n    {self.en}"


@dataclass(frozen=True, slots=True)
class Match:
    """One unit and its row (counted from 1), how they were matched, and the areas in km²."""

    unit: Known
    row: int
    by: Literal["id", "code", "name"]
    area_km2: float

    @property
    def percent(self) -> float | None:
        """By how much the new outline is larger than the present one, or than the official area where there is none."""
        before = self.unit.area_km2 or self.unit.official_km2
        return None if not before else round((self.area_km2 / before - 1) * 100, 1) + 0.0


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of it. `columns`: those that were read as codes and names."""

    matches: tuple[Match, ...]
    problems: tuple[Problem, ...]
    columns: Mapping[str, str]


def match(
    rows: Sequence[Mapping[str, Any]], units: Sequence[Known], chosen: Mapping[str, str] | None = None
) -> Matched:
    """Each row that can be used with the unit that it means, at most one row to a unit.

    `rows` as `outline_reading` tells them; `chosen`: the columns `code` and `name`, where known. A row is matched by
    our id, else by its code, else by its folded name where that is one unit's alone. Code and name that mean two units
    are an error: codes were given to other units in 2025.
    """
    columns = {**_columns(rows, units), **(chosen or {})}
    problems: list[Problem] = []
    claims: dict[str, list[Match]] = defaultdict(list)
    for number, row in enumerate(rows, start=1):
        found, by = _unit_of(row["attributes"], columns, units)
        shown = _shown(row["attributes"], columns)
        if "refused" in row:
            vi, _, en = row["refused"].partition(" / ")
            problems.append(_error("refused", f"dòng {number} ({shown}): {vi}", f"row {number}: {en}"))
        elif len(found) != 1:
            problems.append(_unmatched(number, shown, found))
        else:
            claims[found[0].id].append(Match(found[0], number, by, row["area_m2"] / 1e6))
            if "repaired" in row:
                problems.append(
                    Problem(
                        "warning", "repaired",
                        f"dòng {number} ({found[0].full_name}): hình đã được sửa: {row['repaired']}",
                        f"row {number}: the geometry was repaired: {row['repaired']}",
                    )
                )  # fmt: skip
    for unit_id, several in claims.items():
        if len(several) > 1:
            numbers = ", ".join(str(one.row) for one in several)
            problems.append(
                _error(
                    "twice",
                    f"{unit_id}: các dòng {numbers} là cùng một đơn vị; gộp lại trước",
                    f"{unit_id}: rows {numbers} are one unit; dissolve them first",
                )
            )
    matches = tuple(several[0] for _, several in sorted(claims.items()) if len(several) == 1)
    here = {one.unit.id for one in matches}
    problems += [
        _error(
            "missing",
            f"{unit.full_name} ({unit.id}) không có dòng nào dùng được",
            f"{unit.id} has no row that can be used",
        )
        for unit in units
        if unit.id not in here
    ]
    return Matched(matches, (*problems, *_areas(matches)), columns)


def together(overlaps: Sequence[Sequence[Any]], gaps: Sequence[Mapping[str, Any]], matched: Matched) -> list[Problem]:
    """Ground that two units share, and holes between them."""
    by_row = {one.row: one for one in matched.matches}
    problems = []
    for one, other, common_m2 in overlaps:
        pair = (by_row.get(one + 1), by_row.get(other + 1))
        if pair[0] is None or pair[1] is None:
            continue
        smaller = min(pair[0].area_km2, pair[1].area_km2)
        share = common_m2 / 1e6 / smaller
        names = f"{pair[0].unit.full_name} – {pair[1].unit.full_name}"
        problems.append(
            Problem(
                "error" if share > LARGE_OVERLAP else "warning", "overlap",
                f"{names}: chồng lên nhau {common_m2 / 1e4:.1f} ha ({share:.1%} đơn vị nhỏ hơn)",
                f"{names}: they share {common_m2 / 1e4:.1f} ha ({share:.1%} of the smaller one)",
            )
        )  # fmt: skip
    for gap in gaps:
        lon, lat = gap["at"]
        problems.append(
            Problem(
                "warning", "gap",
                f"khoảng hở {gap['m2'] / 1e4:.1f} ha tại {lat:.5f}, {lon:.5f}",
                f"a hole of {gap['m2'] / 1e4:.1f} ha at {lat:.5f}, {lon:.5f}",
            )
        )  # fmt: skip
    return problems


def heavy(vertices: int) -> list[Problem]:
    """A warning where the map would load more than it should."""
    if vertices <= HEAVY_VERTICES:
        return []
    return [
        Problem(
            "warning", "heavy",
            f"{vertices} đỉnh: bản đồ tải chừng {vertices * 18 / 1e6:.0f} MB mỗi lần mở; nên giản lược",
            f"{vertices} vertices: the map loads some {vertices * 18 / 1e6:.0f} MB when it opens; better simplify",
        )
    ]  # fmt: skip


def _columns(rows: Sequence[Mapping[str, Any]], units: Sequence[Known]) -> dict[str, str]:
    """The columns that hold most codes and most names of these units."""
    codes = {_code(unit.code) for unit in units if unit.code} | {unit.id for unit in units}
    names = {fold(name) for unit in units for name in (unit.name, unit.full_name)}
    found: dict[str, str] = {}
    for what, known in (("code", codes), ("name", names)):
        score: Counter[str] = Counter()
        for row in rows:
            for column, cell in row["attributes"].items():
                if cell and (_code(cell) if what == "code" else fold(cell)) in known:
                    score[column] += 1
        best = max(score, key=lambda column: (score[column], column), default=None)
        if best is not None and score[best] >= LEAST_SHARE * len(rows):
            found[what] = best
    return found


def _unit_of(
    attributes: Mapping[str, str | None], columns: Mapping[str, str], units: Sequence[Known]
) -> tuple[list[Known], Literal["id", "code", "name"]]:
    """The units that a row may be: one when it is clear, several when its name is theirs or code and name disagree."""
    code = attributes.get(columns["code"]) if "code" in columns else None
    name = fold(attributes.get(columns["name"]) or "") if "name" in columns else ""
    if exact := [unit for unit in units if unit.id == code]:
        return exact, "id"
    full = [unit for unit in units if name and name == fold(unit.full_name)]
    named = full or [unit for unit in units if name and name == fold(unit.name)]
    coded = [unit for unit in units if code and unit.code and _code(code) == _code(unit.code)]
    if coded and named and coded[0] not in named:
        return [coded[0], *named], "code"
    return (coded, "code") if coded else (named, "name")


def _code(text: str) -> str:
    """The code as it is compared: a spreadsheet makes 11455.0 or 011455 of it."""
    return re.sub(r"\.0+$", "", text.strip()).lstrip("0")


def _shown(attributes: Mapping[str, str | None], columns: Mapping[str, str]) -> str:
    cells = [attributes.get(column) for column in columns.values()] or list(attributes.values())[:3]
    return ", ".join(cell for cell in cells if cell)[:120] or "?"


def _unmatched(number: int, shown: str, found: Sequence[Known]) -> Problem:
    if not found:
        return _error(
            "stranger",
            f"dòng {number} ({shown}) không khớp đơn vị nào",
            f"row {number} ({shown}) is none of the units",
        )
    several = ", ".join(f"{unit.full_name} ({unit.id})" for unit in found)
    return _error(
        "ambiguous",
        f"dòng {number} ({shown}) có thể là {several}: mã và tên không cùng chỉ một đơn vị",
        f"row {number} ({shown}) may be any of {several}: code and name do not mean one unit",
    )


def _areas(matches: Sequence[Match]) -> list[Problem]:
    problems = []
    for one in matches:
        percent = one.percent
        if percent is None or abs(percent) < NOTABLE_PERCENT:
            continue
        before = one.unit.area_km2 or one.unit.official_km2 or 0.0
        official = f", công bố / official {one.unit.official_km2:g}" if one.unit.official_km2 else ""
        problems.append(
            Problem(
                "error" if abs(percent) > LARGE_PERCENT else "warning", "area",
                f"{one.unit.full_name}: {before:.2f} → {one.area_km2:.2f} km² ({percent:+.1f} %{official})",
                f"{one.unit.id}: {before:.2f} → {one.area_km2:.2f} km² ({percent:+.1f} %)",
            )
        )  # fmt: skip
    return problems


def _error(kind: str, vi: str, en: str) -> Problem:
    return Problem("error", kind, vi, en)
