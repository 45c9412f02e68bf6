"""Executes queued runs: claims each when it has a slot, and continues it, or ends it with a reason.

A run that begins and one that an earlier process left unfinished are the same here: a row.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.errors import GraphExcluded, StorageUnavailable
from app.execution.recovery import Recovery
from app.execution.runner import Runner
from app.logs import log_crash
from app.runs.queue import QueuedRuns
from app.runs.run import Run
from app.work.work import Queued, Work

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0
"""Before something is tried again that the database, or the service, does not allow now."""


class Worker:
    """Executes what `Work` passes on, and passes news on to those who follow runs here."""

    def __init__(
        self, runner: Runner, queued_runs: QueuedRuns, recovery: Recovery, work: Work
    ) -> None:
        self._runner = runner
        self._queued_runs = queued_runs
        self._recovery = recovery
        self._work = work
        self._is_to_look = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Execute queued runs, also those that an earlier process left, until the block ends."""
        with self._work.subscribe(self._runner.active.hear):
            async with self._work.execute(self._execute):
                self.look_soon()
                looking = asyncio.create_task(self._look())
                looking.add_done_callback(log_crash)
                try:
                    yield
                finally:
                    looking.cancel()
                    await asyncio.gather(looking, return_exceptions=True)

    def look_soon(self) -> None:
        """Queue what is held by no living process, as soon as the database allows it."""
        self._is_to_look.set()

    async def _look(self) -> None:
        while True:
            await self._is_to_look.wait()
            self._is_to_look.clear()
            try:
                await self._queued_runs.requeue()
            except StorageUnavailable:
                self._is_to_look.set()
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self._runner.active.wake_all()

    async def _execute(self, queued: Queued) -> Queued | None:
        """Execute a run whose turn it is; return it as it waits again, if it does."""
        run = await self._claim(queued)
        if run is None:
            return None
        try:
            active = await self._recovery.recover(run)
        except StorageUnavailable:  # what is damaged may be this run's alone: others go on
            await self._release(run)
            return _later(queued, run)
        except GraphExcluded as error:
            await self._release(run)
            fields = {"run_id": run.id, "error": str(error)}
            logger.warning("run waits for its graph", extra=fields)
            return None
        except asyncio.CancelledError:
            await self._release(run)
            raise
        except Exception:  # one run's surprise ends nothing else: it is left to the next start
            logger.exception("run not recovered", extra={"run_id": run.id})
            return None
        if active is None:
            return None
        await active.executed.wait()
        if active.is_claimed_elsewhere:
            self.look_soon()  # it may be left by now
            return None
        is_left = active.run.is_over or self._runner.is_stopping
        return None if is_left else _later(queued, run)

    async def _claim(self, queued: Queued) -> Run | None:
        """Claim a run as soon as the service may take one; None where there is none to claim."""
        while True:
            if self._runner.obstacle() is None:
                with suppress(StorageUnavailable):
                    return await self._claim_or_release(queued)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _claim_or_release(self, queued: Queued) -> Run | None:
        """Claim a run; where the service stops meanwhile, the claim is stored all the same."""
        claiming = asyncio.ensure_future(self._queued_runs.claim(queued))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            with suppress(StorageUnavailable):
                if (run := await claiming) is not None:
                    await self._release(run)
            raise

    async def _release(self, run: Run) -> None:
        """Do not count the attempt of a run that was claimed and not started."""
        with suppress(StorageUnavailable):
            await self._queued_runs.release([run.id])


def _later(queued: Queued, run: Run) -> Queued:
    moment = datetime.now(UTC) + timedelta(seconds=_PAUSE_SECONDS)
    return replace(queued, attempt=run.attempt, not_before=moment)
