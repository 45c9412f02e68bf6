"""The clockwork beside the runs.

It stores events, passes on cancellations by other processes, and looks after threads and files.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from app.errors import StorageUnavailable
from app.execution.active_runs import flush_events
from app.execution.runner import Runner
from app.execution.worker import Worker
from app.logs import log_crash
from app.runs.queue import QueuedRuns
from app.runs.repository import RunRepository
from app.storage.database import Database
from app.threads.repository import ThreadRepository

logger = logging.getLogger(__name__)

_FLUSH_SECONDS = 0.25
_LOOK_SECONDS = 1.0
_ABANDONED_THREADS_SECONDS = 60.0


class Maintenance:
    """Works beside the runs for as long as the service is open."""

    def __init__(
        self,
        runner: Runner,
        worker: Worker,
        *,
        database: Database,
        runs: RunRepository,
        queued_runs: QueuedRuns,
        threads: ThreadRepository,
    ) -> None:
        self._runner = runner
        self._database = database
        self._runs = runs
        self._queued_runs = queued_runs
        self._threads = threads
        self._worker = worker
        self._failing: dict[Callable[[], Awaitable[object]], type[Exception]] = {}
        """What went wrong with an act the last time: it is logged once."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after the runs until the block ends."""
        # At once too: a process that never lives for a minute would release none.
        await self._try(self._threads.release_abandoned)
        loops = (
            self._every(_FLUSH_SECONDS, self._flush),
            self._every(_LOOK_SECONDS, self._stop_cancelled),
            self._every(_LOOK_SECONDS, self._database.look),
            self._every(_ABANDONED_THREADS_SECONDS, self._threads.release_abandoned),
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

        Those that it left behind are queued.

        Raises:
            StorageUnavailable: the database does not say which.
        """
        running = [one for one in self._runner.active if one.has_row and not one.is_ending]
        active = {one.run.id: one for one in running}
        attempts = {run_id: one.run.attempt for run_id, one in active.items()}
        for run_id in await self._queued_runs.claimed_elsewhere(attempts):
            active[run_id].leave_to_another()
        self._worker.look_soon()

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
        for run_id in await self._queued_runs.cancel_requested(active_runs.ids):
            if (active := active_runs.get(run_id)) is not None:
                active.stop()
