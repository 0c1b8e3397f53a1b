"""PostgreSQL's process behind a connection, kept on the processor of whoever asks over it.

Both work some 10 µs for a small question. To wake each other on two processors, of which one sleeps, costs as much
again on a virtual machine; side by side one goes on where the other left off. Left alone, the kernel keeps them apart
more often than not.
"""

import contextlib
import ctypes
import os
import socket
import struct

from psycopg import pq

from geo.processes import PROC


class Beside:
    """The process behind one connection; nothing where it is on another machine, or not ours to move."""

    def __init__(self, line: pq.abc.PGconn) -> None:
        self._pid = _neighbour(line)

    def follow(self) -> None:
        """Let it run where the caller runs now, which may be elsewhere the next time."""
        if self._pid is None:
            return
        try:
            os.sched_setaffinity(self._pid, {ctypes.CDLL(None).sched_getcpu()})
        except (OSError, AttributeError):  # somebody else's process, one that has ended; a system that moves none
            self._pid = None


def _neighbour(line: pq.abc.PGconn) -> int | None:
    """Its number as we see it: a child of the very process that listens at the other end of our unix socket."""
    if not hasattr(socket, "SO_PEERCRED") or not hasattr(os, "sched_setaffinity"):
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        with socket.socket(fileno=os.dup(line.socket)) as end:
            if end.family != socket.AF_UNIX:
                return None
            listens = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        told = (PROC / str(line.backend_pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return line.backend_pid if int(told[1]) == listens else None
    return None
