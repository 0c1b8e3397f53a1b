"""The same questions in raw SQL: pgbench, which comes with PostgreSQL, over the same unix socket."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from geo.provision import PostgresInstall
from tests.bench.plan import BenchError


@dataclass(frozen=True, slots=True)
class Scripts:
    """Statements that are run in any order against a database: files of one statement each."""

    install: PostgresInstall
    url: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """How many statements were run, and how many a second."""

    per_second: float
    transactions: int


def scripts(install: PostgresInstall, url: str, folder: Path, statements: Sequence[str]) -> Scripts:
    """Write the statements into a new folder."""
    folder.mkdir(parents=True)
    files = []
    for number, statement in enumerate(statements):
        files.append(folder / f"{number}.sql")
        files[-1].write_text(f"{statement};\n", encoding="utf-8")
    return Scripts(install, url, tuple(files))


def find(install: PostgresInstall) -> Path:
    """The pgbench of this server, else any on the PATH. Raises BenchError, with the way out, when there is none."""
    beside, elsewhere = install.bin / "pgbench", shutil.which("pgbench")
    if beside.is_file():
        return beside
    if elsewhere is None:
        raise BenchError(
            f"Không thấy pgbench cạnh / pgbench is not beside the server's programs in {install.bin}.\n"
            f"    sudo apt-get install -y postgresql-{install.major}   (Fedora: postgresql-contrib)"
        )
    return Path(elsewhere)


def run(scripts: Scripts, clients: int, seconds: float) -> Run:
    """Run the statements, prepared, over so many connections for so long; below a second, 25 on each connection.

    Raises BenchError when pgbench fails.
    """
    database = make_url(scripts.url)
    threads = str(min(clients, os.cpu_count() or 1))
    amount = ["-T", str(round(seconds))] if seconds >= 1 else ["-t", "25"]
    words = [str(find(scripts.install)), "-n", "-M", "prepared", "-c", str(clients), "-j", threads, *amount]
    words += ["-h", str(database.query["host"]), "-p", "5432", "-U", str(database.username), str(database.database)]
    for file in scripts.files:
        words += ["-f", str(file)]
    ran = subprocess.run(
        words, env=scripts.install.environment() | {"LC_ALL": "C"}, capture_output=True, text=True, check=False,
        start_new_session=True, timeout=seconds + 60,
    )  # fmt: skip
    speed = re.search(r"^tps = ([\d.]+)", ran.stdout, re.MULTILINE)
    number = re.search(r"actually processed: (\d+)", ran.stdout)
    if ran.returncode or not speed or not number:
        raise BenchError(f"pgbench failed: {ran.stderr.strip()[-600:] or ran.stdout[-600:]}")
    return Run(float(speed[1]), int(number[1]))
