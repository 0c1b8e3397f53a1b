"""How long something may take in a test: a busy machine is no fault of what is tried; `make bench` measures speed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SOON_S = 8
"""By the clock: many times what is needed, and less than what hangs, sleeps or grows without bound takes."""


@contextmanager
def soon() -> Iterator[None]:
    """The block ends soon, whoever else is at work."""
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    assert took < SOON_S, f"it took {took:.1f} s"


@contextmanager
def little_work(most_s: float) -> Iterator[None]:
    """The block keeps its thread at work for less than so many seconds, however long it had to wait its turn."""
    began = time.thread_time()
    yield
    worked = time.thread_time() - began
    assert worked < most_s, f"it worked for {worked:.2f} s"
