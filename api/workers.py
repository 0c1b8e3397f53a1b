"""Several workers: forked, so that what one process has imported and made all have, and each takes connections in turn.

Left to themselves, the worker that wakes first takes every connection that waits, and keeps it: of four connections
that a browser or a program opens at once, one worker served all, and the other core was idle.
"""

import asyncio
import contextlib
import socket

from uvicorn import Config, Server
from uvicorn._subprocess import subprocess_started
from uvicorn.supervisors import multiprocess

from api.processes import FORK

AGAIN_S = 0.001
"""So long a worker that took a connection leaves the next to another."""


class Worker(Server):
    """One worker."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As ever, but for the connections, which are taken one by one."""
        await super().startup(sockets=[])
        loop = asyncio.get_running_loop()
        for listener in sockets or ():
            listener.setblocking(False)
            loop.add_reader(listener.fileno(), self._take, listener)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As ever; no connection is taken from now on."""
        for listener in sockets or ():
            asyncio.get_running_loop().remove_reader(listener.fileno())
        await super().shutdown(sockets)

    def _take(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            connection, _ = listener.accept()
        except OSError:  # another worker was quicker, or the client has left
            return
        loop.remove_reader(listener.fileno())
        loop.call_later(AGAIN_S, self._listen, listener)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = loop.create_task(self._connect(connection))
        self.server_state.tasks.add(task)
        task.add_done_callback(self.server_state.tasks.discard)

    def _listen(self, listener: socket.socket) -> None:
        if not self.should_exit and listener.fileno() >= 0:
            asyncio.get_running_loop().add_reader(listener.fileno(), self._take, listener)

    async def _connect(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol


class _Forked(multiprocess.Process):
    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        told = {"config": config, "target": self.target, "sockets": sockets, "stdin_fileno": None}
        self.process = FORK.Process(target=subprocess_started, kwargs=told)  # type: ignore[assignment]

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Worker(config=self.config)
        return self._server


class Workers(multiprocess.Multiprocess):
    """Starts the workers, puts another in the place of one that died, and ends them all at a signal."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        multiprocess.Process = _Forked  # type: ignore[misc] # what uvicorn itself calls its workers by
        config.load()

    def handle_hup(self) -> None:
        """The terminal was closed."""
        self.handle_term()
