"""The rounds: each question asked over HTTP and in raw SQL, in turn, so that whatever slows the machine slows both.

Over HTTP twice: for answers that nobody has asked for yet, and for answers that the server has kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.bench import client, pgbench, usage
from tests.bench.client import Request
from tests.bench.pgbench import Scripts
from tests.bench.plan import Plan
from tests.bench.questions import Question
from tests.bench.serving import Serving


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, ready: its verified requests, who answers them, and its SQL (`counted` is None for one feature)."""

    question: Question
    serving: Serving
    requests: tuple[Request, ...]
    page: Scripts
    counted: Scripts | None


@dataclass(frozen=True, slots=True)
class Http:
    """One run over HTTP. CPU is per answer; `client_share` is the part of one core that the clients took."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    peak_mb: float
    client_share: float
    body_kb: float


@dataclass(frozen=True, slots=True)
class Sql:
    """One run of pgbench: speed, and CPU of the database per statement."""

    per_second: float
    database_cpu_ms: float


@dataclass(frozen=True, slots=True)
class Measured:
    """All rounds of one question."""

    question: Question
    new: tuple[Http, ...]
    kept: tuple[Http, ...]
    page: tuple[Sql, ...]
    counted: tuple[Sql, ...]


def all_rounds(asked: Sequence[Asked], cluster: Path, plan: Plan) -> list[Measured]:
    """Every question in every round. `cluster`: the data folder of the database, whose CPU is counted."""
    rounds = [[_once(one, cluster, plan) for one in asked] for _ in range(plan.rounds)]
    return [_joined([results[number] for results in rounds]) for number in range(len(asked))]


def _joined(rounds: Sequence[Measured]) -> Measured:
    return Measured(
        rounds[0].question,
        *(tuple(run for one in rounds for run in getattr(one, name)) for name in ("new", "kept", "page", "counted")),
    )


def _once(asked: Asked, cluster: Path, plan: Plan) -> Measured:
    return Measured(
        asked.question,
        (_http(asked, cluster, plan, new=True),),
        (_http(asked, cluster, plan, new=False),),
        (_sql(asked.page, cluster, plan),),
        (_sql(asked.counted, cluster, plan),) if asked.counted else (),
    )


def _http(asked: Asked, cluster: Path, plan: Plan, *, new: bool) -> Http:
    pid, address = asked.serving.pid, asked.serving.address
    client.run(address, asked.requests, plan.connections, plan.seconds / 10, new=new)
    usage.forget_peak(pid)
    server, database = usage.cpu_s(pid), usage.cluster_cpu_s(cluster)
    ran = client.run(address, asked.requests, plan.connections, plan.seconds, new=new)
    answers = len(ran.latencies_s)
    return Http(
        per_second=ran.per_second,
        p50_ms=1000 * median(ran.latencies_s),
        p99_ms=1000 * quantiles(ran.latencies_s, n=100, method="inclusive")[98],
        server_cpu_ms=1000 * (usage.cpu_s(pid) - server) / answers,
        database_cpu_ms=1000 * (usage.cluster_cpu_s(cluster) - database) / answers,
        peak_mb=usage.peak_mb(pid),
        client_share=ran.client_cpu_s / ran.seconds,
        body_kb=ran.body_bytes / answers / 1000,
    )


def _sql(scripts: Scripts, cluster: Path, plan: Plan) -> Sql:
    before = usage.cluster_cpu_s(cluster)
    ran = pgbench.run(scripts, plan.connections, plan.seconds)
    return Sql(ran.per_second, 1000 * (usage.cluster_cpu_s(cluster) - before) / ran.transactions)
