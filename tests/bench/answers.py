"""What was measured of answers, as tables."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from statistics import median

from tests.bench.markdown import number, ratio, table
from tests.bench.measure import Http, Measured, Sql

_P50, _P99 = attrgetter("p50_ms"), attrgetter("p99_ms")
_SERVER_CPU, _DATABASE_CPU = attrgetter("server_cpu_ms"), attrgetter("database_cpu_ms")
_BODY = attrgetter("body_kb")


def ratios(measured: Iterable[Measured]) -> str:
    """How many answers a second, ours beside SQL's and nginx's."""
    head = ("câu hỏi / question", "kB", "mới / new, /s", "giữ / kept, /s", "nginx, /s", "SQL, /s",
            "SQL + số / count, /s", "**new ÷ SQL**", "**new ÷ (SQL + count)**", "**kept ÷ nginx**")  # fmt: skip
    rows = []
    for one in measured:
        new, kept = _speed(one.new), _speed(one.kept)
        page, counted = (_speed(runs) if runs else None for runs in (one.page, one.counted))
        nginx = median(one.nginx) if one.nginx else None
        rows.append(
            (
                one.question.name,
                number(_of(one.new, _BODY)),
                *(number(value) if value else "–" for value in (new, kept, nginx, page, counted)),
                *(ratio(part, whole) for part, whole in ((new, page), (new, counted), (kept, nginx))),
            )
        )
    return table(head, rows)


def latencies(measured: Iterable[Measured]) -> str:
    """How long one answer takes."""
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
            *(number(_of(runs, value)) for runs in (one.new, one.kept) for value in (_P50, _P99)),
            *(_spread(runs) if runs else "–" for runs in (one.new, one.kept, one.page)),
        )
        for one in measured
    ]
    return table(head, rows)


def costs(measured: Iterable[Measured]) -> str:
    """What one answer costs."""
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
    return table(head, rows)


def _speed(runs: Sequence[Http] | Sequence[Sql]) -> float:
    return median(run.per_second for run in runs)


def _of(runs: Sequence[Http], value: Callable[[Http], float]) -> float:
    return median(value(run) for run in runs)


def _spread(runs: Sequence[Http] | Sequence[Sql]) -> str:
    speeds = [run.per_second for run in runs]
    return f"{(max(speeds) - min(speeds)) / median(speeds):.0%}"
