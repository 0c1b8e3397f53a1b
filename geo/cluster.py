"""The private PostGIS cluster of this installation: start, stop, status. No TCP, nothing shared with other clusters."""

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from geo import processes
from geo.errors import ClusterError
from geo.packages import Say
from geo.place import Place, find_place, major_of, make_home, not_writable, write_whole
from geo.provision import PostgresInstall, find_or_install

ROLE = DATABASE = "haiphong"
START_TIMEOUT_S = 300  # recovery after a crash may replay gigabytes
LOCALES = ("C.UTF-8", "en_US.UTF-8")  # macOS lacks the first
LONGEST_LOG_BYTES = 5_000_000
LOOK_S = 2 if sys.platform == "linux" else 0
"""How often a statement looks whether it is still waited for; elsewhere only newer servers can."""

SETTINGS = """\
# Written by haiphong at each start; put your own settings into local.conf beside this file.
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
# Acknowledged means durable.
fsync = {durable}
full_page_writes = {durable}
synchronous_commit = {durable}
# Moderate: the whole city fits in memory many times over.
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
# Short queries: compiling them, or sharing them out among processes, costs more than it saves.
jit = off
max_parallel_workers_per_gather = 0
timezone = 'GMT'
log_timezone = 'GMT'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
# A program that died leaves no statement behind, nor its locks.
client_connection_check_interval = {look_s}s
log_checkpoints = off
log_line_prefix = '%m [%p] %d '
include_if_exists = 'local.conf'
"""


@dataclass(frozen=True, slots=True)
class Status:
    """What a person asks about the cluster."""

    running: bool
    url: str
    folder: Path
    pid: int | None
    major: int | None


def tell(line: str) -> None:
    """Say something to the person at the terminal, at once."""
    print(line, file=sys.stderr, flush=True)


class Cluster:
    """One private cluster, named by the home of its installation. Every method may be called again and again."""

    def __init__(self, home: Path, say: Say = tell, *, durable: bool = True) -> None:
        """`durable=False` is for throw-away clusters of tests alone: a power cut may then destroy the data."""
        self.home = home.resolve()
        self._say = say
        self._durable = durable

    def start(self) -> str:
        """Start the cluster unless it runs, making it first if need be; its URL for SQLAlchemy.

        Raises ClusterError with the way out when that cannot be.
        """
        make_home(self.home)
        install = find_or_install(self.home, self._say, major_of(self.home))  # brings the user `postgres` too
        place = find_place(self.home, self._say)
        with self._lock():
            if major_of(self.home) is None:
                self._create(place, install)
            changed = self._configure(place)
            if not self._answers(place, install):
                self._launch(place, install)
            elif changed:
                self._pg_ctl(place, install, "reload")
            self._make_database(place, install)
        return url(place)

    def stop(self) -> bool:
        """Stop the cluster, open connections or not; whether it was running."""
        if not (self.home / "cluster").is_dir():
            return False
        place = find_place(self.home, self._say)
        with self._lock():
            running = processes.postmaster(place.data) is not None
            if running:
                install = find_or_install(self.home, self._say, major_of(self.home))
                stopped = self._pg_ctl(place, install, "stop", "-m", "fast", "-w", "-t", "60")
                if stopped.returncode:
                    raise ClusterError(f"The cluster does not stop: {stopped.stderr.strip()}\n{_tail(place)}")
            if place.sockets.parent != place.folder:
                shutil.rmtree(place.sockets, ignore_errors=True)
        return running

    def status(self) -> Status | None:
        """Whether the cluster runs, where it is, and how to reach it; None before it was ever made."""
        if not (self.home / "cluster").is_dir():
            return None
        place = find_place(self.home, self._say)
        pid = processes.postmaster(place.data)
        return Status(pid is not None, url(place), place.folder, pid, major_of(self.home))

    @contextlib.contextmanager
    def in_use(self) -> Iterator[str]:
        """The URL of the running cluster, for as long as the block lasts; the last one out stops it.

        A cluster that was started by hand (`keep`) goes on. The kernel frees the lock of whoever was killed.
        """
        with self._open("in-use") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self.start()
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if not self._kept.exists():
                        self.stop()

    def keep(self, wanted: bool) -> None:
        """Whether the cluster goes on when nobody uses it: `db start` asks for it, `db stop` ends it."""
        if wanted:
            self._kept.touch()
        else:
            self._kept.unlink(missing_ok=True)

    @property
    def _kept(self) -> Path:
        return self.home / "keep-running"

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One process at a time starts or stops; the kernel frees the lock of one that was killed."""
        with self._open("lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say(
                    "Đợi một tiến trình khác đang khởi động / Waiting for another process that starts or stops it"
                )
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> TextIO:
        make_home(self.home)
        try:
            return (self.home / name).open("a")
        except OSError as error:
            raise not_writable(error) from error

    def _create(self, place: Place, install: PostgresInstall) -> None:
        """Make the data folder under another name, and give it its own only when it is whole."""
        if place.data.exists() and any(place.data.iterdir()):
            raise ClusterError(f"{place.data} is no database, and not empty either. Move it away and try again.")
        for left in place.folder.glob("data.new*"):
            shutil.rmtree(left)
        self._say(f"Tạo cơ sở dữ liệu riêng / Making the private database: {place.data}")
        new = place.folder / "data.new"
        for locale in LOCALES:
            made = self._run(
                place, install, "initdb", "-D", str(new), "-U", ROLE, "--data-checksums", "--encoding=UTF8",
                f"--locale={locale}", "--lc-collate=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
                *(() if self._durable else ("--no-sync",)),
            )  # fmt: skip
            if made.returncode == 0:
                break
            shutil.rmtree(new, ignore_errors=True)
            if "invalid locale name" not in made.stderr:
                break
        if made.returncode:
            raise ClusterError(f"initdb failed in {place.folder}: {made.stderr.strip() or made.stdout.strip()}")
        new.replace(place.data)

    def _configure(self, place: Place) -> bool:
        """Write the settings and who may enter; whether anything is new."""
        durable = "on" if self._durable else "off"
        names = sorted({place.user.name, pwd.getpwuid(os.geteuid()).pw_name, "root"})
        files = {
            "postgresql.conf": SETTINGS.format(sockets=place.sockets, durable=durable, look_s=LOOK_S),
            "pg_hba.conf": f"local all {ROLE} peer map=owners\n",
            "pg_ident.conf": "".join(f'owners "{name}" {ROLE}\n' for name in names),
        }
        written = [write_whole(place.data / name, text, place.user) for name, text in files.items()]
        return any(written)

    def _launch(self, place: Place, install: PostgresInstall) -> None:
        if processes.clear_stale(place.data, place.socket, self._say):
            self._say("Dọn dấu vết của lần dừng đột ngột / Clearing what a sudden end left behind")
        self._say("Khởi động PostGIS / Starting PostGIS")
        log = place.folder / "server.log"
        if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        if processes.postmaster(place.data) is None:
            started = self._pg_ctl(place, install, "start", "-l", str(log), "-w", "-t", str(START_TIMEOUT_S))
            if started.returncode:
                raise ClusterError(f"PostGIS does not start: {started.stderr.strip()}\n{_tail(place)}")
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers(place, install):
            if time.monotonic() > deadline or processes.postmaster(place.data) is None:
                raise ClusterError(f"PostGIS started but does not answer on {place.socket}.\n{_tail(place)}")
            time.sleep(0.1)

    def _answers(self, place: Place, install: PostgresInstall) -> bool:
        return place.socket.exists() and self._psql(place, install, "SELECT 1").returncode == 0

    def _make_database(self, place: Place, install: PostgresInstall) -> None:
        known = self._psql(place, install, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")
        if known.returncode == 0 and known.stdout.strip() == "1":
            return
        made = self._psql(place, install, f"CREATE DATABASE {DATABASE}")
        if made.returncode:
            raise ClusterError(f"The database cannot be made: {made.stderr.strip()}")

    def _psql(self, place: Place, install: PostgresInstall, sql: str) -> subprocess.CompletedProcess[str]:
        told = ("-h", str(place.sockets), "-p", "5432", "-U", ROLE, "-d", "postgres")
        return self._run(place, install, "psql", "-X", "-q", "-A", "-t", "-w", *told, "-c", sql)

    def _pg_ctl(self, place: Place, install: PostgresInstall, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(place, install, "pg_ctl", "-s", "-D", str(place.data), *words)

    def _run(
        self, place: Place, install: PostgresInstall, program: str, *words: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the server as the server's user, in its folder."""
        return subprocess.run(
            [install.bin / program, *words],
            cwd=place.folder,
            env=install.environment() | {"LC_MESSAGES": "C", "HOME": str(place.folder)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for us; we stop the server in our own time
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **place.user.drop(),
        )


def url(place: Place) -> str:
    """The URL of a cluster for SQLAlchemy and psycopg. The port is only part of the socket's name."""
    return f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={quote(str(place.sockets), safe='/')}&port=5432"


def _tail(place: Place) -> str:
    log = place.folder / "server.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
    return "\n".join([f"{log}:", *lines])
