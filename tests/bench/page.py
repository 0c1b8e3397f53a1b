"""`make lighthouse URL=…`: how a phone on slow 4G meets a page that is being served, and whether the gates are met."""

import json
import os
import subprocess
import sys
from pathlib import Path

from geo.cluster import tell
from geo.errors import HaiphongError
from geo.settings import Settings
from tests.bench.gates import Gate
from tests.browser import find_or_install

TOOLS = Path(__file__).resolve().parents[1] / "tools"


def gates(measured: dict[str, float]) -> list[Gate]:
    """What must be reached at least, or at most."""
    return [
        Gate("Lighthouse: performance", 0.95, measured["performance"]),
        Gate("Lighthouse: accessibility", 1, measured["accessibility"]),
        Gate("Lighthouse: best practices", 0.95, measured["best_practices"]),
        Gate("largest contentful paint, ms", 2000, measured["lcp_ms"], most=True),
        Gate("total blocking time, ms", 150, measured["tbt_ms"], most=True),
        Gate("cumulative layout shift", 0.05, measured["cls"], most=True),
    ]


def main(address: str) -> int:
    """Measure and print; 1 when a gate is missed, 3 when the machine lacks something."""
    try:
        chromium = find_or_install(Settings.from_env(os.environ).home, tell)
    except HaiphongError as error:
        tell(str(error))
        return 3
    program = ["node", str(TOOLS / "lighthouse.mjs"), address, str(chromium)]
    told = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300, cwd=TOOLS)
    if told.returncode:
        tell(told.stderr[-2000:])
        return 3
    measured = json.loads(told.stdout)
    rows = [gate.row() for gate in gates(measured)]
    for row in rows:
        print(" · ".join(row))
    for audit, score, value in measured["failed"]:
        print(f"  {audit}: {score} {value}")
    return int(any(row[-1] != "✓" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/"))
