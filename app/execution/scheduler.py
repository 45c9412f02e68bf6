"""The clock of the crons: one task that sleeps until the next tick. Changes of crons wake it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from app.crons.cron import Cron
from app.crons.repository import CronRepository, ReadPage
from app.crons.statements import Advance
from app.errors import InvalidInput, StorageUnavailable
from app.execution.ticks import Ticks
from app.logs import log_crash

logger = logging.getLogger(__name__)

_PAGE = 50
"""So many runs of crons start side by side."""

_LONGEST_SLEEP = timedelta(seconds=60)
"""Clocks are set, and machines suspended: the time is looked at so often."""

_STORAGE_PAUSE = timedelta(seconds=5)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Scheduler:
    """Works beside the runs for as long as the service is open."""

    def __init__(self, crons: CronRepository, ticks: Ticks, *, now: Clock = utc_now) -> None:
        self._crons = crons
        self._ticks = ticks
        self._now = now
        self._changed = asyncio.Event()
        self._seen = now()
        self._is_aligned = False
        self._has_failed = False

    def wake(self) -> None:
        """Look again: a cron, or the graphs, have changed."""
        self._changed.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the runs of crons until the block ends."""
        task = asyncio.create_task(self._work(), name="scheduler")
        task.add_done_callback(log_crash)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            self._changed.clear()
            sleep = await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), max(0.001, sleep.total_seconds()))

    async def look(self) -> timedelta:
        """Start what is due, and return after how long to look again."""
        try:
            sleep = await self._look()
        except StorageUnavailable as error:
            if not self._has_failed:
                logger.warning("crons wait for the database", extra={"error": error.reason})
            self._has_failed = True
            return _STORAGE_PAUSE
        except Exception:  # no surprise may end the loop
            logger.exception("crons failed")
            return _LONGEST_SLEEP
        self._has_failed = False
        return sleep

    async def _look(self) -> timedelta:
        now = self._now()
        if now < self._seen - _LONGEST_SLEEP:
            logger.warning("the clock was set back", extra={"from": self._seen, "to": now})
            self._is_aligned = False
        self._seen = now
        if not self._is_aligned:
            await self._align(now)
            self._is_aligned = True
        await self._fire(now)
        nearest = [await self._crons.nearest(now), self._ticks.next_try]
        now = self._now()
        return min([_LONGEST_SLEEP, *(moment - now for moment in nearest if moment is not None)])

    async def _align(self, now: datetime) -> None:
        """Compute anew which ticks are to come: by this clock and these rules of the zones."""
        async for page in self._pages(self._crons.to_come, now):
            for cron in page:
                with contextlib.suppress(InvalidInput):
                    if cron.unreadable is None and (tick := cron.next_after(now)) != cron.next_at:
                        await self._crons.advance(Advance(cron, tick, problem=cron.problem))

    async def _fire(self, now: datetime) -> None:
        due: set[str] = set()
        async for page in self._pages(self._crons.due, now):
            due.update(cron.id for cron in page)
            fired = (self._ticks.fire(cron, now) for cron in page)
            for outcome in await asyncio.gather(*fired, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome
        self._ticks.forget_others(due)

    async def _pages(self, read: ReadPage, now: datetime) -> AsyncIterator[list[Cron]]:
        after = ""
        while page := await read(now, after=after, limit=_PAGE):
            yield page
            after = page[-1].id
