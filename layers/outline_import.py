"""Outlines of an office's own in the place of the generalised ones: a report first, no change over an error."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from geo import outlines
from geo.errors import InvalidData
from geo.outlines import Outline
from geo.units import COLLECTIONS
from layers import outline_files, outline_match, reference
from layers.outline_files import Asked
from layers.outline_match import Match, Problem

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import found, and did. `moved`: features that are in other units now; None when nothing changed."""

    file: str
    crs: str
    rows: int
    matches: tuple[Match, ...]
    problems: tuple[Problem, ...]
    columns: dict[str, str]
    moved: int | None = None

    @property
    def errors(self) -> int:
        """How many problems stop an import that is not forced."""
        return sum(one.severity == "error" for one in self.problems)


@dataclass(frozen=True, slots=True)
class Wish:
    """How to go about it. `columns`: those that hold `code` and `name`, where they are not to be guessed."""

    dry_run: bool = False
    force: bool = False
    columns: tuple[tuple[str, str], ...] = ()


def bring_in(engine: Engine, file: Path, collection: str, asked: Asked, wish: Wish, say: Say) -> Report:
    """Compare the file with the generation `collection`, and put its outlines in place unless the report has errors.

    One transaction: outlines, the changeset that tells of them, and every feature located anew. With `wish.force` every
    row that could be matched is taken, and each other unit keeps the outline that it has. Raises InvalidParameter or
    InvalidData for a file that cannot be read.
    """
    generation = COLLECTIONS[collection]
    say(f"Đọc {file.name} / Reading")
    told = outline_files.read(file, asked)
    with engine.begin() as connection:
        units = outlines.known(connection, generation)
        if not units:
            raise InvalidData(f"{collection}: chưa có đơn vị nào; chạy `haiphong load` trước. / No unit is stored yet.")
        matched = outline_match.match(told["rows"], units, dict(wish.columns))
        problems = [
            *_system(told, asked),
            *matched.problems,
            *outline_match.together(told["overlaps"], told["gaps"], matched),
            *outline_match.heavy(told["vertices"]),
        ]
        report = Report(
            file.name, told["crs"], len(told["rows"]), matched.matches, tuple(problems), dict(matched.columns)
        )
        if wish.dry_run or not report.matches or (report.errors and not wish.force):
            return report
        rows = told["rows"]
        say(f"Ghi {len(report.matches)} đường ranh / Writing {len(report.matches)} outlines")
        moved = outlines.put(
            connection,
            generation,
            (Outline(one.unit.id, rows[one.row - 1]["wkb"], rows[one.row - 1]["pieces"]) for one in report.matches),
            source=file.name,
            digest=outline_files.digest_of(file),
            say=say,
        )
    return Report(report.file, report.crs, report.rows, report.matches, report.problems, report.columns, moved)


def take_back(engine: Engine, data: Path, collection: str, say: Say) -> tuple[int, int]:
    """The generalised outlines of `data/` again; how many were taken back, and how many features are elsewhere now."""
    with engine.begin() as connection:
        return outlines.take_back(
            connection, COLLECTIONS[collection], lambda: reference.load_units(connection, data), say
        )


def _system(told: dict[str, str], asked: Asked) -> list[Problem]:
    if asked.crs is None or told["said_crs"] in (None, asked.crs):
        return []
    said = told["said_crs"]
    return [
        Problem(
            "warning", "crs",
            f"tệp nói {said}, đọc theo --crs {asked.crs}", f"the file says {said}; read as --crs {asked.crs}",
        )
    ]  # fmt: skip


def lines(report: Report) -> Iterator[str]:
    """The report for a person, in both languages: every unit with its areas, then what needs a look."""
    columns = ", ".join(f"{what} = {column!r}" for what, column in report.columns.items())
    yield f"{report.file}: {report.rows} dòng / rows, {report.crs}, cột / columns: {columns or '–'}"
    yield f"{'đơn vị / unit':<44} {'theo / by':<9} {'cũ / old km²':>12} {'mới / new km²':>14} {'%':>7}"
    for one in report.matches:
        before = f"{one.unit.area_km2:.2f}" if one.unit.area_km2 else "–"
        percent = "–" if one.percent is None else f"{one.percent:+.1f}"
        yield f"{one.unit.id:<44} {one.by:<9} {before:>12} {one.area_km2:>14.2f} {percent:>7}"
    yield from map(str, report.problems)
    yield (
        f"{len(report.matches)} khớp / matched, {report.errors} lỗi / errors, "
        f"{len(report.problems) - report.errors} cảnh báo / warnings."
    )
    if report.moved is None:
        yield "Chưa thay đổi gì / Nothing was changed."
    else:
        yield f"Đã thay; {report.moved} đối tượng đổi đơn vị / Replaced; {report.moved} features are elsewhere now."
