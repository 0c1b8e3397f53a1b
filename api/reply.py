"""What may be answered from memory: the question, and the answer as the bytes that leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from api.one_feature import RawHeaders, Wanted
from api.one_page import Plain

Key = tuple[str | bytes | None, ...]
JOINED = 64 * 1024
"""Up to here head and body are kept in one piece, which is cheaper than two writes."""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET that may be answered from memory. `key`: all that its answer depends on beside the data.

    Two keys may have one answer, one key never two. `had`: the ETags that the client knows. `feature`, `page`: told
    where an answer that is not kept can be made without the framework.
    """

    key: Key
    had: bytes | None
    coding: str
    feature: Wanted | None = None
    page: Plain | None = None

    @property
    def feature_id(self) -> str | None:
        """Which feature to ask the database for, together with the version."""
        return None if self.feature is None else self.feature.id


class Reply:
    """A whole answer. `head`: its headers as they are sent, behind `status_line` and what the server itself says.

    `wire`: head and body where they are short; else `pieces`, the body, which is never copied together. `size`: of all.
    """

    __slots__ = ("_headers", "head", "pieces", "route", "size", "status", "status_line", "tag", "version", "wire")

    def __init__(
        self, version: str, tag: bytes, status: int, headers: RawHeaders, pieces: Sequence[bytes], route: str = ""
    ) -> None:
        self.version, self.tag, self.status, self.route = version, tag, status, route
        self.status_line = STATUS_LINE[status]
        self._headers = headers
        self.head = b"%b\r\n" % b"".join([b"%b: %b\r\n" % header for header in headers])
        self.size = len(self.head) + sum(map(len, pieces))
        self.wire = b"".join((self.head, *pieces)) if self.size < JOINED else None
        self.pieces = pieces if self.wire is None else ()

    async def send(self, send: Send) -> None:
        """Give the answer to whoever speaks ASGI."""
        body = b"".join(self.pieces) if self.wire is None else self.wire[len(self.head) :]
        await send({"type": "http.response.start", "status": self.status, "headers": self._headers})
        await send({"type": "http.response.body", "body": body})
