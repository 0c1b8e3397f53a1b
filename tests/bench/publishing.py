"""A release of everything, written by the real command: how long it takes, and the memory that all of it holds."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from geo.settings import REPOSITORY
from tests.bench import usage
from tests.bench.plan import BenchError
from tests.bench.serving import SERVE

PATIENCE_S = 1_800
_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Published:
    """Seconds, the most memory of the command and its children together, and what was written."""

    size: str
    seconds: float
    peak_mb: float
    files: int
    megabytes: float


def measured(size: str, url: str, layers: Path, folder: Path) -> Published:
    """Publish the database `url` once, with the synthetic layers of `layers`. Raises BenchError when it fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HAIPHONG_")}
    own |= {"HAIPHONG_DATABASE_URL": url, "HAIPHONG_LAYERS": str(layers), "HAIPHONG_HOME": str(folder)}
    with tempfile.TemporaryDirectory(dir=folder) as out:
        log = Path(out) / "log"
        began, peak = time.perf_counter(), 0.0
        with log.open("wb") as told:
            command = [sys.executable, "-c", SERVE, "publish", f"{out}/releases"]
            process = subprocess.Popen(command, cwd=REPOSITORY, env=own, stderr=told, stdout=told)
        while process.poll() is None:
            peak = max(peak, usage.held_mb(process.pid))
            if time.perf_counter() - began > PATIENCE_S:
                process.kill()
                raise BenchError(f"Publishing {size} took over {PATIENCE_S} s.")
            time.sleep(_EVERY_S)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise BenchError(f"Publishing {size} failed: {log.read_text('utf-8', 'replace')[-600:]}")
        files = [path for path in (Path(out) / "releases").rglob("*") if path.is_file() and not path.is_symlink()]
        return Published(size, seconds, peak, len(files), sum(path.stat().st_size for path in files) / 1e6)
