"""What was measured → `docs/bench.md`, for people: ratios first, then what they are made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import median
from typing import Any

from tests.bench import answers, gates, page
from tests.bench.exports import Export
from tests.bench.hand import ACTS, SLOWER, VISITS, Answer, Hand
from tests.bench.loading import Load
from tests.bench.machine import Machine
from tests.bench.markdown import number, ratio, table
from tests.bench.measure import Measured
from tests.bench.past import DAY, Past
from tests.bench.plan import Plan
from tests.bench.publishing import Published
from tests.bench.suggesting import Suggesting
from tests.bench.tiles import ZOOMS, Ahead, Tiles, gain


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that the report tells. `copied_s`: seconds of plain COPY per table, for the rows of M."""

    plan: Plan
    machine: Machine
    loads: dict[str, Load]
    copied_s: dict[str, float]
    measured: Sequence[Measured]
    tiles: Sequence[Tiles]
    exports: Sequence[Export]
    starts: dict[str, float]
    with_wrk: bool
    past: Sequence[Past] = ()
    published: Published | None = None
    hands: Sequence[Hand] = ()
    ahead: Mapping[str, Ahead] = field(default_factory=dict)
    visited: Mapping[str, Any] | None = None
    suggested: Suggesting | None = None


def markdown(results: Results) -> str:
    """The whole page."""
    plan = results.plan
    new, kept = (
        max(run.client_share for one in results.measured for run in getattr(one, name)) for name in ("new", "kept")
    )
    warned = "" if results.machine.durable else "**Không bền / not durable: a throw-away run.** "
    if results.machine.busy:
        warned += "**Máy đang bận việc khác / the machine was busy with other work: not the last word.** "
    large = f"; L = {plan.l} of them" if plan.l else " (L, 1000000 of them: `make bench ARGS='--l 1000000'`)"
    client = "wrk" if results.with_wrk else "a client of ours (wrk could not be had)"
    loading = results.loads.get("M") if plan.polygons == gates.HUNDRED_THOUSAND else None
    reached = gates.rows(
        results.measured, results.tiles, results.exports, results.past, loading, results.starts, results.published,
        results.hands,
    )  # fmt: skip
    if results.suggested:
        reached.append(gates.of_suggestions(results.suggested).row())
    if results.visited:
        reached += [one.row() for one in page.gates(results.visited)]
    starts = ", ".join(f"{size} {seconds:.2f}" for size, seconds in results.starts.items())
    return f"""# Đo tốc độ: kho và API bên cạnh cùng câu hỏi viết thẳng bằng SQL, và tệp sẵn của nginx

*How fast: the store and the API beside the same questions in raw SQL, and beside ready files. `make bench` writes this
page anew.*

{warned}**Dữ liệu giả / synthetic data**: S = {results.loads["S"].features} features, our own and made-up ones of every
shape; M = {plan.polygons} made-up polygons of 8 to 24 corners with five status facts each, beside S{large}. Nothing in
M and L is a project of the city. Ratios travel from machine to machine, absolute figures do not.

{table(("Máy / the machine", ""), results.machine.lines)}

## Ngưỡng / gates

{table(gates.HEAD, reached)}

## Đọc / reading

Answers of `haiphong serve` ({plan.workers} workers) to {client} on the loopback: {plan.connections} connections for new
answers, {plan.clients} for kept ones and for nginx; pgbench over {plan.connections} connections with prepared
statements; all in turn; medians of {plan.rounds} rounds of {plan.seconds:g} s.

- **mới / new**: an answer that nobody asked for before (each request by another host name, for the server keeps answers
  by address; for one feature each time another id). **giữ / kept**: one that the server has made before, of which it
  only asks whether the data changed; while nobody writes, what it was told holds for 3 ms (`geo/README.md` says why).
  **nginx**: the same bytes as a ready file (gzip: `gzip_static`).
- **SQL**: one statement that gives the features of the page as one text. **SQL + số / count**: the same answer as ours,
  with the number of all matches (in one pass, or kept), which the API tells as `numberMatched`. Of a box it asks
  ST_Intersects for each feature, as anybody would; ours only for those at its border. Of a unit and a status it joins
  two tables, as anybody would; ours keeps the status beside the unit and reads one range of an index. One feature is
  each time another one of all, as it is asked of us; the same few again and again would come faster, out of memory.

Every answer was compared with SQL, member by member, before it was timed.

{answers.ratios(results.measured)}

How long one answer takes, in ms, and how far the rounds lie apart (from slowest to fastest, as a part of the median).

{answers.latencies(results.measured)}

What one answer costs: ms of CPU in the server's processes and in PostgreSQL; the most memory that one of them held.

{answers.costs(results.measured)}

The clients take at most {new:.0%} of one core while they ask for new answers, {kept:.0%} while for kept ones.
Seconds from the start of `haiphong serve` to its first answer, the database being up: {starts}.

## Ô bản đồ / tiles

{plan.tiles} tiles of zooms 10 to 14, in ms: each once cold beside `ST_AsMVT` over `ST_AsMVTGeom` on the full geometry,
by turns on one connection; then all of them warm beside the same files from nginx. Down to zoom 12 those with many
features are made in advance, by a process beside the workers: {_ahead(results.ahead)}.

{_tiles(results.tiles)}

## Tải cả lớp / export

`/layers/{{layer}}.geojson` of M and L, beside COPY of the same texts in the same order; medians.

{_exports(results.exports)}

## Quá khứ / the past

The same questions, in turn over one connection, of today, of {DAY:%d/%m/%Y}, and of that day as known at an instant
(`datetime`, `as-of`), in M: medians in ms, without HTTP.

{_of_the_past(results.past)}

## Bàn tay trên bản đồ / a hand on the map

The map of so many features in Chromium, {SLOWER} times slower, all interactions of {VISITS} visits: 75th
percentiles, in ms, from the input to the next picture, how much of that the page itself worked, and its longest task
until the next one.

{_hands(results.hands)}

The search box over S, not slowed down: {_suggested(results.suggested)}

## Như điện thoại thấy / as a phone meets it

Lighthouse, mobile: a first visit to the map over S on slow 4G with a quarter of this machine's processor; medians of
{plan.visits} visits. {_visited(results.visited)}

## Phát hành / publishing

`haiphong publish` of M into an empty folder: every collection in six formats, tiles, styles, catalogues, checksums,
each file on the disk before the next. Once; the memory is that of the command and its children together.

{_publishing(results.published)}

## Nạp / loading

`layers.load.load_all` in a process of its own, from curated files to the commit: reading, checking, locating in the
units, deriving today's status, writing the published text, versions and facts. Beside it plain COPY of the finished
rows into tables with the same columns, checks and indexes, in one transaction. One run each.

{_loads(results)}
"""


def _of_the_past(compared: Iterable[Past]) -> str:
    head = ("câu hỏi / question", "hôm nay / today", "`datetime`", "`datetime` + `as-of`", "**÷ today**", "**÷ today**")
    rows = [
        (
            one.name,
            *(f"{value:.1f}" for value in (one.today_ms, one.day_ms, one.known_ms)),
            ratio(one.day_ms, one.today_ms),
            ratio(one.known_ms, one.today_ms),
        )
        for one in compared
    ]
    return table(head, rows)


def _ahead(ahead: Mapping[str, Ahead]) -> str:
    return ", ".join(
        f"{size}: {one.number} of all collections, {one.megabytes:.0f} MB, there after {one.seconds:.0f} s"
        for size, one in ahead.items()
    )


def _tiles(tiles: Iterable[Tiles]) -> str:
    head = ("", *(f"z{zoom}: ta / ours, SQL" for zoom in ZOOMS), "**z10–12: SQL ÷ ours**", "nặng nhất / heaviest, kB",
            "warm, /s", "nginx, /s", "**warm ÷ nginx**")  # fmt: skip
    rows = []
    for one in tiles:
        warm, nginx = (median(runs) if runs else None for runs in (one.warm, one.nginx))
        pairs = (f"{one.cold_ms[zoom]:.1f}, {one.raw_ms[zoom]:.1f}" if zoom in one.cold_ms else "–" for zoom in ZOOMS)
        told = (number(value) if value else "–" for value in (warm, nginx))
        gained = f"**{gain(one, range(10, 13)):.1f} ×**"
        rows.append((one.size, *pairs, gained, f"{one.heaviest_kb:.0f}", *told, ratio(warm, nginx)))
    return table(head, rows)


def _exports(exports: Iterable[Export]) -> str:
    head = ("", "MB", "s", "byte đầu / first byte, s", "COPY, s", "**time ÷ COPY**", "peak, MB")
    return table(
        head,
        (
            (one.size, f"{one.megabytes:.0f}", f"{one.seconds:.2f}", f"{one.first_byte_s:.3f}", f"{one.raw_s:.2f}",
             f"**{one.seconds / one.raw_s:.2f} ×**", f"{one.peak_mb:.0f}")
            for one in exports
        ),
    )  # fmt: skip


def _hands(hands: Iterable[Hand]) -> str:
    values: tuple[Callable[[Answer], float], ...] = (
        attrgetter("wall_ms"), attrgetter("work_ms"), attrgetter("longest_ms"),
    )  # fmt: skip
    rows = [
        (str(one.features), *(", ".join(f"{one.p75(value, kind):.0f}" for value in values) for kind in (None, *ACTS)))
        for one in hands
    ]
    return table(("đối tượng / features", "**all**", *ACTS), rows)


def _suggested(found: Suggesting | None) -> str:
    if found is None:
        return "left out."
    return (
        f"from the key to the painted suggestion {found.middle:.0f} ms in the middle, {found.p75:.0f} at the 75th "
        f"percentile of {len(found.ms)} letters, typed in Vietnamese and English."
    )


def _visited(found: Mapping[str, Any] | None) -> str:
    if not found:
        return "Left out."
    return (
        f"Blocked {found['tbt_thread_ms']:.0f} ms by the time of the thread, {found['tbt_ms']:.0f} by the clock. "
        f"Lighthouse finds this machine {found['machine_index']:.0f} fast; absolute times of pages grow as that falls."
    )


def _publishing(one: Published | None) -> str:
    if one is None:
        return "–"
    row = (one.size, str(one.files), f"{one.megabytes:.0f}", f"{one.seconds:.1f}", f"{one.peak_mb:.0f}")
    return table(("", "tệp / files", "MB", "s", "peak, MB"), [row])


def _loads(results: Results) -> str:
    rows = {size: (size, *_load(load), "–") for size, load in results.loads.items()}
    head = ("", "đối tượng / features", "s", "features/s", "CPU của Python, s", "peak, MB", "thời gian ÷ COPY")
    if "M" not in results.loads:
        return table(head, rows.values())
    large, copied = results.loads["M"], sum(results.copied_s.values())
    rows["M"] = ("M", *_load(large), f"**{large.seconds / copied:.1f} ×**" if copied else "–")
    rows["COPY"] = ("M, COPY", str(large.features), f"{copied:.1f}", number(large.features / copied), "–", "–", "1 ×")
    per_table = ", ".join(f"{table} {seconds:.1f}" for table, seconds in results.copied_s.items())
    return f"{table(head, rows.values())}\n\nCOPY per table, s: {per_table}."


def _load(load: Load) -> tuple[str, ...]:
    return (
        str(load.features),
        f"{load.seconds:.1f}",
        number(load.features / load.seconds),
        f"{load.cpu_s:.1f}",
        f"{load.peak_mb:.0f}",
    )
