"""`haiphong serve`: from nothing to an answered request, and back to nothing at Ctrl-C."""

import contextlib
import errno
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from api.memory import give_back, grow, settle
from api.processes import FORK, SIGNALS
from api.store import prepare, store
from geo.errors import HaiphongError, InvalidParameter, PortTaken
from geo.packages import Say
from geo.settings import Settings

if TYPE_CHECKING:
    from uvicorn import Config

BACKLOG = 2048
GRACE_S = 5
SPARE_CONNECTIONS = 10
"""Left to commands, and to who looks after the database."""


def serve(settings: Settings, say: Say) -> None:
    """Serve the map in the foreground until a signal comes; whatever was started for it is stopped again.

    The port is taken before any work begins. Raises HaiphongError with the way out when something is in the way.
    """
    _let_signals_end_it()
    give_back()
    grow()
    counting = _counting_together() if settings.workers > 1 else contextlib.nullcontext()
    with bound(settings.host, settings.port) as listener, store(settings, say) as url, counting:
        os.environ["HAIPHONG_DATABASE_URL"] = url  # which the application reads
        with _prepared_beside(url, settings, say):
            settings = _within(settings, url, say)
            config = _configured(settings)
        settle()
        from api.tiles_ahead import tiles_ahead

        with tiles_ahead(url, settings, say):
            _run(config, listener, settings, say)


@contextlib.contextmanager
def _prepared_beside(url: str, settings: Settings, say: Say) -> Iterator[None]:
    """`prepare` in a process beside what happens inside; both are done when it ends.

    Each takes half of a start, and two threads would take turns. Raises what `prepare` raises.
    """
    hear, tell = FORK.Pipe(duplex=False)
    beside = FORK.Process(target=_prepare, args=(tell, url, settings, say), daemon=True)
    beside.start()
    tell.close()
    try:
        yield
        refused = hear.recv()
    except EOFError:
        beside.join()
        sys.exit(beside.exitcode or 1)  # it has said why
    finally:
        hear.close()
        beside.kill()  # a gentler signal just after the fork is lost; the database takes back what was begun
        beside.join()
    if refused is not None:
        kind, words = refused
        error = kind.__new__(kind)
        error.args = (words,)
        raise error


def _prepare(tell: Connection, url: str, settings: Settings, say: Say) -> None:
    gc.enable()
    try:
        prepare(url, settings, say)
    except HaiphongError as error:
        tell.send((type(error), str(error)))
    else:
        tell.send(None)


def _within(settings: Settings, url: str, say: Say) -> Settings:
    """The settings with no more workers than the database has connections for."""
    if settings.workers == 1:
        return settings
    from geo import server

    allowed = server.connections(url)
    workers = workers_within(settings.workers, allowed)
    if workers < settings.workers:
        say(
            f"Máy chủ cho {allowed} kết nối / the server allows {allowed} connections: {workers} worker, không phải / "
            f"not {settings.workers}. Nhiều hơn / for more: max_connections."
        )
    return replace(settings, workers=workers)


def workers_within(wanted: int, allowed: int) -> int:
    """How many of the workers wanted can have all of their connections at once, one of them in any case."""
    from api.main import OF_WORKER

    return min(wanted, max(1, (allowed - SPARE_CONNECTIONS) // OF_WORKER))


@contextlib.contextmanager
def _counting_together() -> Iterator[None]:
    """A folder in which the workers share what they count, as long as they serve; the administrator may name one."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="haiphong-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def _configured(settings: Settings) -> "Config":
    from uvicorn import Config

    from api.doorstep import Doorstep
    from api.main import app

    return Config(
        app(),
        http=Doorstep,
        workers=settings.workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


def _run(config: "Config", listener: socket.socket, settings: Settings, say: Say) -> None:
    from uvicorn import Server

    class Calm(Server):
        """Ends after the answers under way, however often Ctrl-C is pressed; what follows then stops the database."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn calls it
            self.should_exit = True

    try:
        listener.listen(BACKLOG)
    except OSError as error:
        raise _refused(settings.host, listener.getsockname()[1], error) from error
    say(f"\n  Bản đồ hạ tầng Hải Phòng / The map:  {address(settings.host, listener)}")
    say("  Dừng: Ctrl-C / Ctrl-C stops it\n")
    try:
        if settings.workers > 1:
            from api.workers import Workers

            Workers(config, sockets=[listener]).run()
        else:
            server = Calm(config)
            signal.signal(signal.SIGHUP, server.handle_exit)  # the one of ours that uvicorn leaves alone
            server.run(sockets=[listener])
    finally:
        _ignore_signals()


def address(host: str, listener: socket.socket) -> str:
    """The URL to open on this machine; all interfaces are reached by the loopback one."""
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the port; nobody is answered before it listens.

    Raises PortTaken when another program listens there, InvalidParameter when the host or port cannot be ours.
    """
    try:
        found = _addresses(host, port)
    except socket.gaierror as error:
        raise InvalidParameter(f"HAIPHONG_HOST={host!r} is no address of this machine: {error.strerror}.") from error
    family, kind, protocol, _, name = found[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(name)
        except OSError as error:
            raise _refused(host, port, error) from error
        yield listener


def _refused(host: str, port: int, error: OSError) -> InvalidParameter | PortTaken:
    if error.errno == errno.EADDRINUSE:
        return PortTaken(
            f"Cổng {port} đang bận: có thể bản đồ đã chạy rồi. Cổng này còn trống:\n"
            f"    PORT={_free(host, port)} make run\n"
            f"Port {port} is taken: perhaps the map is running already. The one above is free."
        )
    if error.errno == errno.EACCES:
        return InvalidParameter(f"Port {port} is open to root alone. Choose one from 1024 on: PORT=8000 make run")
    return InvalidParameter(
        f"HAIPHONG_HOST={host!r}, port {port}: {error.strerror}. An address of this machine was expected."
    )


def _free(host: str, taken: int) -> int:
    """The next port after `taken` that nobody holds; 0, which lets the system choose, where fifty are held in a row."""
    for port in range(taken + 1, min(taken + 50, 65_535) + 1):
        family, kind, protocol, _, name = _addresses(host, port)[0]
        with socket.socket(family, kind, protocol) as trial, contextlib.suppress(OSError):
            trial.bind(name)
            return port
    return 0


def _addresses(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)


def _let_signals_end_it() -> None:
    """Ctrl-C, SIGTERM, or a terminal that closes: each ends the program by way of every `finally`."""

    def end(number: int, _: object) -> NoReturn:
        _ignore_signals()
        sys.exit(0 if number == signal.SIGINT else 128 + number)

    for number in SIGNALS:
        signal.signal(number, end)


def _ignore_signals() -> None:
    """Who presses Ctrl-C again must not leave half of it running: the end takes a second, and has begun."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
