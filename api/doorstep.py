"""Uvicorn's HTTP, which answers on the doorstep what `AnswerCache` has at hand: no task, no messages, one write.

Requests are parsed as ever. A plain GET or HEAD whose answer is kept (or that asks for one feature) waits for the
version of the data and is answered with finished bytes; everything else goes its way through ASGI.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import httptools
import orjson
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.again import Again, Alike
from api.cache import AnswerCache
from api.problems import unreadable
from api.reply import Question, Reply
from geo.freshness import Now

_UNUSUAL = frozenset((b"content-length", b"transfer-encoding", b"expect", b"upgrade"))
"""Headers that make a request one for uvicorn: it has a body, or wants another protocol."""
_SCHEMES = ("http", "https")
_END = b"\r\n\r\n"


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


_AT_ONCE = _Waiting()
"""For all requests that never wait."""


class Doorstep(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        found: Any = self.app
        self._proxies: Any = ()
        """Addresses of proxies whose word is taken for how the reader sees us: uvicorn's `forwarded_allow_ips`."""
        while found is not None and not isinstance(found, AnswerCache):
            if isinstance(found, ProxyHeadersMiddleware):
                self._proxies = found.trusted_hosts
            found = getattr(found, "app", None)
        self._answers: AnswerCache | None = found
        self._trusted = False
        self._again: Again | None = None
        self._between = True
        """Whether the parser is between two requests."""
        self._request = b""
        """The bytes of a whole request that is being answered, if they came as one piece."""
        self._held: list[bytes] | None = None
        """What came while a request is answered that the parser was not told of."""
        self._leave: Callable[[], None] | None = None
        self._given_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Somebody has come: a reader, or a proxy for readers."""
        super().connection_made(transport)
        self._trusted = (self.client[0] if self.client else None) in self._proxies
        self._again = None if self._answers is None else self._answers.again[self._trusted]

    def data_received(self, data: bytes) -> None:
        """Know a request again by its bytes; let the parser read any other."""
        if self._held is not None:
            self._held.append(data)
            self.flow.pause_reading()
            return
        alone = self._between and self._idle()
        if alone and self._answers is not None and self._again is not None:
            if (question := self._again.whole(data)) is not None:
                whole = not data.startswith(b"HEAD")
                now = self._answers.freshness.lent()
                if now is not None and (reply := self._answers.reply(question, now)) is not None:
                    self._give(_AT_ONCE, reply, whole=whole)
                    return
                waiting = self._wait()
                self._answers.freshness.ask(partial(self._told_again, waiting, data, question, whole))
                return
            if (found := self._again.alike(data)) is not None:
                alike, feature_id = found
                told = partial(self._told_alike, self._wait(), data, alike, feature_id)
                self._answers.freshness.ask(told, feature_id.decode())
                return
        self._request = data if alone and data.endswith(_END) and data.count(_END) == 1 else b""
        super().data_received(data)

    def on_message_begin(self) -> None:
        """The parser has seen the beginning of a request."""
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The parser has seen its end."""
        self._between = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Answer soon what is known, and leave everything else to uvicorn."""
        question = self._question() if self._idle() else None
        if question is None or self._answers is None:
            super().on_headers_complete()
            return
        self.cycle = _Waiting()
        told = partial(self._told, self.cycle, self.scope, question, self._request)
        self._answers.freshness.ask(told, question.feature_id)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever leaves waits for nothing any more."""
        if self._leave is not None:
            self._leave()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Tell who does not speak HTTP what is wrong, as a problem like every other."""
        body = orjson.dumps(unreadable(msg))
        head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[400] + head + body)
        self.transport.close()

    def _idle(self) -> bool:
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    def _wait(self) -> _Waiting:
        """For a request that was known by its bytes."""
        self._held = []
        self.cycle = waiting = _Waiting()
        return waiting

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
        if self._trusted:  # as uvicorn's middleware does, before whom this stands
            proto = next((value for name, value in reversed(self.headers) if name == b"x-forwarded-proto"), b"")
            if (scheme := proto.decode("latin-1").strip()) in _SCHEMES:
                scope["scheme"] = scheme
        question = self._answers.question(scope)
        return question if question is not None and self._answers.knows(question) else None

    def _told(self, waiting: _Waiting, scope: Any, question: Question, request: bytes, now: Now) -> None:
        """Answer, now that the version is known."""
        answers = self._answers
        if answers is None or waiting.disconnected or self.transport.is_closing():
            return
        reply = answers.reply(question, now)
        if reply is None and question.page is not None and now.version is not None:
            made = partial(self._made, waiting, scope)
            self._leave = answers.pages.ask(question, question.page, now.version, made)
            return
        if reply is not None and request and reply.status == 200:
            answers.remember(request, question, trusted=self._trusted)
        self._made(waiting, scope, reply)

    def _made(self, waiting: _Waiting, scope: Any, reply: Reply | None) -> None:
        self._leave = None
        if waiting.disconnected or self.transport.is_closing():
            return
        if reply is None:
            self._leave_to_uvicorn(scope, waiting)
        else:
            self._give(waiting, reply, whole=scope["method"] == "GET")

    def _told_again(self, waiting: _Waiting, data: bytes, question: Question, whole: bool, now: Now) -> None:
        """The same for a request that was known by its bytes."""
        reply = None
        if self._answers is not None and not waiting.disconnected and not self.transport.is_closing():
            reply = self._answers.reply(question, now)
            if reply is not None:
                self._give(waiting, reply, whole=whole)
        self._go_on(waiting, data, answered=reply is not None)

    def _told_alike(self, waiting: _Waiting, data: bytes, alike: Alike, feature_id: bytes, now: Now) -> None:
        """The same for one that was known but for the id of its feature."""
        made = None
        if self._answers is not None and not waiting.disconnected and not self.transport.is_closing():
            made = self._answers.alike(alike, feature_id, now)
            if made is not None:
                line = _server_line(self.server_state.default_headers)
                self.transport.write(b"".join((STATUS_LINE[200], line, *made)))
                self._given(waiting)
        self._go_on(waiting, data, answered=made is not None)

    def _go_on(self, waiting: _Waiting, data: bytes, *, answered: bool) -> None:
        """Let the parser read a request that has no answer here any more; then what came meanwhile."""
        held, self._held = self._held, None
        if waiting.disconnected or self.transport.is_closing():
            return
        if not answered:
            waiting.response_complete = True
            self._request = data
            super().data_received(data)
        for piece in held or ():
            self.data_received(piece)

    def _give(self, waiting: _Waiting, reply: Reply, *, whole: bool) -> None:
        line = _server_line(self.server_state.default_headers)
        if not whole:
            self.transport.write(reply.start(line))
        elif reply.pieces:
            self.transport.writelines((reply.start(line), *reply.pieces))
        else:
            self.transport.write(reply.wire(line))
        self._given(waiting)

    def _given(self, waiting: _Waiting) -> None:
        waiting.response_complete = True
        self._given_at = self.loop.time()
        if waiting.keep_alive and self.timeout_keep_alive_task is not None:
            self.server_state.total_requests += 1
            self.flow.resume_reading()
            return
        if not waiting.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that nobody uses. Set once, not for each answer: it looks when the last was."""
        answering = self.cycle is not None and not self.cycle.response_complete
        left = self.timeout_keep_alive if answering else self._given_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            self.timeout_keep_alive_task = None
            super().timeout_keep_alive_handler()

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


_line: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")


def _server_line(headers: list[tuple[bytes, bytes]]) -> bytes:
    """What uvicorn adds to every answer, the date: a new list each second."""
    global _line
    if _line[0] is not headers:
        _line = headers, b"".join([b"%b: %b\r\n" % header for header in headers])
    return _line[1]
