"""A body that is sent as it is made: back-pressure reaches whatever makes it, and nobody holds it for ever."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

PATIENCE_S = 60
"""A reader that takes nothing for so long is let go."""
PIECE = 256 * 1024


class Sending(StreamingResponse):
    """Sends the pieces one after another; when the reader leaves or stops reading, what makes them is closed."""

    def __init__(self, pieces: Generator[bytes, None, Any], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything, or break off: without its end the answer is seen to be incomplete."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(PATIENCE_S):
                await send(message)

        try:
            await super().__call__(scope, receive, patiently)
        except TimeoutError:
            return
        finally:
            await run_in_threadpool(self._pieces.close)


def begun(pieces: Generator[bytes, None, Any]) -> Generator[bytes, None, Any]:
    """The same pieces, the first of which is there already, so that an error before it can still become a problem."""
    first = next(pieces, b"")

    def all_of_them() -> Generator[bytes, None, None]:
        with closing(pieces):
            yield first
            yield from pieces

    return all_of_them()


def of_file(file: BinaryIO) -> Generator[bytes, None, None]:
    """The bytes of a file, which is then closed."""
    with file:
        while piece := file.read(PIECE):
            yield piece
