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
    program = ["node", str(TOOLS / "lighthouse.mjs"), address, str(chromium)]
    visits: list[dict[str, Any]] = []
    for _ in range(times):
        told = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300, cwd=TOOLS)
        if told.returncode:
            raise HaiphongError(f"Lighthouse: {told.stderr[-2000:]}")
        visits.append(json.loads(told.stdout))
    figures = {name: [visit[name] for visit in visits if is_figure(visit[name])] for name in visits[0]}
    return visits[-1] | {name: median(some) for name, some in figures.items() if some}  # a visit may lack a figure


def is_figure(value: object) -> bool:
    """Whether a median can be taken of it."""
    return isinstance(value, int | float)


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
    print(f"  blocked by the time of the thread: {found['tbt_thread_ms'] or 0:.0f} ms; load {os.getloadavg()[0]:.1f}")
    for audit, score, value in found["failed"]:
        print(f"  {audit}: {score} {value}")
    return int(any(row[-1] != "✓" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/"))
