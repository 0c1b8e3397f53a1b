"""One run from an empty cluster to the results: load, verify, measure. What it makes is gone when it ends."""

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy import Connection, NullPool, create_engine, make_url

from geo.cluster import Cluster
from geo.errors import ClusterError
from geo.packages import Say
from geo.provision import find_or_install
from geo.settings import Settings
from layers import records
from tests.bench import loading, machine, measure, past, pgbench, synthetic, verify
from tests.bench.measure import Asked
from tests.bench.plan import Plan
from tests.bench.questions import questions
from tests.bench.report import Results
from tests.bench.serving import serving

SMALL, LARGE = "bench_s", "bench_m"


def run(plan: Plan, cluster: Cluster, folder: Path, say: Say) -> Results:
    """Measure everything in two databases of their own in `cluster`; files are kept in `folder` meanwhile.

    Raises HaiphongError when something is missing or an answer is wrong.
    """
    load_before = os.getloadavg()[0]
    server = cluster.start()
    status = cluster.status()
    if status is None:
        raise ClusterError("The cluster that was just started cannot be found.")
    install = find_or_install(cluster.home, say, status.major)
    pgbench.find(install)
    with _databases(server) as urls, contextlib.ExitStack() as stack:
        small = _write(folder / "s", plan)
        say(f"S: {plan.small} đối tượng / features")
        small_load = loading.load(urls[SMALL], small)
        _execute(server, f"CREATE DATABASE {LARGE} TEMPLATE {SMALL}")
        large = _write(folder / "m", plan, plan.polygons)
        say(f"M: {plan.polygons} đa giác giả / made-up polygons")
        _execute(urls[LARGE], "CHECKPOINT")
        large_load = loading.load(urls[LARGE], large)
        connection = stack.enter_context(_connected(urls[LARGE]))
        say("M: COPY")
        copied = loading.copied_s(connection, synthetic.LAYER, folder)
        for url in urls.values():
            _execute(url, "VACUUM ANALYZE")  # as autovacuum does within a minute or so
        _execute(server, "CHECKPOINT")
        servers = {
            SMALL: stack.enter_context(serving(urls[SMALL], small, folder / "serve-s")),
            LARGE: stack.enter_context(serving(urls[LARGE], large, folder / "serve-m")),
        }
        say("So từng câu trả lời với SQL / Comparing every answer with SQL")
        connections = {SMALL: stack.enter_context(_connected(urls[SMALL])), LARGE: connection}
        clients = {
            name: stack.enter_context(httpx.Client(base_url=one.url, timeout=60, trust_env=False))
            for name, one in servers.items()
        }
        asked = []
        for number, question in enumerate(questions(connection, plan, partial(verify.walk, clients[LARGE]))):
            name = LARGE if question.large else SMALL
            write = partial(pgbench.scripts, install, urls[name])
            variants = question.variants
            asked.append(
                Asked(
                    question,
                    servers[name],
                    verify.requests(clients[name], connections[name], question),
                    write(folder / f"{number}-page", [one.texts if question.one else one.page for one in variants]),
                    None if question.one else write(folder / f"{number}-counted", [one.counted for one in variants]),
                )
            )
        described = machine.describe(connection, load_before)
        say(f"Đo {plan.rounds} vòng / Measuring {plan.rounds} rounds: about {_duration_s(asked, plan):.0f} s")
        measured = measure.all_rounds(asked, status.folder / "data", plan)
        say("Hôm nay và quá khứ / Today and the past")
        of_the_past = past.compare(urls[LARGE], plan)
    return Results(plan, described, small_load, large_load, copied, measured, of_the_past)


def _write(folder: Path, plan: Plan, polygons: int = 0) -> Path:
    """The synthetic layers: what S lacks of its size beside our own features, and so many polygons."""
    settings = Settings.from_env({})
    own = synthetic.catalog(settings.definitions, folder, ())
    features = sum(1 for layer in own.layers for _ in records.read(own.folder(layer, settings.data)))
    layers = (synthetic.MIXED, synthetic.LAYER) if polygons else (synthetic.MIXED,)
    synthetic.catalog(settings.definitions, folder, layers)
    synthetic.write(folder, max(0, plan.small - features), layer=synthetic.MIXED, shapes=synthetic.EVERY_SHAPE)
    if polygons:
        synthetic.write(folder, polygons)
    return folder


def _duration_s(asked: list[Asked], plan: Plan) -> float:
    runs = sum(4 if one.counted else 3 for one in asked)
    return runs * plan.rounds * plan.seconds * 1.1


@contextlib.contextmanager
def _databases(server: str) -> Iterator[dict[str, str]]:
    """The URLs of both databases, the first of them made; both are dropped at the end."""
    _execute(server, f"CREATE DATABASE {SMALL}")
    try:
        yield {
            name: make_url(server).set(database=name).render_as_string(hide_password=False) for name in (SMALL, LARGE)
        }
    finally:
        for name in (SMALL, LARGE):
            _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _execute(url: str, sql: str) -> None:
    with _connected(url) as connection:
        connection.exec_driver_sql(sql)
