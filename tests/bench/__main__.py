"""`make bench`: measures in a throw-away cluster with the settings of production, and writes `docs/bench.md`."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from geo.cluster import Cluster, tell
from geo.errors import HaiphongError
from geo.settings import REPOSITORY
from tests.bench.machine import busy
from tests.bench.plan import Plan
from tests.bench.report import markdown
from tests.bench.run import run

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(words: Sequence[str] | None = None) -> None:
    """Measure, write the page, and print it; 3 when the machine lacks something or an answer was wrong."""
    plan, output = _asked(words)
    for number in SIGNALS:
        signal.signal(number, _end)
    load = os.getloadavg()[0]
    if busy(load):
        tell(f"Máy đang bận, số đo sẽ kém / The machine is busy, the figures will suffer: load average {load:.1f}")
    try:
        with _folder() as folder, _cluster(folder) as cluster:
            page = markdown(run(plan, cluster, folder, tell))
    except HaiphongError as error:
        sys.exit(f"\nbench: {error}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page, encoding="utf-8")
    print(page)
    tell(f"Đã ghi / Written: {output}")


def _asked(words: Sequence[str] | None) -> tuple[Plan, Path]:
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    for one in fields(Plan):
        parser.add_argument(f"--{one.name}", type=type(one.default), default=one.default, help="default: %(default)s")
    parser.add_argument("--output", type=Path, help="default: docs/bench.md; with --only docs/bench-only.md")
    told = vars(parser.parse_args(words))
    output: Path | None = told.pop("output")
    plan = Plan(**told)
    if not any(map(plan.measures, "SML")):
        parser.error(f"--only {plan.only}: of S, M and L those that have features; L needs --l")
    return plan, output or REPOSITORY / "docs" / ("bench-only.md" if plan.only else "bench.md")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder with a short name that the server's user can walk through; it is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hp-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of our own, with the settings of production: what being durable costs is in the numbers."""
    cluster = Cluster(folder / "home", tell)
    try:
        yield cluster
    finally:
        _ignore_signals()
        cluster.stop()


def _end(number: int, _: object) -> NoReturn:
    _ignore_signals()
    sys.exit(128 + number)


def _ignore_signals() -> None:
    """Who presses Ctrl-C again must not leave half of it running."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
