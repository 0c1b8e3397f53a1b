"""What holds now: asked of the database itself by every request, so that no process has to be told of a change.

Askers share a question, but only one that is sent after they asked: a change that was committed before is always in the
answer. The connection is driven by hand, for psycopg's own machinery costs three times as much as the question.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import make_url

_SECONDS = 2
_MOST_AT_ONCE = 100
_ID = re.compile("[a-z0-9-]{1,120}")
_VERSION, _FEATURES = b"of_data", b"of_features"
# Planning these anew would cost as much as answering them.
_SETTINGS = ("SET default_transaction_read_only = on", "SET plan_cache_mode = force_generic_plan")
# With the day in the city: at midnight a due date has passed, and answers about today are other ones.
_TOLD = "data_version.version::text || to_char(now() AT TIME ZONE 'Asia/Ho_Chi_Minh', '@YYYY-MM-DD')"
_PREPARE = (
    f"PREPARE of_data AS SELECT {_TOLD} FROM data_version",
    f"PREPARE of_features (text[]) AS SELECT {_TOLD}, feature.id, layer, geojson "
    "FROM data_version LEFT JOIN feature ON feature.id = ANY ($1) AND NOT withdrawn",
)


@dataclass(frozen=True, slots=True)
class Published:
    """A feature as it is published: its layer and its text."""

    layer: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Now:
    """What one question told, of one instant: the version of the data (None: not told), and the features asked for."""

    version: str | None
    features: Mapping[str, Published] = field(default_factory=dict)


_SILENT = Now(None)


class Freshness:
    """The version of the data, and features with it, for any number of askers on one event loop over one connection."""

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._line: pq.abc.PGconn | None = None
        self._busy = False
        self._patience: asyncio.TimerHandle | None = None
        self._result: pq.abc.PGresult | None = None
        self._waiting: list[tuple[Callable[[Now], None], str | None]] = []
        self._asked: list[Callable[[Now], None]] = []
        self._connecting: asyncio.Task[None] | None = None

    async def now(self, feature_id: str | None = None) -> Now:
        """What holds at some instant after the call; silent when the database does not tell it in time."""
        answer: asyncio.Future[Now] = asyncio.get_running_loop().create_future()

        def tell(now: Now) -> None:
            if not answer.done():
                answer.set_result(now)

        self.ask(tell, feature_id)
        return await answer

    def ask(self, tell: Callable[[Now], None], feature_id: str | None = None) -> None:
        """The same for those who wait for nothing: `tell` is called once, later, with what holds."""
        self._waiting.append((tell, feature_id if feature_id is not None and _ID.fullmatch(feature_id) else None))
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._send)  # whoever asks in this turn of the loop goes with it

    async def close(self) -> None:
        """Give the connection back."""
        if self._connecting is not None:
            self._connecting.cancel()
        self._lose()

    def _send(self) -> None:
        """Send one question for all who wait, up to a bound."""
        if not self._waiting:
            self._busy = False
            return
        loop = asyncio.get_running_loop()
        if self._line is None:
            self._connecting = loop.create_task(self._connect())
            return
        going, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
        self._asked = [tell for tell, _ in going]
        ids = {feature_id for _, feature_id in going if feature_id is not None}
        self._patience = loop.call_later(_SECONDS, self._lose)
        try:
            if ids:
                array = [f"{{{','.join(ids)}}}".encode()]
                self._line.send_query_prepared(_FEATURES, array, result_format=pq.Format.BINARY)
            else:
                self._line.send_query_prepared(_VERSION, [], result_format=pq.Format.BINARY)
            self._line.flush()
        except psycopg.Error:
            self._lose()

    def _readable(self) -> None:
        line = self._line
        if line is None:
            return
        try:
            line.consume_input()
            while not line.is_busy():
                result = line.get_result()
                if result is None:
                    self._told(self._result)
                    return
                self._result = result
        except psycopg.Error:
            self._lose()

    def _told(self, result: pq.abc.PGresult | None) -> None:
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            self._lose()  # the tables have changed, or are not there
            return
        asked = self._taken()
        self._send()  # for those who came meanwhile: the database works while these are answered
        now = _read(result)
        for tell in asked:
            tell(now)

    def _taken(self) -> list[Callable[[Now], None]]:
        """Whoever the question under way was asked for; it is over."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        asked, self._asked, self._result = self._asked, [], None
        return asked

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="haiphong data version", connect_timeout=_SECONDS
                )
                self._connection = connection
                for statement in (*_SETTINGS, *_PREPARE):
                    await connection.execute(statement)
        except (psycopg.Error, TimeoutError):
            self._lose()
            return
        self._line = connection.pgconn
        asyncio.get_running_loop().add_reader(self._line.socket, self._readable)
        self._send()

    def _lose(self) -> None:
        """Drop the connection; whoever waits is told that nothing is known. The next asker makes a new one."""
        if self._line is not None:
            with contextlib.suppress(psycopg.Error, ValueError):
                asyncio.get_running_loop().remove_reader(self._line.socket)
        if self._connection is not None:
            self._connection.pgconn.finish()
        self._connection = self._line = None
        everyone = [*self._taken(), *(tell for tell, _ in self._waiting)]
        self._waiting, self._busy = [], False
        for tell in everyone:
            tell(_SILENT)


def _read(result: pq.abc.PGresult) -> Now:
    value = result.get_value
    version = value(0, 0) if result.ntuples else None
    if version is None:
        return _SILENT
    features = {}
    if result.nfields > 1:
        for row in range(result.ntuples):
            feature_id, layer, text = value(row, 1), value(row, 2), value(row, 3)
            if feature_id is not None and layer is not None and text is not None:
                features[feature_id.decode()] = Published(layer.decode(), text)
    return Now(version.decode(), features)
