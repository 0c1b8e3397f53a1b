"""The download of a whole layer: how long, how soon its first byte, how much memory, beside COPY of the same texts."""

import socket
import time
from dataclasses import dataclass
from statistics import median

import psycopg
from sqlalchemy import make_url

from tests.bench import usage
from tests.bench.plan import BenchError
from tests.bench.serving import Serving
from tests.bench.synthetic import LAYER

_RAW = f"COPY (SELECT geojson FROM feature WHERE layer = '{LAYER}' AND NOT withdrawn ORDER BY id) TO STDOUT"

_IN_ROUND = 3
"""Downloads of one round. The first of each worker opens its connection and takes a quarter longer: of three in all, it
was chance whether the median was one of these."""


@dataclass(frozen=True, slots=True)
class Export:
    """Medians of all rounds, and the highest peak of a process of the server."""

    size: str
    seconds: float
    first_byte_s: float
    raw_s: float
    megabytes: float
    peak_mb: float


def measured(size: str, serving: Serving, url: str, rounds: int) -> Export:
    """Download and COPY by turns."""
    runs, raw, peak = [], [], 0.0
    for _ in range(_IN_ROUND * rounds):
        family = usage.family(serving.pid)
        for pid in family:
            usage.forget_peak(pid)
        runs.append(_download(serving.address))
        peak = max(peak, *map(usage.peak_mb, family))
        raw.append(_copy(url))
    seconds, first, received = (median(values) for values in zip(*runs, strict=True))
    return Export(size, seconds, first, median(raw), received / 1e6, peak)


def _download(address: tuple[str, int]) -> tuple[float, float, float]:
    """Seconds to the end, to the first byte of the body, and the bytes received."""
    with socket.create_connection(address, 120) as connection:
        began = time.perf_counter()
        path = f"/layers/{LAYER}.geojson"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: export.bench\r\nConnection: close\r\n\r\n".encode())
        head, tail, received, first = b"", b"", 0, 0.0
        while piece := connection.recv(1 << 20):
            received += len(piece)
            if not first:
                head += piece
                if len(head.partition(b"\r\n\r\n")[2]) > 0:
                    first = time.perf_counter() - began
            tail = (tail + piece)[-16:]
        seconds = time.perf_counter() - began
    if not head.startswith(b"HTTP/1.1 200 ") or not tail.endswith((b"}", b"\r\n0\r\n\r\n")):
        raise BenchError(f"{path}: {head[:100]!r} … {tail!r} is no whole download.")
    return seconds, first, float(received)


def _copy(url: str) -> float:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        began = time.perf_counter()
        with cursor.copy(_RAW) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - began
