"""What the service does by the clock: keep events, take up orphans, hear of cancellations."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from app.errors import StorageUnavailable
from app.execution.active_runs import flush_events
from app.execution.runner import Runner
from app.runs.orphans import OrphanedRuns
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.storage.database import Database

logger = logging.getLogger(__name__)


_FLUSH_SECONDS = 0.25


_LOOK_SECONDS = 1.0


_FREE_SECONDS = 60.0


class Maintenance:
    """Works beside the runs for as long as the service is open."""

    def __init__(
        self,
        runner: Runner,
        database: Database,
        *,
        take_up: Callable[[RunRecord], Awaitable[None]],
        sweep: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._runner = runner
        self._take_up = take_up
        self._sweep = sweep
        self._runs = RunRepository(database)
        self._orphans = OrphanedRuns(database)
        self._failing: dict[Callable[[], Awaitable[object]], type[Exception]] = {}
        """What went wrong with an act the last time: it is told once."""

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Take up what an earlier process left, and look after the runs until the block ends."""
        is_done = await self._try(self._take_orphans)
        loops = (
            self._every(_FLUSH_SECONDS, self._flush),
            self._every(_LOOK_SECONDS, self._cancel_asked),
            self._every(_FREE_SECONDS, self._orphans.free_threads),
            self._look_for_orphans(is_done=bool(is_done)),
            self._sweep(),
        )
        tasks = [asyncio.create_task(loop) for loop in loops]
        for task in tasks:
            task.add_done_callback(_log_death)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _every(self, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._try(act)

    async def _try(self, act: Callable[[], Awaitable[object]]) -> object:
        """Do it; where that fails, say so once and return None."""
        try:
            done = await act()
        except Exception as error:  # noqa: BLE001  # no surprise may end a loop or stop the start
            self._tell_once(act, error)
            return None
        self._failing.pop(act, None)
        return done

    def _tell_once(self, act: Callable[[], Awaitable[object]], error: Exception) -> None:
        if self._failing.get(act) is type(error):
            return
        self._failing[act] = type(error)
        if isinstance(error, StorageUnavailable):
            logger.warning("the database is away", extra={"error": error.reason})
        else:
            logger.error("what the keeper does by the clock failed", exc_info=error)

    async def _flush(self) -> None:
        runs = [started for started in self._runner.live if not started.is_ending]
        await flush_events(self._runs, runs)

    async def _cancel_asked(self) -> None:
        live = self._runner.live
        if len(live) == 0:
            return
        for run_id in await self._orphans.asked_to_cancel(live.ids):
            if (started := live.get(run_id)) is not None:
                started.stop()

    async def _look_for_orphans(self, *, is_done: bool) -> None:
        """Take up all there are, then wait until there may be new ones."""
        while True:
            while not is_done:
                await asyncio.sleep(_LOOK_SECONDS)
                is_done = bool(await self._try(self._take_orphans))
            await self._runner.has_lost_runs.wait()
            self._runner.has_lost_runs.clear()
            is_done = False

    async def _take_orphans(self) -> bool:
        """Take up as many as may work at once, and return whether that was all of them."""
        free = 0 if self._runner.is_stopping else self._runner.free_slots
        if free == 0:
            return False
        records = await self._orphans.take(free, self._runner.live.ids)
        for number, record in enumerate(records):
            try:
                await self._take_up(record)
            except (StorageUnavailable, asyncio.CancelledError):
                await self._leave(records[number:])
                raise
            except Exception:  # one run's surprise must not keep the others from going on
                logger.exception("run not taken up", extra={"run_id": record.run.id})
        return len(records) < free

    async def _leave(self, records: Sequence[RunRecord]) -> None:
        """Do not count the attempt of runs that were taken and nobody began."""
        with contextlib.suppress(StorageUnavailable):
            await self._orphans.release([record.run.id for record in records])


def _log_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a loop of the keeper ended", exc_info=error)
