"""What processes cost, as the kernel counts it: seconds of CPU and the peak of the memory they held."""

import contextlib
import os
from pathlib import Path

from geo import processes
from tests.bench.plan import BenchError

PROC = processes.PROC
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int, *, children: bool = False) -> float:
    """Seconds of CPU that a process took so far, in steps of 10 ms; with those of its ended children, if asked for.

    Raises BenchError where the process has ended, or the system has no /proc.
    """
    try:
        told = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError as error:
        raise BenchError(f"What process {pid} costs cannot be read; the bench needs Linux. ({error})") from error
    return sum(map(int, told[11 : 15 if children else 13])) / _TICKS


def cluster_cpu_s(data: Path) -> float:
    """Seconds of CPU of the server of this data folder with all its processes, those that ended included."""
    server = processes.postmaster(data)
    if server is None:
        raise BenchError(f"The database in {data} has ended.")
    total = cpu_s(server, children=True)
    for pid in processes.of(data) - {server}:
        with contextlib.suppress(BenchError):  # ended meanwhile: its parent counts it from now on
            total += cpu_s(pid)
    return total


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin anew at what it holds now."""
    (PROC / str(pid) / "clear_refs").write_text("5", encoding="ascii")


def peak_mb(pid: int | str = "self") -> float:
    """The most memory that a process held at once, in MB (10⁶ bytes), since its start or since `forget_peak`."""
    for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise BenchError(f"The kernel does not tell the memory of process {pid}.")


def family(pid: int) -> list[int]:
    """A process and its children: a server and its workers."""
    children = []
    for told in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(told.read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == pid:
                children.append(int(told.parent.name))
    return [pid, *children]


def held_mb(pid: int) -> float:
    """What a process and its children hold at this moment, in MB (10⁶ bytes); what two of them share counts twice."""
    held = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            pages = int((PROC / str(one) / "statm").read_text(encoding="ascii").split()[1])
            held += pages * os.sysconf("SC_PAGE_SIZE")
    return held / 1e6
