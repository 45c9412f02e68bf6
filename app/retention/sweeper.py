"""Deletes what the settings say is old, in small batches, so that live runs get their turn."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.errors import StorageUnavailable
from app.retention import statements
from app.retention.batches import Batches
from app.retention.policy import RetentionPolicy
from app.retention.threads import ThreadSweeper
from app.runs.checkpoints import delete_checkpoints
from app.runs.repository import RunRepository
from app.settings import Settings
from app.storage.checkpoints import Checkpoints
from app.storage.database import Database
from app.storage.errors import is_damage
from app.work.idle import IDLE
from app.work.work import Work

logger = logging.getLogger(__name__)


@dataclass
class Swept:
    """How much was deleted, or would be."""

    runs_without_events: int = 0
    """Runs whose events were deleted; their results stay."""

    runs: int = 0
    threads: int = 0
    shortened_threads: int = 0
    """Threads of which the latest checkpoint stays."""

    run_checkpoints: int = 0
    """Background runs on no thread that are over, and whose checkpoints may still be there."""


class Sweeper:
    """Applies the `keep_…` settings, and each thread's own time to live."""

    def __init__(
        self,
        database: Database,
        checkpoints: Checkpoints,
        settings: Settings,
        work: Work = IDLE,
    ) -> None:
        """`work` gets the runs that waited for a thread while it was swept."""
        self._database = database
        self._checkpoints = checkpoints
        self._settings = settings
        self._threads = ThreadSweeper(database, checkpoints, work)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep every `prune_minutes` until the block ends; never where that is 0."""
        task = asyncio.create_task(self._sweep_forever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _sweep_forever(self) -> None:
        while minutes := self._settings.prune_minutes:
            await asyncio.sleep(minutes * 60)
            try:
                swept = await self.sweep()
            except StorageUnavailable as error:
                logger.warning("sweep failed", extra={"error": str(error)})
            except Exception:  # no surprise may end the sweeping for good
                logger.exception("sweep failed")
            else:
                logger.info("swept", extra=asdict(swept))

    async def sweep(self) -> Swept:
        """Delete everything that is old by now, and return how much it was.

        Raises StorageUnavailable; what is left then goes with the next sweep.
        """
        policy = RetentionPolicy.of(self._settings)
        swept = Swept()
        if policy.events is not None:
            query = statements.old_events(policy.events)
            swept.runs_without_events = await self._drop(query, statements.drop_events)
        swept.run_checkpoints = await self._delete_run_checkpoints()
        if policy.runs is not None:
            query = statements.old_runs(policy.runs).where(statements.HAS_NO_CHECKPOINTS)
            swept.runs = await self._drop(query, statements.drop_runs)
        swept.threads = await self._threads.delete(policy)
        swept.shortened_threads = await self._threads.keep_latest(policy)
        return swept

    async def count(self) -> Swept:
        """Return what `sweep` would delete now; it counts threads too that are short already."""
        policy = RetentionPolicy.of(self._settings)
        swept = Swept()
        if policy.events is not None:
            swept.runs_without_events = await self._count(statements.old_events(policy.events))
        if policy.runs is not None:
            swept.runs = await self._count(statements.old_runs(policy.runs))
        for query in (
            statements.expired_threads(policy.now, policy.threads),
            statements.split_from_expired(policy.now, policy.threads),
            statements.deleting_threads(),
        ):
            swept.threads += await self._count(query)
        swept.shortened_threads = await self._count(statements.threads_to_shorten(policy.now))
        if policy.checkpoints is not None:
            idle = statements.idle_threads(None, policy.checkpoints)
            swept.shortened_threads += await self._count(idle)
        swept.run_checkpoints = await self._count(statements.ended_runs_with_checkpoints())
        return swept

    async def _drop(
        self,
        query: Select[tuple[str]],
        drop: Callable[[Connection, Sequence[str]], None],
    ) -> int:
        dropped = 0
        batches = Batches(self._database, query)
        async for keys in batches:
            await self._database.writer.write(drop, [run_id for (run_id,) in keys])
            dropped += len(keys)
        if drop is statements.drop_runs:
            for key in batches.no_text:
                await self._database.writer.write(statements.drop_run_of_bytes, key)
                dropped += 1
        return dropped

    async def _delete_run_checkpoints(self) -> int:
        deleted, repository = 0, RunRepository(self._database)
        batches = Batches(self._database, statements.ended_runs_with_checkpoints())
        async for keys in batches:
            try:
                run_ids = [run_id for (run_id,) in keys]
                await delete_checkpoints(run_ids, checkpoints=self._checkpoints, runs=repository)
                deleted += len(keys)
            except StorageUnavailable as error:
                if not is_damage(error):
                    raise
                for key in keys:
                    batches.skip(key, reason=error.reason)
        return deleted

    async def _count(self, query: Select[Any]) -> int:
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        return int((await self._database.read(counted))[0][0])
