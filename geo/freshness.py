"""What holds now, as the database itself says: no process has to be told of a change, and none misses one.

Askers share a question, but only one that is sent after they asked: a change that was committed before is always in the
answer. Where nobody was about to change anything, the answer holds for a moment: whoever writes says so first and lets
that moment pass before the commit (a lease, Gray and Cheriton 1989; migration 0020). A feature that was read within
that moment is of that version. The connection is driven by hand, for psycopg's own machinery costs three times as much
as the question.
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
_FOLLOW = 128
"""After so many questions the process behind the connection is put where we run by then."""
_ID = re.compile("[a-z0-9-]{1,120}")
# Planning these anew would cost as much as answering them.
_SETTINGS = (
    "SET default_transaction_read_only = on",
    "SET plan_cache_mode = force_generic_plan",
    "SET TimeZone = 'Asia/Ho_Chi_Minh'",
)
_FEATURE = "SELECT id, layer, geojson FROM feature WHERE NOT withdrawn AND id"
_ONE, _ANY = "= $1", "= ANY ($1)"
# Of one snapshot, while somebody is about to change something. With the day in the city: at midnight a due date has
# passed, and answers about today are other ones.
_BESIDE = """
SELECT found.*, data_version.version::text || to_char(current_date, '@YYYY-MM-DD')
FROM data_version LEFT JOIN ({}) AS found ON true
"""
_STATEMENTS = (
    "told AS SELECT version, settled FROM data_version_told()",
    f"feature (text) AS {_FEATURE} {_ONE}",
    f"features (text[]) AS {_FEATURE} {_ANY}",
    f"told_feature (text) AS {_BESIDE.format(f'{_FEATURE} {_ONE}')}",
    f"told_features (text[]) AS {_BESIDE.format(f'{_FEATURE} {_ANY}')}",
)
_ALONE, _VERSION = 2, 3
"""Columns of an answer without features; where the version stands beside one."""


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
        self._ids: list[bytes] = []
        """Of the features that the question under way is about."""
        self._unfollowed = 0
        """Questions since the process behind the connection was put beside us."""
        self._lent = _SILENT
        self._lent_until = self._unsettled_until = 0.0

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
        self._ids = list({one.encode() for _, one in self._asked if one is not None and _ID.fullmatch(one)})
        self._question()

    def _question(self) -> None:
        """Ask for the features, or first for the version, which may be lent until they are told."""
        self._asked_at = time.monotonic()
        self._unfollowed += 1
        if self._unfollowed >= _FOLLOW:
            self._follow()
        if self._ids and self._asked_at < max(self._lent_until, self._unsettled_until):
            self._ask_features(lent=self._asked_at < self._lent_until)
        else:
            self._put(b"told", [])

    def _ask_features(self, *, lent: bool) -> None:
        """Ask for the features alone while the version is lent, else for both at once."""
        beside = b"" if lent else b"told_"
        if len(self._ids) == 1:
            self._put(beside + b"feature", self._ids)
        else:
            self._put(beside + b"features", [b"{%b}" % b",".join(self._ids)])

    def _put(self, statement: bytes, values: list[bytes]) -> None:
        if self._line is None:
            return
        try:
            self._line.send_query_prepared(statement, values, result_format=pq.Format.BINARY)
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
            if self._ids:
                self._ask_features(lent=self.lent() is not None)
                return
        elif result.nfields > _VERSION:
            version = result.get_value(0, _VERSION) if result.ntuples else None
            now = Now(None if version is None else version.decode(), _features(result))
        elif (lent := self.lent()) is not None:
            now = Now(lent.version, _features(result))
        else:  # too late to be sure
            self._ask_features(lent=False)
            return
        asked = self._taken()
        self._send()  # for those who came meanwhile: the database works while these are answered
        for tell, _ in asked:
            tell(now)

    def _lend(self, result: pq.abc.PGresult) -> Now:
        """The version that was told, to be given on where it was settled when it was asked for."""
        version = result.get_value(0, 0)
        now = Now(None if version is None else version.decode())
        if result.get_value(0, 1) != _TRUE:
            self._unsettled_until = self._asked_at + LENT_S
        elif (until := self._asked_at + LENT_S) > (told_at := time.monotonic()):
            self._lent, self._lent_until = now, until
        else:  # the database is too far away, or too busy, to lend anything
            self._unsettled_until = told_at + _LOOK_S
        return now

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
        self._follow()
        if self._asked and time.monotonic() - self._asked_at >= _SECONDS:
            self._lose()
        else:
            self._patience = asyncio.get_running_loop().call_later(_LOOK_S, self._watch)

    def _follow(self) -> None:
        self._unfollowed = 0
        if self._beside is not None:
            self._beside.follow()

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
        self._connection = self._line = self._loop = self._beside = None
        self._lent_until = self._unsettled_until = 0.0
        everyone = [*self._taken(), *self._waiting]
        self._waiting, self._busy = [], False
        for tell, _ in everyone:
            tell(_SILENT)


def _features(result: pq.abc.PGresult) -> Mapping[str, Published]:
    value, features = result.get_value, {}
    for row in range(result.ntuples):
        feature_id, layer, text = (value(row, column) for column in range(3))
        if feature_id is not None and layer is not None and text is not None:
            features[feature_id.decode()] = Published(layer.decode(), text)
    return features
