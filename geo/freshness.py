"""What holds now, as the database itself says: no process has to be told of a change, and none misses one.

Askers share a question, but only one that is sent after they asked: a change that was committed before is always in the
answer. Where nobody was about to change anything, the answer holds for a moment: whoever writes says so first and lets
that moment pass before the commit (a lease, Gray and Cheriton 1989; migration 0020). For features, which are asked by
their ids, the snapshot says without a look into a table that nothing was committed since the last question. The
connection is driven by hand, for psycopg's own machinery costs three times as much as the question.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import make_url

from geo.beside import Beside

LENT_S = 0.003
"""So long after a question its answer may be given on; the writers of migration 0020 wait longer."""
_SECONDS = 2
_LOOK_S = 0.5
_MOST_AT_ONCE = 100
_ID = re.compile("[a-z0-9-]{1,120}")
# Planning these anew would cost as much as answering them.
_SETTINGS = (
    "SET default_transaction_read_only = on",
    "SET plan_cache_mode = force_generic_plan",
    "SET TimeZone = 'Asia/Ho_Chi_Minh'",
)
# Two equal snapshots see the same. On a standby they leave out what is under way, so that nothing is concluded there.
_MOMENT = "CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_snapshot() END, current_date"
# With the day in the city: at midnight a due date has passed, and answers about today are other ones.
_VERSION = "data_version.version::text || to_char(current_date, '@YYYY-MM-DD')"
_FEATURE = "feature.id, layer, geojson"
_NOTHING = "(VALUES (NULL)) AS nothing"
_ONE = "LEFT JOIN feature ON feature.id = $1 AND NOT withdrawn"
_ANY = "LEFT JOIN feature ON feature.id = ANY ($1) AND NOT withdrawn"
_STATEMENTS = (
    "told AS SELECT version, settled FROM data_version_told()",
    f"moment_one (text) AS SELECT {_MOMENT}, NULL, {_FEATURE} FROM {_NOTHING} {_ONE}",
    f"moment_any (text[]) AS SELECT {_MOMENT}, NULL, {_FEATURE} FROM {_NOTHING} {_ANY}",
    f"version_one (text) AS SELECT {_MOMENT}, {_VERSION}, {_FEATURE} FROM data_version {_ONE}",
    f"version_any (text[]) AS SELECT {_MOMENT}, {_VERSION}, {_FEATURE} FROM data_version {_ANY}",
)
_ALONE = 2
"""Columns of an answer without features: the version, and whether nobody is about to change it."""
_BESIDE = 3
"""Columns in front of those of a feature: the moment, which is two, and the version."""


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
_TRUE = b"\1"
_Moment = tuple[bytes, bytes]
"""A snapshot, and a day."""
_Asker = tuple[Callable[[Now], None], str | None]
"""Whom to tell, and the feature asked for."""


class Freshness:
    """The version of the data, and features with it, for any number of askers on one event loop over one connection."""

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._line: pq.abc.PGconn | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beside: Beside | None = None
        self._busy = False
        self._patience: asyncio.TimerHandle | None = None
        self._turn: asyncio.Handle | None = None
        self._result: pq.abc.PGresult | None = None
        self._waiting: list[_Asker] = []
        self._asked: list[_Asker] = []
        self._asked_at = 0.0
        self._connecting: asyncio.Task[None] | None = None
        self._moment: _Moment | None = None
        self._version: str | None = None
        self._still = False
        """Whether the last two answers were of one moment: then the next is likely to be, and only that is asked."""
        self._lent = _SILENT
        self._lent_until = 0.0

    async def now(self, feature_id: str | None = None) -> Now:
        """What holds at some instant after the call; silent when the database does not tell it in time."""
        answer: asyncio.Future[Now] = asyncio.get_running_loop().create_future()

        def tell(now: Now) -> None:
            if not answer.done():
                answer.set_result(now)

        self.ask(tell, feature_id)
        return await answer

    def ask(self, tell: Callable[[Now], None], feature_id: str | None = None) -> None:
        """The same for those who wait for nothing: `tell` is called once, at once or later, with what holds."""
        if feature_id is None and (lent := self.lent()) is not None:
            tell(lent)
            return
        self._waiting.append((tell, feature_id))
        if not self._busy:
            self._busy = True
            loop = self._loop or asyncio.get_running_loop()
            self._turn = loop.call_soon(self._send)  # whoever asks in this turn of the loop goes with it

    def lent(self) -> Now | None:
        """What holds at this very instant, where that is known without a question."""
        return self._lent if time.monotonic() < self._lent_until else None

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
        if self._line is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
            return
        if len(self._waiting) <= _MOST_AT_ONCE:
            self._asked, self._waiting = self._waiting, []
        else:
            self._asked, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
        self._asked_at = time.monotonic()
        self._question()

    def _question(self) -> None:
        """Ask for the version alone. With features ask whether the moment is still the one that is known; of what
        changes often, the version at once.
        """
        if self._line is None:
            return
        ids = {one for _, one in self._asked if one is not None and _ID.fullmatch(one)}
        word = b"moment" if self._still else b"version"
        try:
            if not ids:
                self._line.send_query_prepared(b"told", [], result_format=pq.Format.BINARY)
            elif len(ids) == 1:
                self._line.send_query_prepared(word + b"_one", [ids.pop().encode()], result_format=pq.Format.BINARY)
            else:
                wanted = [f"{{{','.join(ids)}}}".encode()]
                self._line.send_query_prepared(word + b"_any", wanted, result_format=pq.Format.BINARY)
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
        if result.nfields == _ALONE:
            now = self._lend(result)
        elif self._holds(result):
            now = Now(self._version, _features(result))
        else:
            self._question()
            return
        asked = self._taken()
        self._send()  # for those who came meanwhile: the database works while these are answered
        for tell, _ in asked:
            tell(now)

    def _lend(self, result: pq.abc.PGresult) -> Now:
        """The version that was told, to be given on where it was settled when it was asked for."""
        version = result.get_value(0, 0)
        now = Now(None if version is None else version.decode())
        if version is not None and result.get_value(0, 1) == _TRUE:
            self._lent, self._lent_until = now, self._asked_at + LENT_S
        return now

    def _holds(self, result: pq.abc.PGresult) -> bool:
        """Whether the version is known of the moment that was told; learns it where it was told too."""
        moment = None
        if result.ntuples and (snapshot := result.get_value(0, 0)) is not None:
            moment = snapshot, result.get_value(0, 1) or b""
        same = moment is not None and moment == self._moment
        if self._still and not same:
            self._still = False
            return False
        if not self._still:
            version = result.get_value(0, 2) if result.ntuples else None
            self._version = None if version is None else version.decode()
            self._moment, self._still = moment, same
        return True

    def _taken(self) -> list[_Asker]:
        """Whoever the question under way was asked for; it is over."""
        asked, self._asked, self._result = self._asked, [], None
        return asked

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, application_name="haiphong data version", connect_timeout=_SECONDS
                )
                self._connection = connection
                for statement in (*_SETTINGS, *(f"PREPARE {one}" for one in _STATEMENTS)):
                    await connection.execute(statement)
        except (psycopg.Error, TimeoutError):
            self._lose()
            return
        self._line, self._beside = connection.pgconn, Beside(connection.pgconn)
        self._loop = asyncio.get_running_loop()  # to ask for it is a system call each time
        self._loop.add_reader(self._line.socket, self._readable)
        self._watch()
        self._send()

    def _watch(self) -> None:
        """Give up a database that does not answer. Looked at from time to time: a timer for each question is dear."""
        if self._beside is not None:
            self._beside.follow()
        if self._asked and time.monotonic() - self._asked_at >= _SECONDS:
            self._lose()
        else:
            self._patience = asyncio.get_running_loop().call_later(_LOOK_S, self._watch)

    def _lose(self) -> None:
        """Drop the connection; whoever waits is told that nothing is known. The next asker makes a new one."""
        for planned in (self._patience, self._turn):
            if planned is not None:
                planned.cancel()
        self._patience = self._turn = None
        if self._line is not None:
            with contextlib.suppress(psycopg.Error, ValueError):
                asyncio.get_running_loop().remove_reader(self._line.socket)
        if self._connection is not None:
            self._connection.pgconn.finish()
        self._connection = self._line = self._loop = self._beside = self._moment = self._version = None
        self._still, self._lent_until = False, 0.0
        everyone = [*self._taken(), *self._waiting]
        self._waiting, self._busy = [], False
        for tell, _ in everyone:
            tell(_SILENT)


def _features(result: pq.abc.PGresult) -> Mapping[str, Published]:
    value, features = result.get_value, {}
    for row in range(result.ntuples):
        feature_id, layer, text = (value(row, _BESIDE + column) for column in range(3))
        if feature_id is not None and layer is not None and text is not None:
            features[feature_id.decode()] = Published(layer.decode(), text)
    return features
