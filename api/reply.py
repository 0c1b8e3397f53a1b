"""What may be answered from memory: the question, and the answer as the bytes that leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from api.one_feature import RawHeaders, Wanted
from api.one_page import Plain

Key = tuple[str | bytes | None, ...]
JOINED = 240 * 1024
"""Up to here all of an answer is kept as one piece, for one write; larger blocks come from the system each time."""


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
    """A whole answer. `head`: its headers as they are sent, behind what the server itself says.

    `pieces`: the body, never copied together; without them the answer is short, and `wire` has all of it.
    `size`: of all.
    """

    __slots__ = (
        "_headers",
        "_line",
        "_wire",
        "head",
        "pieces",
        "route",
        "size",
        "status",
        "status_line",
        "tag",
        "version",
    )

    def __init__(
        self, version: str, tag: bytes, status: int, headers: RawHeaders, pieces: Sequence[bytes], route: str = ""
    ) -> None:
        self.version, self.tag, self.status, self.route = version, tag, status, route
        self.status_line = STATUS_LINE[status]
        self._headers = headers
        self.head = b"%b\r\n" % b"".join([b"%b: %b\r\n" % header for header in headers])
        self.size = len(self.head) + sum(map(len, pieces))
        short = self.size < JOINED
        self._line = b""
        self._wire = b"".join((self.status_line, self.head, *pieces)) if short else b""
        self.pieces = () if short else pieces

    def start(self, line: bytes) -> bytes:
        """All before the body. `line`: what the server itself says, the second among it."""
        return b"".join((self.status_line, line, self.head))

    def wire(self, line: bytes) -> bytes:
        """All of a short answer, put together anew only when the line is another one: once a second."""
        if line is not self._line:
            behind = memoryview(self._wire)[len(self.status_line) + len(self._line) :]
            self._wire, self._line = b"".join((self.status_line, line, behind)), line
        return self._wire

    def gather(self) -> None:
        """Become one piece, for an answer that stays: many small ones leave holes in the heap that nobody fills."""
        if len(self.pieces) > 1:
            self.pieces = (b"".join(self.pieces),)

    async def send(self, send: Send) -> None:
        """Give the answer to whoever speaks ASGI."""
        body = b"".join(self.pieces) if self.pieces else self._wire[len(self.start(self._line)) :]
        await send({"type": "http.response.start", "status": self.status, "headers": self._headers})
        await send({"type": "http.response.body", "body": body})
