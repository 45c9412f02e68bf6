"""Runs in which no time passes until a test says so: a limit cannot outrun what it is to limit.

Only timers stand still, those of `asyncio` and of what builds on it; work and waiting for the
other side go on.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands until `let_time_pass`."""

    def __init__(self) -> None:
        super().__init__()
        self._stands_at: float | None = super().time()
        self._offset = 0.0

    def time(self) -> float:
        return super().time() + self._offset if self._stands_at is None else self._stands_at

    def let_time_pass(self, *, ahead: float = 0) -> None:
        """Set the clock going, so many seconds ahead of where it stood."""
        if self._stands_at is not None:
            self._offset = self._stands_at - super().time() + ahead
            self._stands_at = None


def run_in_still_time(
    work: Coroutine[Any, Any, T], *, until: Callable[[], None], ahead: float = 0
) -> T:
    """Run this; time passes from when `until` returns, which waits in a thread of its own.

    With `ahead`, so many seconds are then gone at once, for deadlines that are told in epoch
    seconds, too.
    """

    async def run() -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StillLoop)
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(asyncio.to_thread(until))
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            waiting.result()
        with pytest.MonkeyPatch.context() as patch:
            clock = time.time
            patch.setattr(time, "time", lambda: clock() + ahead)
            loop.let_time_pass(ahead=ahead)
            return await working

    with asyncio.Runner(loop_factory=StillLoop) as runner:
        return runner.run(run())
