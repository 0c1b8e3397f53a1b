"""How a connection that only reads takes its results, and how what it asks is given up."""

import contextlib
import select
import threading
from collections.abc import Generator, Iterator
from typing import Any, cast

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Select

CANCEL_SECONDS = 2
"""How long the server may take to hear that a statement is no longer wanted."""


class BinaryCursor(psycopg.Cursor[Any]):
    """Results come as the server keeps them: a page of bytes written as text is twice as long, and read digit by digit.

    Of 1.3 MB, that took 2 ms of our CPU and 3 ms of the server's.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.format = Format.BINARY


def takes_bytes(connection: Connection) -> bool:
    """Whether bytes come as they are, and not as hexadecimal digits."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection).cursor_factory is BinaryCursor


def sent(connection: Connection, statement: Select[Any]) -> PGresult:
    """What the server sent, untouched: a text that only passes through is never decoded."""
    with connection.execute(statement) as told:
        cursor = cast("psycopg.Cursor[Any]", told.cursor)
        result = cursor.pgresult
    if result is None:
        raise psycopg.InterfaceError("The statement gave no rows.")
    return result


def copied(driver: "psycopg.Connection[Any]", command: str, size: int) -> Generator[bytes, None, int]:
    """What a COPY … TO STDOUT says, in pieces of `size` bytes and a row at most; in the end how many rows that were.

    Read from libpq itself, for psycopg asks several objects for each row: three times the CPU. The server waits while
    nobody takes the next piece. Left unfinished, the statement is cancelled.
    """
    line = driver.pgconn
    readable = select.poll()
    readable.register(line.socket, select.POLLIN)
    line.send_query(command.encode())
    over, piece, rows = False, bytearray(), line.get_copy_data
    try:
        result = _result(line, readable)
        if result.status != ExecStatus.COPY_OUT:
            raise error_from_result(result)
        length, row = rows(1)
        while length >= 0:
            if length:
                piece += row
                if len(piece) >= size:
                    yield bytes(piece)
                    piece.clear()
            else:
                readable.poll()
                line.consume_input()
            length, row = rows(1)
        result = _result(line, readable)
        over = True
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
        if piece:
            yield bytes(piece)
        return result.command_tuples or 0
    finally:
        with contextlib.suppress(psycopg.Error):
            if not over:
                driver.cancel_safe(timeout=CANCEL_SECONDS)
                while (length := rows(0)[0]) > 0:
                    pass
            while line.get_result() is not None:
                pass


def _result(line: PGconn, readable: select.poll) -> PGresult:
    while line.flush():
        pass
    while line.is_busy():
        readable.poll()
        line.consume_input()
    result = line.get_result()
    if result is None:
        raise psycopg.InterfaceError("The statement gave no result.")
    return result


class Running:
    """The connections that work for one question, so that another thread can end what runs on them.

    `over`: nobody waits any more; what has not begun need not begin.
    """

    def __init__(self) -> None:
        self.over = False
        self._connections: set[psycopg.Connection[Any]] = set()
        self._lock = threading.Lock()

    def on(self, connection: Connection) -> contextlib.AbstractContextManager[None]:
        """Inside, what runs on the connection may be cancelled; afterwards never, whoever has it then."""
        return self.by(cast("psycopg.Connection[Any]", connection.connection.driver_connection))

    @contextlib.contextmanager
    def by(self, driver: "psycopg.Connection[Any]") -> Iterator[None]:
        """The same for a connection of psycopg."""
        with self._lock:
            self._connections.add(driver)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(driver)

    def cancel(self) -> None:
        """Ask the server to end every statement; each raises OperationalError where it was waited for."""
        with self._lock:
            for driver in self._connections:
                with contextlib.suppress(psycopg.Error):
                    driver.cancel_safe(timeout=CANCEL_SECONDS)
