"""The clock of a test's own event loop, so that a time limit passes when the test says so."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


def skip(seconds: float) -> None:
    """Let all who wait in this event loop find that so much time has passed."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]  # this loop's clock alone


@contextmanager
def standing_still() -> Iterator[None]:
    """Let no time pass in this event loop: what is to be done later is not done."""
    loop = asyncio.get_running_loop()
    before, now = loop.time, loop.time()
    loop.time = lambda: now  # type: ignore[method-assign]  # this loop's clock alone
    try:
        yield
    finally:
        loop.time = before  # type: ignore[method-assign]  # as above
