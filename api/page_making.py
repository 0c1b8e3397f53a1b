"""Pages that are being made: each once for all who wait for it, in threads, given up when nobody waits any more."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from api import metrics
from api.leaving import AGAIN_S
from api.one_feature import RawHeaders
from api.one_page import ROUTE, OnePage, Plain
from api.reply import Key, Question, Reply
from geo.reading import Running

THREADS = 4
"""Of one worker, each with a connection of its own."""
_MOST_WAITING = 64
Tell = Callable[[Reply | None], None]
_Made = tuple[RawHeaders, list[bytes]] | None


@dataclass(slots=True)
class _Making:
    """A page on its way. `tells`: who waits for it."""

    running: Running = field(default_factory=Running)
    tells: dict[object, Tell] = field(default_factory=dict)


class PageMaking:
    """Asked on the event loop, made in threads. `keep`: takes the finished answer."""

    def __init__(self, one_page: OnePage, keep: Callable[[Key, str, RawHeaders, Sequence[bytes], str], Reply]) -> None:
        self._one_page, self._keep = one_page, keep
        self._threads = ThreadPoolExecutor(THREADS, "page")
        self._making: dict[tuple[Key, str], _Making] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def ask(self, question: Question, page: Plain, version: str, tell: Tell) -> Callable[[], None]:
        """Tell once, later: the answer of this version, or None where it has to be found in another way.

        What is returned is to be called by who leaves before that.
        """
        key = (question.key, version)
        loop = asyncio.get_running_loop()
        making = self._making.get(key)
        if making is None:
            making = _Making()
            if len(self._making) >= _MOST_WAITING:
                loop.call_soon(tell, None)
                return _nothing
            self._making[key] = making
            began = time.perf_counter()
            work = self._threads.submit(self._one_page.answer, page, version, question.coding, making.running)

            def done(made: "Future[_Made]") -> None:
                with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
                    loop.call_soon_threadsafe(self._finished, key, began, made)

            work.add_done_callback(done)
        ticket = object()
        making.tells[ticket] = tell

        def leave() -> None:
            if making.tells.pop(ticket, None) is not None and not making.tells:
                self._end(making)

        return leave

    def close(self) -> None:
        """Give up whatever is being made."""
        for making in self._making.values():
            making.running.over = True
            making.running.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finished(self, key: tuple[Key, str], began: float, made: "Future[_Made]") -> None:
        making = self._making.pop(key)
        # Whatever went wrong goes wrong again on the way of every question, which tells what.
        told = None if made.cancelled() or made.exception() is not None else made.result()
        reply = None
        if told is not None:
            reply = self._keep(*key, *told, ROUTE)
            metrics.SECONDS.labels(reply.route).observe(time.perf_counter() - began)
        waiting, making.tells = making.tells, {}
        for tell in waiting.values():
            tell(reply)

    def _end(self, making: _Making) -> None:
        making.running.over = True
        task = asyncio.get_running_loop().create_task(self._cancel(making))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _cancel(self, making: _Making) -> None:
        """End what runs for a page, until it is over: its statement may be just about to begin."""
        while any(one is making for one in self._making.values()):
            await asyncio.to_thread(making.running.cancel)
            await asyncio.sleep(AGAIN_S)


def _nothing() -> None:
    """Nobody has to be told."""
