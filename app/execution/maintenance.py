"""The clockwork beside the runs.

It stores events, recovers orphaned runs, passes on cancellations, and looks after the files.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from app.errors import StorageUnavailable
from app.execution.active_runs import flush_events
from app.execution.recovery import Recovery
from app.execution.runner import Runner
from app.logs import log_crash
from app.runs.orphans import OrphanedRuns
from app.runs.repository import RunRepository
from app.runs.run import Run
from app.storage.database import Database
from app.threads.repository import ThreadRepository

logger = logging.getLogger(__name__)

_FLUSH_SECONDS = 0.25
_LOOK_SECONDS = 1.0
_ABANDONED_THREADS_SECONDS = 60.0


class Maintenance:
    """Works beside the runs for as long as the service is open."""

    def __init__(self, runner: Runner, database: Database, recovery: Recovery) -> None:
        self._runner = runner
        self._database = database
        self._runs = RunRepository(database)
        self._orphans = OrphanedRuns(database)
        self._threads = ThreadRepository(database)
        self._recovery = recovery
        self._failing: dict[Callable[[], Awaitable[object]], type[Exception]] = {}
        """What went wrong with an act the last time: it is logged once."""

        self._left: set[str] = set()
        """Runs that could neither continue nor be ended: they are left to the next start."""

        self._postponed: set[str] = set()
        """Runs for which the database did not answer: what is damaged may be theirs alone."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Recover what an earlier process left, and look after the runs until the block ends."""
        is_done = await self._try(self._recover_orphans)
        # At once too: a process that never lives for a minute would release none.
        await self._try(self._threads.release_abandoned)
        loops = (
            self._every(_FLUSH_SECONDS, self._flush),
            self._every(_LOOK_SECONDS, self._stop_cancelled),
            self._every(_LOOK_SECONDS, self._database.look),
            self._every(_ABANDONED_THREADS_SECONDS, self._threads.release_abandoned),
            self._look_for_orphans(is_done=bool(is_done)),
        )
        tasks = [asyncio.create_task(loop) for loop in loops]
        for task in tasks:
            task.add_done_callback(log_crash)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def leave_claimed_runs(self) -> None:
        """End those runs here that another process has claimed, or ended, while it served.

        Those that it left behind are recovered.

        Raises:
            StorageUnavailable: the database does not say which.
        """
        running = [one for one in self._runner.active if one.has_row and not one.is_ending]
        active = {one.run.id: one for one in running}
        attempts = {run_id: one.run.attempt for run_id, one in active.items()}
        for run_id in await self._orphans.claimed_elsewhere(attempts):
            active[run_id].leave_to_another()
        self._runner.has_orphans.set()

    async def _every(self, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._try(act)

    async def _try(self, act: Callable[[], Awaitable[object]]) -> object:
        """Do it; where that fails, log it once and return None."""
        try:
            done = await act()
        except Exception as error:  # noqa: BLE001  # no surprise may end a loop or stop the start
            self._log_once(act, error)
            return None
        self._failing.pop(act, None)
        return done

    def _log_once(self, act: Callable[[], Awaitable[object]], error: Exception) -> None:
        if self._failing.get(act) is type(error):
            return
        self._failing[act] = type(error)
        if isinstance(error, StorageUnavailable):
            logger.warning("the database is unavailable", extra={"error": error.reason})
        else:
            logger.error("maintenance failed", exc_info=error)

    async def _flush(self) -> None:
        runs = [active for active in self._runner.active if not active.is_ending]
        await flush_events(self._runs, runs)

    async def _stop_cancelled(self) -> None:
        active_runs = self._runner.active
        if len(active_runs) == 0:
            return
        for run_id in await self._orphans.cancel_requested(active_runs.ids):
            if (active := active_runs.get(run_id)) is not None:
                active.stop()

    async def _look_for_orphans(self, *, is_done: bool) -> None:
        """Recover all there are, then wait until there may be new ones."""
        while True:
            while not is_done:
                await asyncio.sleep(_LOOK_SECONDS)
                is_done = bool(await self._try(self._recover_orphans))
            await self._runner.has_orphans.wait()
            self._runner.has_orphans.clear()
            is_done = False

    async def _recover_orphans(self) -> bool:
        """Recover as many as there are free slots, and return whether that was all of them."""
        free = self._runner.free_slots
        if free == 0:
            return False
        others = [*self._runner.active.ids, *self._left, *self._postponed]
        runs = await self._orphans.claim(free, others)
        for number, run in enumerate(runs):
            try:
                await self._recovery.recover(run)
            except (StorageUnavailable, asyncio.CancelledError):
                self._postponed.add(run.id)
                await self._release(runs[number:])
                raise
            except Exception:  # one run's surprise must not keep the others from continuing
                self._left.add(run.id)
                logger.exception("run not recovered", extra={"run_id": run.id})
        is_done = len(runs) < free and not self._postponed
        if len(runs) < free:
            self._postponed.clear()
        return is_done

    async def _release(self, runs: Sequence[Run]) -> None:
        """Do not count the attempt of runs that were claimed and not started."""
        with contextlib.suppress(StorageUnavailable):
            await self._orphans.release([run.id for run in runs])
