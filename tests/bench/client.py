"""The clients: a few connections on the loopback, each of which asks again as soon as it has its answer.

One thread, no objects per answer but its latency: what the clients take from the server they share the machine with is
small, and is measured (`Run.client_cpu_s`). Bodies are counted and dropped; what stands in them was verified before.
"""

import contextlib
import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from statistics import median, quantiles

from tests.bench.plan import BenchError

PATIENCE_S = 30
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_BUFFER = bytearray(1 << 20)
_new_names = count(1)


@dataclass(frozen=True, slots=True)
class Request:
    """A GET of `path`. `length`: the bytes that its body must have, None where they may differ from time to time."""

    path: str
    gzip: bool
    length: int | None


@dataclass(frozen=True, slots=True)
class Unlike:
    """Addresses that differ for long: `pattern` with each number below `span`, as `%07d`."""

    pattern: str
    span: int


@dataclass(frozen=True, slots=True)
class Run:
    """How many answers came in what time, how long one took, and what asking cost."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    client_cpu_s: float
    body_bytes: int

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


def host(number: int = 0) -> str:
    """A name to ask the server by. The server keeps answers per name; all names are of one length."""
    return f"{number:012d}.bench"


def run(
    address: tuple[str, int], requests: Sequence[Request], connections: int, seconds: float, *, new: bool = False
) -> Run:
    """Ask for the requests in turn over so many connections for so long; answers under way are waited for.

    `new`: by another name each time, so that no answer is one that the server has kept.
    Raises BenchError for an answer that is not 200 or has another length, and for a server that falls silent.
    """
    turn = cycle(requests)
    latencies: list[float] = []
    body_bytes = 0
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as stack:
        opened = [stack.enter_context(_opened(address)) for _ in range(connections)]
        cpu, began = time.process_time(), time.perf_counter()
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(next(turn), new=new)
        while selector.get_map():
            ready = selector.select(PATIENCE_S)
            if not ready:
                raise BenchError(f"{address}: no answer within {PATIENCE_S} s to {opened[0].request.path}")
            for key, _ in ready:
                connection = key.data
                if not connection.answered():
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.asked)
                body_bytes += connection.length
                if now - began < seconds:
                    connection.ask(next(turn), new=new)
                else:
                    selector.unregister(connection.socket)
        return Run(
            answers=len(latencies),
            seconds=time.perf_counter() - began,
            p50_ms=1000 * median(latencies),
            p99_ms=1000 * quantiles([*latencies, latencies[-1]], n=100, method="inclusive")[98],
            client_cpu_s=time.process_time() - cpu,
            body_bytes=body_bytes,
        )


class _Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.request = Request("", gzip=False, length=None)
        self.asked = 0.0
        self.length = 0
        self._head = b""
        self._missing = 0

    def ask(self, request: Request, *, new: bool) -> None:
        self.request, self._head, self._missing = request, b"", 0
        coding, name = "gzip" if request.gzip else "identity", host(next(_new_names) if new else 0)
        self.asked = time.perf_counter()
        self.socket.sendall(
            f"GET {request.path} HTTP/1.1\r\nHost: {name}\r\nAccept-Encoding: {coding}\r\n\r\n".encode()
        )

    def answered(self) -> bool:
        """Take in what has come; whether the answer is whole."""
        received = self.socket.recv_into(_BUFFER)
        if not received:
            raise BenchError(f"{self.request.path}: the server closed the connection.")
        if self._missing:
            self._missing -= received
            return self._missing == 0
        self._head += _BUFFER[:received]
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return False
        length = _LENGTH.search(self._head, 0, end + 2)
        if not self._head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise BenchError(f"{self.request.path}: {self._head[:200]!r} came; 200 with its length was expected.")
        self.length = int(length[1])
        if self.request.length not in (None, self.length):
            raise BenchError(f"{self.request.path}: {self.length} bytes came, {self.request.length} were verified.")
        self._missing = self.length - (len(self._head) - end - 4)
        return self._missing == 0


@contextlib.contextmanager
def _opened(address: tuple[str, int]) -> Iterator[_Connection]:
    with socket.create_connection(address, PATIENCE_S) as connected:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield _Connection(connected)
