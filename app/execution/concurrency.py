"""How many runs work at once, and how many may wait for it."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import TooManyRuns

_LONGEST_RETRY_AFTER = 60

_WEIGHT = 0.2
"""How much the newest run's duration counts in the typical one."""


class ConcurrencyLimit:
    """A bounded number of slots and a bounded queue before them, first come, first served."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running = running
        self._waiting = waiting
        self._free = asyncio.Semaphore(running)
        self._admitted = 0
        self._typical_seconds = 1.0

    def admit(self, *, is_bounded: bool = False) -> None:
        """Count a run in; `leave` must follow. `is_bounded` when its caller bounds the queue.

        Raises:
            TooManyRuns: as many runs as allowed are running and waiting.
        """
        if self._admitted >= self._running + self._waiting and not is_bounded:
            raise TooManyRuns(
                f"{self._running} runs are running and {self._waiting} wait, which is the "
                f"limit (FANJOIN_MAX_CONCURRENT_RUNS, FANJOIN_MAX_WAITING_RUNS): try again later",
                retry_after=self._retry_after(),
            )
        self._admitted += 1

    def leave(self) -> None:
        self._admitted -= 1

    @property
    def free(self) -> int:
        """How many runs could begin at once."""
        return max(0, self._running - self._admitted)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it."""
        async with self._free:
            began = time.monotonic()
            try:
                yield
            finally:
                took = time.monotonic() - began
                self._typical_seconds += _WEIGHT * (took - self._typical_seconds)

    def _retry_after(self) -> int:
        rounds = (self._waiting + 1) / self._running
        return min(_LONGEST_RETRY_AFTER, max(1, math.ceil(rounds * self._typical_seconds)))
