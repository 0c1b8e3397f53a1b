"""The real application in a process of its own: `haiphong serve` on the loopback."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from geo.settings import REPOSITORY
from tests.bench.plan import BenchError

PATIENCE_S = 180
SERVE = "from api.cli import main; main()"
_ADDRESS = re.compile(r"http://(127\.0\.0\.1):(\d+)/")


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers: its process, host and port, and the seconds from its start to its first answer."""

    pid: int
    address: tuple[str, int]
    start_s: float

    @property
    def url(self) -> str:
        """The address as links show it, without a last slash."""
        return f"http://{self.address[0]}:{self.address[1]}"


@contextlib.contextmanager
def serving(url: str, layers: Path, folder: Path, workers: int) -> Iterator[Serving]:
    """A server over the database `url` with the synthetic layers of `layers`; it has ended when the block has.

    Raises BenchError with the end of its log when it does not come up.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("HAIPHONG_")}
    own |= {"HAIPHONG_DATABASE_URL": url, "HAIPHONG_LAYERS": str(layers), "HAIPHONG_HOME": str(folder)}
    own |= {"HAIPHONG_HOST": "127.0.0.1", "HAIPHONG_WORKERS": str(workers), "PORT": "0"}
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    began = time.perf_counter()
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve"], cwd=REPOSITORY, env=own, stderr=told, start_new_session=True
        )
    try:
        address = _address(process, log)
        _first_answer(address)
        yield Serving(process.pid, address, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        told = _ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
        if told:
            return told[1], int(told[2])
        time.sleep(0.02)
    tail = log.read_text(encoding="utf-8", errors="replace")[-1500:]
    raise BenchError(f"haiphong serve does not come up within {PATIENCE_S} s:\n{tail}")


def _first_answer(address: tuple[str, int]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    told: object = "nothing"
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(
                f"http://{address[0]}:{address[1]}/api/collections/projects/items?limit=1", timeout=PATIENCE_S
            )
        except httpx.TransportError as error:
            told = error
        else:
            if answer.status_code == 200:
                return
            told = answer.text[:500]
        time.sleep(0.02)
    raise BenchError(f"haiphong serve does not answer: {told}")
