"""Which processes belong to a data folder, and what a killed server left behind.

After `kill -9` of everything the pid file stays. Its number may be a zombie's for a while, or a stranger's after a
restart, and PostgreSQL then refuses to start. A process of the cluster is known by its working folder: the data folder.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from geo.errors import ClusterError
from geo.packages import Say

PROC = Path("/proc")
PATIENCE_S = 10.0


def of(data: Path) -> set[int]:
    """The living processes whose working folder is this data folder; none are seen where there is no /proc."""
    found = set()
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, a zombie, or somebody else's
            if (folder / "cwd").samefile(data):
                found.add(int(folder.name))
    return found


def postmaster(data: Path) -> int | None:
    """The process id of the server of this data folder; None when it does not run."""
    try:
        first = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    if not first.isdigit():
        return None
    pid = int(first)
    if PROC.is_dir():
        return pid if pid in of(data) else None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return pid
    return pid


def clear_stale(data: Path, socket: Path, say: Say) -> bool:
    """Remove the pid file and socket of a server that is dead; whether there were any.

    Its children notice the death of their parent, but one in the middle of a long query only at the end: it is ended
    after ten seconds. While one lives, the files stay, for PostgreSQL must not start beside it.
    Raises ClusterError when one cannot be ended.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists() or postmaster(data) is not None:
        return False
    deadline = time.monotonic() + PATIENCE_S
    while left := of(data):
        if time.monotonic() > deadline + PATIENCE_S:
            raise ClusterError(f"Processes {sorted(left)} of a dead server still hold {data}. End them and try again.")
        if time.monotonic() > deadline:
            say(f"Kết thúc tiến trình mồ côi / Ending orphaned processes: {sorted(left)}")
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    for path in (pid_file, socket, socket.with_name(f"{socket.name}.lock")):
        path.unlink(missing_ok=True)
    return True
