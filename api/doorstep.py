"""Uvicorn's HTTP, which answers on the doorstep what `AnswerCache` has at hand: no task, no messages, one write.

Requests are parsed as ever. A plain GET or HEAD whose answer is kept (or that asks for one feature) waits for the
version of the data and is answered with finished bytes; everything else goes its way through ASGI.
"""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.cache import AnswerCache, Question, Reply
from api.problems import unreadable
from geo.freshness import Now

_UNUSUAL = frozenset(
    (b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"x-forwarded-proto", b"x-forwarded-for")
)
"""Headers that make a request one for uvicorn: it has a body, wants another protocol, or comes through a proxy."""
_JOINED = 64 * 1024
"""Up to here head and body are copied into one piece, which is cheaper than two writes."""


class _Nobody(asyncio.Event):
    """Nobody waits for what happens to a request that is answered here."""

    def set(self) -> None:
        """Nothing to tell."""


_NOBODY = _Nobody()


class _Waiting(RequestResponseCycle):
    """Holds the place of a request on its connection until it is answered, as uvicorn's own cycle does."""

    def __init__(self) -> None:
        self.response_complete = self.disconnected = False
        self.keep_alive = self.more_body = True
        self.message_event = _NOBODY


class Doorstep(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        found: Any = self.app
        while found is not None and not isinstance(found, AnswerCache):
            found = getattr(found, "app", None)
        self._answers: AnswerCache | None = found

    def on_headers_complete(self) -> None:
        """Answer soon what is known, and leave everything else to uvicorn."""
        idle = self.cycle is None or self.cycle.response_complete
        question = self._question() if idle and not self.flow.write_paused else None
        if question is None or self._answers is None:
            super().on_headers_complete()
            return
        self.cycle = _Waiting()
        self._answers.freshness.ask(partial(self._told, self.cycle, self.scope, question), question.feature_id)

    def send_400_response(self, msg: str) -> None:
        """Tell who does not speak HTTP what is wrong, as a problem like every other."""
        body = orjson.dumps(unreadable(msg))
        head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[400] + head + body)
        self.transport.close()

    def _question(self) -> Question | None:
        method = self.parser.get_method()
        if self._answers is None or method not in (b"GET", b"HEAD") or self.parser.get_http_version() != "1.1":
            return None
        if not self.parser.should_keep_alive() or not _UNUSUAL.isdisjoint([name for name, _ in self.headers]):
            return None
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope: Any = self.scope
        scope["method"] = method.decode("ascii")
        scope["path"] = self.root_path + (unquote(path) if "%" in path else path)
        scope["raw_path"] = self.root_path.encode("ascii") + url.path
        scope["query_string"] = url.query or b""
        question = self._answers.question(scope)
        return question if question is not None and self._answers.knows(question) else None

    def _told(self, waiting: _Waiting, scope: Any, question: Question, now: Now) -> None:
        """Answer, now that the version is known."""
        if waiting.disconnected or self.transport.is_closing():
            return
        reply = self._answers.reply(question, now) if self._answers is not None else None
        if reply is None:
            self._leave_to_uvicorn(scope, waiting)
            return
        head = [STATUS_LINE[reply.status]]
        head += [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        head += [reply.head, b"\r\n"]
        self._write(head, reply, whole=scope["method"] == "GET")
        waiting.response_complete = True
        if not waiting.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _write(self, head: list[bytes], reply: Reply, *, whole: bool) -> None:
        if not whole:
            self.transport.write(b"".join(head))
        elif len(reply.body) < _JOINED:
            self.transport.write(b"".join((*head, reply.body)))
        else:
            self.transport.writelines((b"".join(head), reply.body))

    def _leave_to_uvicorn(self, scope: Any, waiting: _Waiting) -> None:
        """What `on_headers_complete` of uvicorn does for a request without a body, whose turn it is."""
        cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=waiting.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.more_body = False
        if self.cycle is waiting:  # else further requests stand in line behind it
            self.cycle = cycle
        self._start_asgi_task(cycle, self.app)
