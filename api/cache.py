"""Finished answers, kept by the version of the data: what has not changed is not made again, and nothing stale leaves.

Every request first learns the version that holds (`geo.freshness`); only an answer of that very version is given. This
stands before the framework: a kept answer costs a look into a dictionary, and leaves with the headers it was made with.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import metrics, one_feature
from api.again import Again, Alike
from api.encoding import chosen
from api.headers import VARY, add, bodiless
from api.keeping import LARGEST, Keeping
from api.leaving import has_left
from api.negotiation import variant
from api.one_feature import OneFeature, RawHeaders
from api.one_page import OnePage
from api.page_making import PageMaking
from api.reply import Key, Question, Reply
from geo.freshness import Freshness, Now

CACHED = ("/api", "/layers/")
"""Addresses whose answers depend on nothing but the question and the data; all of them are public."""
_LEFT = "left"
"""Instead of a reply: the reader for whom it was made has left, so somebody else is to ask for it."""
_ROOMS = ("geo", "layers", "api", "web/pages")
_KINDS = (".py", ".toml", ".html")
_ASKED_BY = (b"host", b"accept", b"accept-language", b"accept-encoding", b"if-none-match")


class AnswerCache:
    """Answers GETs of the public addresses from memory, 304 to whoever has the answer already.

    One request makes an answer that several wait for; `Keeping` says how long it stays. `software`: names this build,
    so that an upgrade never answers with what the last one made. `feature`, `page`: make the answers to what is asked
    most, without the framework. `routes`: whose answers are counted. `again`: requests that need not be read again,
    those over connections of a trusted proxy apart.
    """

    def __init__(
        self,
        app: ASGIApp,
        freshness: Freshness,
        software: str,
        feature: OneFeature,
        page: OnePage,
        routes: Sequence[BaseRoute] = (),
    ) -> None:
        self.app = app
        self.freshness = freshness
        self._software = software
        self._one_feature, self._one_page = feature, page
        self.pages = PageMaking(page, self._keep)
        self.again = {trusted: Again() for trusted in (False, True)}
        self._kept = Keeping()
        self._making: dict[tuple[Key, str], asyncio.Future[Reply | str | None]] = {}
        not_modified = MutableHeaders({"Vary": VARY})
        add(not_modified, public=True)
        self._not_modified = not_modified.raw
        self._route = lru_cache(4096)(lambda path: metrics.template(routes, unquote(path.decode("ascii", "replace"))))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where that is right, else pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            if scope["type"] == "lifespan":
                await self.freshness.close()
                self.pages.close()
                metrics.tell()
            return
        question = self.question(scope)
        if question is None:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, bodiless(send)
        now = await self.freshness.now(question.feature_id)
        if now.version is None:
            await self.app(scope, receive, send)
            return
        reply = self.reply(question, now)
        while reply is None and (making := self._making.get((question.key, now.version))) is not None:
            shared = await asyncio.shield(making)
            if isinstance(shared, Reply):
                reply = shared
                self._given(reply)
            elif shared is None:
                break
        if reply is not None:
            await reply.send(send)
        else:
            await self._make(question.key, now.version, scope, receive, send)

    def question(self, scope: Scope) -> Question | None:
        """What is asked, for `reply`; None where an answer depends on more than that, or is no one else's."""
        if scope["method"] not in ("GET", "HEAD") or not scope["path"].startswith(CACHED):
            return None
        headers = dict(scope["headers"])
        if len(headers) < len(scope["headers"]):
            names = [name for name, _ in scope["headers"]]
            if any(names.count(name) > 1 for name in _ASKED_BY):
                return None  # which of the two counts would be anyone's guess
        form, coding = variant(scope), chosen(headers.get(b"accept-encoding"))
        key = (
            scope["scheme"],
            scope.get("root_path", ""),
            scope["raw_path"],
            scope["query_string"],
            headers.get(b"host"),
            form,
            coding,
        )
        had = headers.get(b"if-none-match")
        if key in self._kept:
            return Question(key, had, coding)
        feature = self._one_feature.wanted(scope, headers, form)
        page = None if feature is not None else self._one_page.wanted(scope, headers, form)
        return Question(key, had, coding, feature, page)

    def knows(self, question: Question) -> bool:
        """Whether it can be answered without the framework, if nothing is special about it."""
        return question.feature is not None or question.page is not None or question.key in self._kept

    def remember(self, request: bytes, question: Question, *, trusted: bool) -> None:
        """Know a request again by its bytes, which say all that `question` reads of it, when it was answered."""
        again = self.again[trusted]
        if question.feature is None:
            again.remember(request, question)
        elif not question.coding and question.had is None:
            alike = Alike(question.feature, question.key, self._software, VARY.encode())
            again.remember_alike(request, alike)

    def alike(self, alike: Alike, feature_id: bytes, now: Now) -> tuple[bytes, bytes] | None:
        """Head and body of the answer with this feature; None where it is not to be found `now`."""
        found = now.features.get(feature_id.decode())
        body = None if found is None else alike.body(feature_id, found)
        if body is None or now.version is None:
            return None
        metrics.kept("made")
        metrics.answered(one_feature.ROUTE, "GET", 200)
        return alike.head(feature_id, now.version, len(body)), body

    def reply(self, question: Question, now: Now) -> Reply | None:
        """The answer that holds `now`, where it is kept or quickly made; 304 to who has it; None where it is not."""
        key, version = question.key, now.version
        if version is None:
            return None
        kept = self._kept.get(key)
        if kept is not None and kept.version != version:
            kept = None
        if question.had is not None:
            tag = kept.tag if kept is not None else self._tag(key, version)
            if tag in [one.strip().removeprefix(b"W/") for one in question.had.split(b",")]:
                metrics.kept("not_modified")
                metrics.answered(self._route(key[2]), "GET", 304)
                return Reply(version, tag, 304, [*self._not_modified, (b"etag", tag)], ())
        if kept is not None:
            self._given(kept)
        elif question.feature is not None and (found := now.features.get(question.feature.id)) is not None:
            made = self._one_feature.answer(question.feature, found, question.coding)
            if made is not None:
                kept = self._keep(key, version, *made, one_feature.ROUTE)
                metrics.answered(kept.route, "GET", kept.status)
        return kept

    def _given(self, reply: Reply) -> None:
        metrics.kept("kept")
        metrics.answered(reply.route, "GET", reply.status)

    def _tag(self, key: Key, version: str) -> bytes:
        digest = hashlib.blake2b(f"{version}\n{self._software}\n{key!r}".encode(), digest_size=16)
        return f'"{digest.hexdigest()}"'.encode()

    async def _make(self, key: Key, version: str, scope: Scope, receive: Receive, send: Send) -> None:
        making = self._making[key, version] = asyncio.get_running_loop().create_future()

        def share(shared: Reply | str | None) -> None:
            if self._making.get((key, version)) is making:
                del self._making[key, version]
            if not making.done():
                making.set_result(shared)

        collecting = _Collecting(send, lambda: share(None))
        try:
            await self.app(scope, receive, collecting.collect)
            if collecting.complete:
                reply = self._keep(key, version, collecting.start["headers"], [bytes(collecting.body)])
                share(reply)
                await reply.send(send)
        finally:
            share(_LEFT if has_left(scope) else None)

    def _keep(self, key: Key, version: str, headers: RawHeaders, pieces: Sequence[bytes], route: str = "") -> Reply:
        tag = self._tag(key, version)
        told = [header for header in headers if header[0] != b"vary"]
        everything = [*told, (b"vary", VARY.encode()), (b"etag", tag)]
        reply = Reply(version, tag, 200, everything, pieces, route or self._route(key[2]))
        metrics.kept("made")
        self._kept.put(key, reply)
        metrics.KEPT_BYTES.set(self._kept.bytes)
        return reply


class _Collecting:
    """Gathers an answer that can be kept; passes any other one on as it comes."""

    def __init__(self, send: Send, give_up: Callable[[], None]) -> None:
        self.start: Message = {}
        self.body = bytearray()
        self.whole = self.complete = False
        self._send = send
        self._give_up = give_up

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            passing = "etag" in headers or headers.get("cache-control") == "no-store"
            self.start, self.whole = message, message["status"] == 200 and not passing
            if not self.whole:
                self._give_up()
        if not self.whole:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if len(self.body) > LARGEST:
                self.whole = False
                self._give_up()
                await self._send(self.start)
                await self._send({**message, "body": bytes(self.body)})
            else:
                self.complete = not message.get("more_body", False)


def software_of(root: Path) -> str:
    """A digest of the rooms' own files under `root`: the same in every worker, another one after an upgrade."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*") if path.suffix in _KINDS):
        digest.update(path.read_bytes())
    return digest.hexdigest()
