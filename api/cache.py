"""Finished answers, kept by the version of the data: what has not changed is not made again, and nothing stale leaves.

Every request first learns the version that holds (`geo.freshness`). The key of an answer, and its ETag, is a digest of
that version, of this software, and of the address: an answer of another version can never be found.
"""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.freshness import Freshness

CACHED = ("/api", "/layers/")
MOST_BYTES = 64 * 1024 * 1024
LARGEST = 4 * 1024 * 1024
"""An answer over this is passed on as it comes and not kept."""
_ROOMS = ("geo", "layers", "api")


@dataclass(slots=True)
class _Answer:
    """What came back: kept when `whole` and a 200; else only passed on."""

    start: Message
    body: bytes = b""
    whole: bool = True


class AnswerCache:
    """Answers GETs of the public addresses from memory, 304 to whoever has the answer already.

    One request makes an answer that several wait for. Memory is bounded in bytes; the longest unused answer leaves
    first.
    """

    def __init__(self, app: ASGIApp, freshness: Freshness, software: str) -> None:
        """`software`: names this build, so that an upgrade never answers with what the last one made."""
        self.app = app
        self._freshness = freshness
        self._software = software
        self._kept: OrderedDict[str, _Answer] = OrderedDict()
        self._bytes = 0
        self._making: dict[str, asyncio.Future[_Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where that is right, else pass the request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            await self._freshness.close()
            return
        cacheable = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(CACHED)
        version = await self._freshness.version() if cacheable else None
        if version is None:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tag = self._tag(scope, headers, version)
        if f'"{tag}"' in _tags(headers):
            await _not_modified(tag, send)
        elif (kept := self._find(tag)) is not None or (kept := await self._made_by_another(tag)) is not None:
            await _send(kept, tag, send)
        else:
            await self._make(tag, scope, receive, send)

    def _tag(self, scope: Scope, headers: Headers, version: str) -> str:
        gzip = "gzip" in headers.get("accept-encoding", "")
        parts = (
            version,
            self._software,
            scope["scheme"],
            headers.get("host", ""),
            scope.get("root_path", ""),
            scope["path"],
            scope["query_string"].decode("latin-1"),
            "gzip" if gzip else "",
        )
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()

    def _find(self, tag: str) -> _Answer | None:
        if (kept := self._kept.get(tag)) is not None:
            self._kept.move_to_end(tag)
        return kept

    async def _made_by_another(self, tag: str) -> _Answer | None:
        """The answer that another request is making just now; None when none is, or when it cannot be shared."""
        making = self._making.get(tag)
        return None if making is None else await asyncio.shield(making)

    async def _make(self, tag: str, scope: Scope, receive: Receive, send: Send) -> None:
        making = self._making[tag] = asyncio.get_running_loop().create_future()
        answer: _Answer | None = None

        def share(shared: _Answer | None) -> None:
            if not making.done():
                del self._making[tag]
                making.set_result(shared)

        async def collect(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                passing = "etag" in headers or headers.get("cache-control") == "no-store"
                answer = _Answer(message, whole=message["status"] == 200 and not passing)
                if not answer.whole:
                    share(None)
                    await send(message)
                return
            if answer is None or message["type"] != "http.response.body" or not answer.whole:
                await send(message)
                return
            answer.body += message.get("body", b"")
            if len(answer.body) > LARGEST:
                answer.whole = False
                share(None)
                await send(answer.start)
                await send({**message, "body": answer.body})

        try:
            await self.app(scope, receive, collect)
            if answer is not None and answer.whole:
                self._keep(tag, answer)
                share(answer)
                await _send(answer, tag, send)
        finally:
            share(None)

    def _keep(self, tag: str, answer: _Answer) -> None:
        self._kept[tag] = answer
        self._bytes += len(answer.body)
        while self._bytes > MOST_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)


def software_of(root: Path) -> str:
    """A digest of the rooms' own files under `root`: the same in every worker, another one after an upgrade."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*") if path.suffix in (".py", ".toml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _tags(headers: Headers) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]


async def _not_modified(tag: str, send: Send) -> None:
    headers = MutableHeaders({"ETag": f'"{tag}"', "Vary": "Accept-Encoding"})
    await send({"type": "http.response.start", "status": 304, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})


async def _send(answer: _Answer, tag: str, send: Send) -> None:
    headers = MutableHeaders(raw=list(answer.start["headers"]))
    headers["ETag"] = f'"{tag}"'
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")
    await send({**answer.start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": answer.body})
