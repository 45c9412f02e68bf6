"""The branches at work in this process: a test sees that they began and ended, and holds them."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

_PATIENCE_SECONDS = 60
_BEGAN: set[str] = set()
_RUNNING: set[str] = set()
_HELD: dict[str, Future[None]] = {}


@contextmanager
def at_work(who: str) -> Iterator[None]:
    _BEGAN.add(who)
    _RUNNING.add(who)
    try:
        yield
    finally:
        _RUNNING.discard(who)


async def wait_while_held(who: str) -> None:
    """Return at once, or when the test that holds this branch lets it go."""
    if (held := _HELD.get(who)) is not None:
        await asyncio.shield(asyncio.wrap_future(held))


@contextmanager
def holding(who: str) -> Iterator[Callable[[], None]]:
    """Hold a branch at its beginning until the block ends, or until what it gives is called."""
    held: Future[None] = Future()
    _BEGAN.discard(who)
    _HELD[who] = held

    def let_go() -> None:
        if not held.done():
            held.set_result(None)

    try:
        yield let_go
    finally:
        del _HELD[who]
        let_go()


async def begins(who: str) -> None:
    """Return once a branch has begun, in the event loop of the test or in another."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while who not in _BEGAN:  # noqa: ASYNC110  # a branch may begin in another thread
            await asyncio.sleep(0.01)


def assert_begins(who: str) -> None:
    _assert_soon(lambda: who in _BEGAN, f"{who} did not begin")


def assert_ends(who: str) -> None:
    assert_begins(who)
    _assert_soon(lambda: who not in _RUNNING, f"{who} still runs")


def _assert_soon(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)
