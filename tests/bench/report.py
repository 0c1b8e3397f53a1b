"""What was measured → `docs/bench.md`, for people: ratios first, then what they are made of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import median

from tests.bench.loading import Load
from tests.bench.machine import Machine
from tests.bench.measure import Http, Measured, Sql
from tests.bench.past import DAY, Past
from tests.bench.plan import Plan

_P50, _P99 = attrgetter("p50_ms"), attrgetter("p99_ms")
_SERVER_CPU, _DATABASE_CPU = attrgetter("server_cpu_ms"), attrgetter("database_cpu_ms")
_BODY = attrgetter("body_kb")


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that the report tells. `copied_s`: seconds of plain COPY per table, for the rows of M."""

    plan: Plan
    machine: Machine
    small: Load
    large: Load
    copied_s: dict[str, float]
    measured: Sequence[Measured]
    past: Sequence[Past] = ()


def markdown(results: Results) -> str:
    """The whole page."""
    plan = results.plan
    new, kept = (
        max(run.client_share for one in results.measured for run in getattr(one, name)) for name in ("new", "kept")
    )
    warned = "" if results.machine.durable else "**Không bền / not durable: a throw-away run.** "
    if results.machine.busy:
        warned += "**Máy đang bận việc khác / the machine was busy with other work: not the last word.** "
    return f"""# Đo tốc độ: kho và API bên cạnh cùng câu hỏi viết thẳng bằng SQL

*How fast: the store and the API beside the same questions in raw SQL. `make bench` writes this page anew.*

{warned}**Dữ liệu giả / synthetic data**: S = {results.small.features} features, our own and made-up ones of every
shape; M = {plan.polygons} made-up polygons of 8 to 24 corners with five status facts each, beside S. Nothing in M is a
project of the city. Ratios travel from machine to machine, absolute figures do not.

{_table(("Máy / the machine", ""), results.machine.lines)}

## Đọc / reading

Answers of `haiphong serve` (one worker) over {plan.connections} connections on the loopback, and pgbench over as many
connections with prepared statements, in turn; medians of {plan.rounds} rounds of {plan.seconds:g} s.

- **mới / new**: an answer that nobody asked for before (each request by another host name, for the server keeps answers
  by address). **giữ / kept**: one that the server has made before, of which it only asks whether the data changed.
- **SQL**: one statement that gives the features of the page as one text. **SQL + số / count**: with the number of all
  matches, which the API tells as `numberMatched`.

Every answer was compared with SQL, member by member, before it was timed, and has that length while it is.

{_ratios(results.measured)}

How long one answer takes, in ms, and how far the rounds lie apart (from slowest to fastest, as a part of the median).

{_latencies(results.measured)}

What one answer costs: ms of CPU in the server's process and in PostgreSQL; the most memory that the server held.

{_costs(results.measured)}

The clients are one process that counts bytes and drops them: at most {new:.0%} of one core while they ask for
new answers, {kept:.0%} while for kept ones.

## Quá khứ / the past

The same questions, in turn over one connection, of today, of {DAY:%d/%m/%Y}, and of that day as known at an instant
(`datetime`, `as-of`), in M: medians in ms, without HTTP.

{_of_the_past(results.past)}

## Nạp / loading

`layers.load.load_all` in a process of its own, from curated files to the commit: reading, checking, locating in the
units, deriving today's status, writing the published text, versions and facts. Beside it plain COPY of the finished
rows into tables with the same columns, checks and indexes, in one transaction. One run each.

{_loads(results)}
"""


def _ratios(measured: Iterable[Measured]) -> str:
    head = ("câu hỏi / question", "kB", "mới / new, /s", "giữ / kept, /s", "SQL, /s", "SQL + số / count, /s",
            "**new ÷ SQL**", "**new ÷ (SQL + count)**", "**kept ÷ SQL**")  # fmt: skip
    rows = []
    for one in measured:
        new, kept, page = _speed(one.new), _speed(one.kept), _speed(one.page)
        counted = _speed(one.counted) if one.counted else None
        rows.append(
            (
                one.question.name,
                _number(_of(one.new, _BODY)),
                *map(_number, (new, kept, page)),
                _number(counted) if counted else "–",
                _ratio(new, page),
                _ratio(new, counted) if counted else "–",
                _ratio(kept, page),
            )
        )
    return _table(head, rows)


def _latencies(measured: Iterable[Measured]) -> str:
    head = (
        "câu hỏi / question",
        "new p50",
        "new p99",
        "kept p50",
        "kept p99",
        "spread new",
        "spread kept",
        "spread SQL",
    )
    rows = [
        (
            one.question.name,
            *(_number(_of(runs, value)) for runs in (one.new, one.kept) for value in (_P50, _P99)),
            *(_spread(runs) for runs in (one.new, one.kept, one.page)),
        )
        for one in measured
    ]
    return _table(head, rows)


def _costs(measured: Iterable[Measured]) -> str:
    head = ("câu hỏi / question", "new: server", "new: PostgreSQL", "kept: server", "kept: PostgreSQL", "SQL",
            "SQL + count", "peak, MB")  # fmt: skip
    rows = [
        (
            one.question.name,
            *(f"{_of(runs, value):.2f}" for runs in (one.new, one.kept) for value in (_SERVER_CPU, _DATABASE_CPU)),
            *(f"{median(run.database_cpu_ms for run in sql):.2f}" if sql else "–" for sql in (one.page, one.counted)),
            f"{max(run.peak_mb for run in (*one.new, *one.kept)):.0f}",
        )
        for one in measured
    ]
    return _table(head, rows)


def _of_the_past(compared: Iterable[Past]) -> str:
    head = ("câu hỏi / question", "hôm nay / today", "`datetime`", "`datetime` + `as-of`", "**÷ today**", "**÷ today**")
    rows = [
        (
            one.name,
            *(f"{value:.1f}" for value in (one.today_ms, one.day_ms, one.known_ms)),
            _ratio(one.day_ms, one.today_ms),
            _ratio(one.known_ms, one.today_ms),
        )
        for one in compared
    ]
    return _table(head, rows)


def _loads(results: Results) -> str:
    large, copied = results.large, sum(results.copied_s.values())
    rows = [
        ("S", *_load(results.small), "–"),
        ("M", *_load(large), f"**{large.seconds / copied:.1f} ×**" if copied else "–"),
        ("M, COPY", str(large.features), f"{copied:.1f}", _number(large.features / copied), "–", "–", "1 ×"),
    ]
    per_table = ", ".join(f"{table} {seconds:.1f}" for table, seconds in results.copied_s.items())
    head = ("", "đối tượng / features", "s", "features/s", "CPU của Python, s", "peak, MB", "thời gian ÷ COPY")
    return f"{_table(head, rows)}\n\nCOPY per table, s: {per_table}."


def _load(load: Load) -> tuple[str, ...]:
    return (
        str(load.features),
        f"{load.seconds:.1f}",
        _number(load.features / load.seconds),
        f"{load.cpu_s:.1f}",
        f"{load.peak_mb:.0f}",
    )


def _speed(runs: Sequence[Http] | Sequence[Sql]) -> float:
    return median(run.per_second for run in runs)


def _of(runs: Sequence[Http], value: Callable[[Http], float]) -> float:
    return median(value(run) for run in runs)


def _spread(runs: Sequence[Http] | Sequence[Sql]) -> str:
    speeds = [run.per_second for run in runs]
    return f"{(max(speeds) - min(speeds)) / median(speeds):.0%}"


def _ratio(part: float, whole: float) -> str:
    ratio = part / whole
    return f"**{ratio:.2f}**" if ratio >= 0.1 else f"**{ratio:.4f}**"


def _number(value: float) -> str:
    """Three figures that count, or whole."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
