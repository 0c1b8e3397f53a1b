"""The gates: what must be reached at least, or at most, and whether it was. None is moved because it is missed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.exports import Export
from tests.bench.hand import Hand
from tests.bench.loading import Load
from tests.bench.measure import Http, Measured, Sql
from tests.bench.past import Past
from tests.bench.publishing import Published
from tests.bench.suggesting import Suggesting
from tests.bench.tiles import Tiles, gain

HEAD = ("ngưỡng / gate", "phải / must", "đạt / reached", "")
HUNDRED_THOUSAND = 100_000


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure that must be reached: at least so much, or at `most`."""

    name: str
    must: float
    reached: float
    most: bool = False

    def row(self) -> tuple[str, ...]:
        """For the table."""
        met = self.reached <= self.must if self.most else self.reached >= self.must
        sign = "≤" if self.most else "≥"
        return (self.name, f"{sign} {self.must:g}", f"{self.reached:.3g}", "✓" if met else "✗")


def rows(
    measured: Iterable[Measured],
    tiles: Iterable[Tiles],
    exports: Iterable[Export],
    past: Iterable[Past],
    load: Load | None,
    starts: Mapping[str, float],
    published: Published | None = None,
    hands: Iterable[Hand] = (),
) -> list[tuple[str, ...]]:
    """Every gate, what must be reached beside what was. `load`: of 100 000 features, where so many were loaded."""
    every = [*_of_questions(measured), *_of_tiles(tiles), *_of_exports(exports), *_of_the_past(past)]
    if load is not None:
        every.append(Gate("nạp M / loading M, s", 60, load.seconds, most=True))
    if published is not None:
        every.append(Gate("phát hành M / publishing M, s", 120, published.seconds, most=True))
        every.append(Gate("phát hành M / publishing M: peak, MB", 1_000, published.peak_mb, most=True))
    every += _of_hands(hands)
    start = max(starts.values())
    every.append(Gate("từ lúc chạy đến câu trả lời đầu / start to first answer, s", 1.5, start, most=True))
    return [one.row() for one in every]


def _of_questions(measured: Iterable[Measured]) -> Iterable[Gate]:
    for one in measured:
        letter, name = one.question.name[:1], one.question.name
        new = _median(one.new)
        if one.nginx and letter in "abcd":
            least = 0.2 if letter == "d" else 0.7
            yield Gate(f"{name}: kept ÷ nginx", least, _median(one.kept) / median(one.nginx))
        if letter in "bc" and one.counted:
            least = 0.8 if one.question.size == "L" else 0.9
            yield Gate(f"{name}: new ÷ SQL, cùng câu trả lời / the same answer", least, new / _median(one.counted))
        if letter == "d":
            yield Gate(f"{name}: new ÷ SQL", 0.17, new / _median(one.page))


def _of_tiles(tiles: Iterable[Tiles]) -> Iterable[Gate]:
    for one in tiles:
        yield Gate(f"ô z10–12 lạnh của {one.size} / cold tiles: SQL ÷ ours", 5, gain(one, range(10, 13)))
        if one.warm and one.nginx:
            yield Gate(f"ô ấm của {one.size} / warm tiles ÷ nginx", 0.8, median(one.warm) / median(one.nginx))
        yield Gate(f"ô nặng nhất của {one.size} / heaviest tile, kB", 500, one.heaviest_kb, most=True)


def _of_exports(exports: Iterable[Export]) -> Iterable[Gate]:
    for one in exports:
        yield Gate(f"tải {one.size} / export ÷ COPY", 1.2, one.seconds / one.raw_s, most=True)
        yield Gate(f"tải {one.size} / export: first byte, s", 0.1, one.first_byte_s, most=True)
        yield Gate(f"tải {one.size} / export: peak, MB", 200, one.peak_mb, most=True)


def _of_the_past(past: Iterable[Past]) -> Iterable[Gate]:
    for one in past:
        yield Gate(
            f"quá khứ / the past: {one.name} ÷ today", 2, max(one.day_ms, one.known_ms) / one.today_ms, most=True
        )


def _of_hands(hands: Iterable[Hand]) -> Iterable[Gate]:
    for one in hands:
        must = 200 if one.features >= HUNDRED_THOUSAND else 100
        name = f"bàn tay, {one.features} / interaction p75, 4 × slower, ms"
        yield Gate(name, must, one.p75(lambda answer: answer.wall_ms), most=True)


def of_suggestions(found: Suggesting) -> Gate:
    """How soon the search box suggests, over our own features."""
    return Gate("gợi ý đầu / first suggestion p75, ms", 50, found.p75, most=True)


def _median(runs: Sequence[Http] | Sequence[Sql]) -> float:
    return median(run.per_second for run in runs)
