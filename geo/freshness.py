"""Which version of the data holds now: asked of the database, so that no process has to be told."""

import asyncio
import contextlib
from typing import Any

import psycopg
from sqlalchemy import make_url

_SECONDS = 2


class Freshness:
    """The version of the data, for any number of askers on one event loop over one connection of its own.

    Askers share a query, but only one that begins after they asked: a change that was committed before the question is
    always in the answer.
    """

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._waiting: asyncio.Future[str | None] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def version(self) -> str | None:
        """The version that holds at some instant after the call; None when the database does not tell it in time."""
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
        waiting = self._waiting
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_in_turn())
        return await asyncio.shield(waiting)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _ask_in_turn(self) -> None:
        while (answered := self._waiting) is not None:
            self._waiting = None
            version = None
            try:
                version = await asyncio.wait_for(self._ask(), _SECONDS)
            except (psycopg.Error, TimeoutError):
                with contextlib.suppress(psycopg.Error):
                    await self.close()
            finally:
                answered.set_result(version)

    async def _ask(self) -> str | None:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, application_name="haiphong data version", connect_timeout=_SECONDS
            )
        cursor = await self._connection.execute("SELECT version::text FROM data_version")
        row = await cursor.fetchone()
        return None if row is None else str(row[0])
