"""nginx, the yardstick for answers that are ready, and wrk, a client that costs less than what it measures.

Where the system lacks them they are unpacked into a folder of our own; nothing is installed, no service is started.
"""

import contextlib
import gzip
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo import packages
from geo.errors import ProgramMissing
from geo.packages import Say
from tests.bench.plan import BenchError

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}
_CONFIGURATION = """
{user}
worker_processes {workers}; daemon off; pid {folder}/pid; error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=2000;
  gzip_static on; default_type application/geo+json;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/files; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and the environment that it needs."""

    path: str
    env: Mapping[str, str]


def find(name: str, home: Path, say: Say) -> Program | None:
    """The program of this system, else one unpacked under `home`; None, said aloud, where it cannot be had."""
    if (own := shutil.which(name)) is not None:
        return Program(own, os.environ)
    folder = home / "bench" / name
    try:
        if not folder.is_dir():
            if not packages.has_apt():
                raise ProgramMissing("apt is missing")
            folder.parent.mkdir(parents=True, exist_ok=True)
            packages.unpack([PACKAGES[name]], folder, say)
    except (ProgramMissing, OSError) as error:
        say(f"{name}: {str(error).splitlines()[-1]}; đo không có nó / measuring without it")
        return None
    found = next((path for path in folder.glob(f"usr/*bin/{name}")), None)
    env = {**os.environ, "LD_LIBRARY_PATH": packages.library_path(folder)}
    return None if found is None else Program(str(found), env)


@dataclass(frozen=True, slots=True)
class Nginx:
    """An nginx that gives files of `folder`, each with its zipped form beside it."""

    address: tuple[str, int]
    folder: Path

    def put(self, name: str, body: bytes) -> str:
        """Lay a file ready; its address."""
        path = self.folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(body, 5))
        return f"/{name}"


@contextlib.contextmanager
def nginx(program: Program, folder: Path, workers: int) -> Iterator[Nginx]:
    """nginx on the loopback for as long as the block lasts. Raises BenchError when it does not come up."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for one in (folder, folder / "files"):
        one.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers could not read our folder
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, port=port, workers=workers, user=user), encoding="utf-8"
    )
    log = folder / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [program.path, "-p", str(folder), "-c", str(configuration)], env=dict(program.env), stderr=told,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, port, log)
        yield Nginx(("127.0.0.1", port), folder)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise BenchError(f"nginx does not come up: {log.read_text(errors='replace')[-500:]}")
