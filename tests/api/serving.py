"""The server as it runs, in a process of its own: what reads over a wire, or keeps Python's lock, meets it so."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx
from sqlalchemy import Engine

_SERVE = """
import socket, sys, uvicorn
from api.doorstep import Doorstep
config = uvicorn.Config("api.main:app", factory=True, http=Doorstep, log_level="warning")
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""
PATIENCE_S = 120
get, head = partial(httpx.get, timeout=PATIENCE_S), partial(httpx.head, timeout=PATIENCE_S)
"""httpx itself would give up after 5 s, which a busy machine may need."""


@contextmanager
def serving(engine: Engine, **environment: str) -> Iterator[str]:
    """The address of a server over this database, until the end of the block.

    It listens before it starts and the socket is handed on, so that no two servers race for a port.
    """
    told = {"HAIPHONG_DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", _SERVE, str(listener.fileno())]
        process = subprocess.Popen(command, env=os.environ | told | environment, pass_fds=[listener.fileno()])
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert get(f"{address}/healthz").status_code == 200
            yield address
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_S)
