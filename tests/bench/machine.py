"""The machine and the versions that the numbers belong to."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection

from geo.readiness import DURABLE
from geo.settings import REPOSITORY

QUIET = 0.5
"""Load average per core above which something else takes part in the measurement."""
PACKAGES = ("uvicorn", "fastapi", "sqlalchemy", "psycopg", "orjson")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a reader must know to compare: each line as name and value; whether others used the machine, too."""

    lines: tuple[tuple[str, str], ...]
    durable: bool
    busy: bool


def busy(load: float) -> bool:
    """Whether a load average says that something else takes part in the measurement."""
    return load > QUIET * (os.cpu_count() or 1)


def describe(connection: Connection, load_before: float) -> Machine:
    """This machine, the database behind `connection`, and the code as it stands.

    `load_before`: the load average before the bench began; what else runs takes from everything measured.
    """
    settings = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in DURABLE}
    memory = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in ("shared_buffers", "work_mem")}
    server = connection.exec_driver_sql("SHOW server_version").scalar_one()
    postgis = connection.exec_driver_sql("SELECT postgis_lib_version()").scalar_one()
    return Machine(
        (
            ("Ngày / date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
            ("Bản / commit", _commit()),
            ("Máy / machine", f"{os.cpu_count()} × {_processor()}, {_memory_gb():.0f} GB, {platform.system()}"),
            ("Tải trước khi đo / load average before", f"{load_before:.2f}"),
            ("Cơ sở dữ liệu / database", f"PostgreSQL {str(server).split()[0]}, PostGIS {postgis}"),
            ("Thiết đặt / settings", ", ".join(f"{name} {value}" for name, value in (settings | memory).items())),
            ("Phần mềm / software", ", ".join([f"Python {platform.python_version()}", *map(_versioned, PACKAGES)])),
        ),
        durable=all(value == "on" for value in settings.values()),
        busy=busy(load_before),
    )


def _versioned(package: str) -> str:
    return f"{package} {version(package)}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _commit() -> str:
    """The commit checked out, and whether the code differs from it; `–` outside a clone."""
    told = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", "geo", "layers", "api", "tests/bench")
    return (told + (" + thay đổi chưa ghi / uncommitted changes" if changed else "")) if told else "–"


def _git(*words: str) -> str:
    ran = subprocess.run(["git", "-C", REPOSITORY, *words], capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""
