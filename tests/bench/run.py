"""One run from an empty cluster to the results: load, verify, measure. What it makes is gone when it ends."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
from tests.bench import (
    exports,
    hand,
    loading,
    machine,
    measure,
    page,
    past,
    pgbench,
    publishing,
    suggesting,
    synthetic,
    tiles,
    tools,
    verify,
)
from tests.bench.client import Request, Unlike, host
from tests.bench.measure import Asked, Bench
from tests.bench.plan import Plan
from tests.bench.questions import Question, any_one, questions
from tests.bench.report import Results
from tests.bench.serving import Serving, serving
from tests.bench.synthetic import LAYER
from tests.bench.tools import Nginx

NAMES = {"S": "bench_s", "M": "bench_m", "L": "bench_l"}
SHOWN = "bench_shown"


@dataclass(frozen=True, slots=True)
class _Size:
    """One database with what serves it. `connection` commits by itself."""

    url: str
    serving: Serving
    connection: Connection
    browser: httpx.Client


def run(plan: Plan, cluster: Cluster, folder: Path, say: Say) -> Results:
    """Measure everything in databases of their own in `cluster`; files are kept in `folder` meanwhile.

    Raises HaiphongError when something is missing or an answer is wrong.
    """
    load_before = os.getloadavg()[0]
    server = cluster.start()
    status = cluster.status()
    if status is None:
        raise ClusterError("The cluster that was just started cannot be found.")
    install = find_or_install(cluster.home, say, status.major)
    pgbench.find(install)
    home = Settings.from_env().home
    wrk, nginx_program = (tools.find(name, home, say) for name in ("wrk", "nginx"))
    with _databases(server) as urls, contextlib.ExitStack() as stack:
        loads, layers, copied = _loaded(plan, server, urls, folder, say)
        sizes = {
            size: stack.enter_context(_served(urls[size], layers[size], folder, size, plan))
            for size in loads
            if plan.measures(size)
        }
        nginx = None
        if nginx_program is not None:
            nginx = stack.enter_context(tools.nginx(nginx_program, folder / "nginx", plan.workers))
        bench = Bench(plan, status.folder / "data", wrk, nginx.address if nginx else None)
        say("Ô làm sẵn / Tiles made in advance")
        ahead = {size: tiles.ahead(one.connection, layers[size]) for size, one in sizes.items()}
        say("So từng câu trả lời với SQL / Comparing every answer with SQL")
        asked = [
            _asked(question, number, sizes[question.size], nginx, partial(pgbench.scripts, install), folder, plan)
            for number, question in enumerate(_questions(plan, sizes))
        ]
        described = machine.describe(next(iter(sizes.values())).connection, load_before)
        say(f"Đo {plan.rounds} vòng / Measuring {plan.rounds} rounds of about {_duration_s(asked, plan):.0f} s")
        measured = measure.all_rounds(asked, bench, say)
        drawn, files = [], []
        for size in (size for size in ("M", "L") if size in sizes):
            say(f"{size}: ô bản đồ / tiles")
            one = sizes[size]
            drawn.append(tiles.measured(size, one.serving, one.connection, nginx, bench))
            say(f"{size}: tải cả lớp / export")
            files.append(exports.measured(size, one.serving, one.url, plan.rounds))
        of_the_past: tuple[past.Past, ...] = ()
        published, hands = None, []
        if "M" in sizes:
            say("Hôm nay và quá khứ / Today and the past")
            of_the_past = past.compare(urls["M"], plan)
            say("Phát hành M / Publishing M")
            published = publishing.measured("M", urls["M"], layers["M"], folder)
            hands = _hands(plan, server, sizes["M"].serving, folder, say) if plan.shown else []
        visited, suggested = None, None
        if plan.visits and "S" in sizes:
            say("Gợi ý của ô tìm / What the search box suggests")
            suggested = suggesting.measured(sizes["S"].serving.url, say)
            say("Như điện thoại thấy / As a phone meets it")
            visited = page.measured(f"{sizes['S'].serving.url}/", plan.visits)
        starts = {size: one.serving.start_s for size, one in sizes.items()}
    return Results(
        plan, described, loads, copied, measured, drawn, files, starts, wrk is not None, of_the_past, published, hands,
        ahead, visited, suggested,
    )  # fmt: skip


def _questions(plan: Plan, sizes: Mapping[str, _Size]) -> list[Question]:
    """The questions of the sizes that are asked."""
    return [
        one
        for size, where in sizes.items()
        for one in questions(size, where.connection, plan, partial(verify.walk, where.browser))
    ]


def _loaded(
    plan: Plan, server: str, urls: dict[str, str], folder: Path, say: Say
) -> tuple[dict[str, loading.Load], dict[str, Path], dict[str, float]]:
    """S, then M and L upon it, loaded by our own load; the folders of their layers; seconds of COPY for M."""
    say(f"S: {plan.small} đối tượng / features")
    layers = {"S": _write(folder / "s", plan)}
    loads = {"S": loading.load(urls["S"], layers["S"])}
    copied: dict[str, float] = {}
    for size, polygons in (("M", plan.polygons), ("L", plan.l)):
        if not plan.measures(size):
            continue
        say(f"{size}: {polygons} đa giác giả / made-up polygons")
        _execute(server, f"CREATE DATABASE {NAMES[size]} TEMPLATE {NAMES['S']}")
        layers[size] = _write(folder / size.lower(), plan, polygons)
        _execute(urls[size], "CHECKPOINT")
        loads[size] = loading.load(urls[size], layers[size])
        if size == "M":
            say("M: COPY")
            with _connected(urls[size]) as connection:
                copied = loading.copied_s(connection, LAYER, folder)
    for size in loads:
        say(f"{size}: VACUUM")
        _execute(urls[size], "VACUUM ANALYZE")  # as autovacuum does within a minute or so
    _execute(server, "CHECKPOINT")
    return loads, layers, copied


def _hands(plan: Plan, server: str, large: Serving, folder: Path, say: Say) -> list[hand.Hand]:
    """Pages over so many features, and over M."""
    say(f"Bàn tay trên bản đồ / A hand on the map: {plan.shown} và / and {plan.polygons}")
    layers = _write(folder / "shown", plan, max(0, plan.shown - plan.small))
    url = make_url(server).set(database=SHOWN).render_as_string(hide_password=False)
    _execute(server, f"CREATE DATABASE {SHOWN}")
    try:
        loading.load(url, layers)
        _execute(url, "VACUUM ANALYZE")
        with serving(url, layers, folder / "serve-shown", plan.workers) as few:
            return hand.all_of({plan.shown: f"{few.url}/", plan.polygons: f"{large.url}/"}, say)
    finally:
        _execute(server, f"DROP DATABASE IF EXISTS {SHOWN} WITH (FORCE)")


@contextlib.contextmanager
def _served(url: str, layers: Path, folder: Path, size: str, plan: Plan) -> Iterator[_Size]:
    with (
        serving(url, layers, folder / f"serve-{size}", plan.workers) as one,
        _connected(url) as connection,
        httpx.Client(base_url=one.url, timeout=120, trust_env=False) as browser,
    ):
        yield _Size(url, one, connection, browser)


def _asked(
    question: Question,
    number: int,
    size: _Size,
    nginx: Nginx | None,
    scripts: Callable[..., pgbench.Scripts],
    folder: Path,
    plan: Plan,
) -> Asked:
    """The question, its answers found right, its files laid ready."""
    requests = verify.requests(size.browser, size.connection, question)
    files = []
    for place, request in enumerate(requests if nginx is not None else ()):
        answer = size.browser.get(request.path, headers={"Accept-Encoding": "identity", "Host": host()})
        address = nginx.put(f"{number}/{place}", answer.content) if nginx is not None else ""
        files.append(Request(address, question.gzip, None if question.gzip else len(answer.content)))
    unlike, counted = None, None
    if question.one:
        unlike = Unlike(f"/api/collections/{LAYER}/items/{LAYER}-%07d", plan.polygons)
        page = scripts(size.url, folder / f"{number}-page", [any_one(plan)])
    else:
        page = scripts(size.url, folder / f"{number}-page", [one.page for one in question.variants])
        counted = scripts(size.url, folder / f"{number}-counted", [one.counted for one in question.variants])
    return Asked(question, size.serving, requests, unlike, tuple(files), page, counted)


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
    runs = sum(2.4 + bool(one.files) + bool(one.page) + bool(one.counted) for one in asked)
    return runs * max(1, plan.seconds)


@contextlib.contextmanager
def _databases(server: str) -> Iterator[dict[str, str]]:
    """The URLs of the databases by their sizes, the first of them made; all are dropped at the end."""
    _execute(server, f"CREATE DATABASE {NAMES['S']}")
    try:
        yield {
            size: make_url(server).set(database=name).render_as_string(hide_password=False)
            for size, name in NAMES.items()
        }
    finally:
        for name in NAMES.values():
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
