"""The rounds: each question asked over HTTP, of nginx and in raw SQL, in turn, so that what slows one slows all.

Over HTTP twice: for answers that nobody has asked for yet, and for answers that the server has kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.packages import Say
from tests.bench import client, pgbench, usage, wrk
from tests.bench.client import Request
from tests.bench.pgbench import Scripts
from tests.bench.plan import Plan
from tests.bench.questions import Question
from tests.bench.serving import Serving
from tests.bench.tools import Program


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, ready: its verified requests, who answers them, its files on nginx, and its SQL where there is any.

    `unlike`: requests that differ from each other for a long time, where another host name would not be fair.
    """

    question: Question
    serving: Serving
    requests: tuple[Request, ...]
    unlike: client.Unlike | None
    files: tuple[Request, ...]
    page: Scripts | None
    counted: Scripts | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What all rounds share. `cluster`: the data folder of the database; `nginx`: its address; both tools may lack."""

    plan: Plan
    cluster: Path
    wrk: Program | None
    nginx: tuple[str, int] | None

    def ask(
        self,
        address: tuple[str, int],
        requests: Sequence[Request],
        connections: int,
        seconds: float,
        unlike: client.Unlike | None = None,
        *,
        new: bool,
    ) -> client.Run:
        """Ask with wrk, or with our own client where it lacks."""
        if self.wrk is None:
            return client.run(address, requests, connections, seconds, new=new)
        return wrk.run(self.wrk, address, requests, connections, seconds, unlike, new=new)


@dataclass(frozen=True, slots=True)
class Http:
    """One run over HTTP. CPU is per answer; `peak_mb` of the largest process of the server."""

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
    """All rounds of one question; no runs where there was nobody to ask."""

    question: Question
    new: tuple[Http, ...]
    kept: tuple[Http, ...]
    nginx: tuple[float, ...]
    page: tuple[Sql, ...]
    counted: tuple[Sql, ...]


def all_rounds(asked: Sequence[Asked], bench: Bench, say: Say) -> list[Measured]:
    """Every question in every round."""
    rounds = []
    for number in range(bench.plan.rounds):
        say(f"Vòng / round {number + 1}")
        rounds.append([_once(one, bench, say) for one in asked])
    return [_joined([results[number] for results in rounds]) for number in range(len(asked))]


def _joined(rounds: Sequence[Measured]) -> Measured:
    names = ("new", "kept", "nginx", "page", "counted")
    return Measured(rounds[0].question, *(tuple(run for one in rounds for run in getattr(one, name)) for name in names))


def _once(asked: Asked, bench: Bench, say: Say) -> Measured:
    plan = bench.plan
    nginx: tuple[float, ...] = ()
    if bench.nginx is not None and asked.files:
        nginx = (bench.ask(bench.nginx, asked.files, plan.clients, plan.seconds, new=False).per_second,)
    measured = Measured(
        asked.question,
        (_http(asked, bench, new=True),),
        (_http(asked, bench, new=False),),
        nginx,
        (_sql(asked.page, bench),) if asked.page else (),
        (_sql(asked.counted, bench),) if asked.counted else (),
    )
    say(f"  {asked.question.name}: {measured.new[0].per_second:.0f} new, {measured.kept[0].per_second:.0f} kept")
    return measured


def _http(asked: Asked, bench: Bench, *, new: bool) -> Http:
    plan, address = bench.plan, asked.serving.address
    connections = plan.connections if new else plan.clients
    unlike = asked.unlike if new else None
    bench.ask(address, asked.requests, connections, plan.seconds / 10, unlike, new=new)
    family = usage.family(asked.serving.pid)
    for pid in family:
        usage.forget_peak(pid)
    server, database = sum(map(usage.cpu_s, family)), usage.cluster_cpu_s(bench.cluster)
    ran = bench.ask(address, asked.requests, connections, plan.seconds, unlike, new=new)
    return Http(
        per_second=ran.per_second,
        p50_ms=ran.p50_ms,
        p99_ms=ran.p99_ms,
        server_cpu_ms=1000 * (sum(map(usage.cpu_s, family)) - server) / ran.answers,
        database_cpu_ms=1000 * (usage.cluster_cpu_s(bench.cluster) - database) / ran.answers,
        peak_mb=max(map(usage.peak_mb, family)),
        client_share=ran.client_cpu_s / ran.seconds,
        body_kb=ran.body_bytes / ran.answers / 1000,
    )


def _sql(scripts: Scripts, bench: Bench) -> Sql:
    before = usage.cluster_cpu_s(bench.cluster)
    ran = pgbench.run(scripts, bench.plan.connections, bench.plan.seconds)
    return Sql(ran.per_second, 1000 * (usage.cluster_cpu_s(bench.cluster) - before) / ran.transactions)
