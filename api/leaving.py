"""Readers who leave before their answer is there: what runs for them in the database is ended."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.reading import Running

AGAIN_S = 0.25
"""A question may ask several statements, and its first may still be about to begin."""
LEFT = 499
"""What is counted where nobody was there for the answer, as nginx does."""
_KEY = "haiphong.asker"


@dataclass(slots=True)
class Asker:
    """Whoever waits for an answer, and what runs for it."""

    running: Running = field(default_factory=Running)
    left: bool = False


def asker_of(connection: HTTPConnection) -> Asker:
    """Who asked; somebody who never leaves where nothing watches."""
    found: Asker = connection.scope.setdefault(_KEY, Asker())
    return found


def has_left(scope: Scope) -> bool:
    """Whether the reader left before the answer was whole."""
    asker: Asker | None = scope.get(_KEY)
    return asker is not None and asker.left


class Leaving:
    """Watches the reader while an answer is made. Requests that bring a body are passed on as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Once the reader has left, no answer begins, and no error is anyone's."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        asker = scope[_KEY] = Asker()
        gone = asyncio.Event()
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            if started or not asker.left:
                started = True
                await send(message)

        watching = asyncio.create_task(_watch(asker, gone, receive))
        try:
            await self.app(scope, _told(gone), sent)
        except Exception:
            if not asker.left:
                raise
        finally:
            watching.cancel()


async def _watch(asker: Asker, gone: asyncio.Event, receive: Receive) -> None:
    """Wait until the reader leaves; then end whatever runs, until the answer is given up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    asker.left = True
    gone.set()
    while True:
        await asyncio.to_thread(asker.running.cancel)
        await asyncio.sleep(AGAIN_S)


def _told(gone: asyncio.Event) -> Receive:
    """What the application receives: a request without a body, and in the end that the reader is gone."""
    first: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if first:
            return first.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    return receive
