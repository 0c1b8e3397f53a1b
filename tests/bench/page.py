"""`make lighthouse URL=…`: how a phone on slow 4G meets a page that is being served, and whether the gates are met."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from geo.cluster import tell
from geo.errors import HaiphongError
from geo.settings import Settings
from tests.bench.gates import Gate
from tests.browser import find_or_install

TOOLS = Path(__file__).resolve().parents[1] / "tools"
TRIES = 3
"""So often a visit is made again before it is given up."""


def gates(found: Mapping[str, Any]) -> list[Gate]:
    """What must be reached at least, or at most."""
    return [
        Gate("Lighthouse: performance", 0.95, found["performance"]),
        Gate("Lighthouse: accessibility", 1, found["accessibility"]),
        Gate("Lighthouse: best practices", 0.95, found["best_practices"]),
        Gate("largest contentful paint, ms", 2000, found["lcp_ms"], most=True),
        Gate("total blocking time, ms", 150, found["tbt_ms"], most=True),
        Gate("cumulative layout shift", 0.05, found["cls"], most=True),
    ]


def measured(address: str, times: int = 1) -> dict[str, Any]:
    """What Lighthouse finds at an address: of each figure the median of so many visits.

    Raises HaiphongError when the machine lacks something, or Lighthouse fails.
    """
    chromium = find_or_install(Settings.from_env(os.environ).home, tell)
    visits = [_visit(address, chromium) for _ in range(times)]
    figures = [name for name, value in visits[0].items() if isinstance(value, int | float)]
    return visits[-1] | {name: median(visit[name] for visit in visits) for name in figures}


def _visit(address: str, chromium: Path) -> dict[str, Any]:
    """What one visit finds: another visit, where Chromium did not tell Lighthouse when it painted."""
    for _ in range(TRIES):
        told = subprocess.run(
            ["node", str(TOOLS / "lighthouse.mjs"), address, str(chromium)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            cwd=TOOLS,
        )
        if told.returncode:
            raise HaiphongError(f"Lighthouse: {told.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(told.stdout)
        if found["lacks"] is None:
            return found
        tell(f"  Lighthouse: {found['lacks']}")
    raise HaiphongError(f"Lighthouse: {found['lacks']}, {TRIES} × ({address})")


def main(address: str) -> int:
    """Measure and print; 1 when a gate is missed, 3 when the machine lacks something."""
    try:
        found = measured(address)
    except HaiphongError as error:
        tell(str(error))
        return 3
    rows = [gate.row() for gate in gates(found)]
    for row in rows:
        print(" · ".join(row))
    print(f"  blocked by the time of the thread: {found['tbt_thread_ms']:.0f} ms; load {os.getloadavg()[0]:.1f}")
    for audit, score, value in found["failed"]:
        print(f"  {audit}: {score} {value}")
    return int(any(row[-1] != "✓" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/"))
