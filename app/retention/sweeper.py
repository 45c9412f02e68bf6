"""Lets go of what the settings say is old: in small batches, beside live traffic."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.errors import StorageUnavailable
from app.retention import statements as prune
from app.retention.policy import RetentionPolicy
from app.retention.threads import BATCH, REST_SECONDS, ThreadSweeper
from app.runs.checkpoints import delete_checkpoints
from app.runs.repository import RunRepository
from app.settings import Settings
from app.storage.checkpoints import Checkpoints
from app.storage.database import Database

logger = logging.getLogger(__name__)


@dataclass
class Swept:
    """How much went, or would go."""

    runs_without_events: int = 0
    """Runs whose events went; what came of them stays."""

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
        *,
        graph_ids: Collection[str],
    ) -> None:
        """Take the registry's `graph_ids`: a thread may have a checkpoint of each."""
        self._database = database
        self._checkpoints = checkpoints
        self._settings = settings
        self._threads = ThreadSweeper(database, checkpoints, graph_ids=graph_ids)

    async def keep_pruning(self) -> None:
        """Prune every `prune_minutes` until cancelled; return at once where that is 0."""
        while minutes := self._settings.prune_minutes:
            await asyncio.sleep(minutes * 60)
            try:
                pruned = await self.prune()
            except StorageUnavailable as error:
                logger.warning("pruning stopped halfway", extra={"error": str(error)})
            except Exception:  # no surprise may end the pruning for good
                logger.exception("pruning stopped halfway")
            else:
                logger.info("pruned", extra=asdict(pruned))

    async def prune(self) -> Swept:
        """Let go of everything that is old by now, and say how much it was.

        Raises StorageUnavailable; what went before that is gone, the rest goes another time.
        """
        kept = RetentionPolicy.of(self._settings)
        pruned = Swept()
        if kept.events is not None:
            found = prune.old_events(kept.events)
            pruned.runs_without_events = await self._drop(found, prune.drop_events)
        pruned.run_checkpoints = await self._delete_run_checkpoints()
        if kept.runs is not None:
            found = prune.old_runs(kept.runs).where(prune.has_no_checkpoints())
            pruned.runs = await self._drop(found, prune.drop_runs)
        pruned.threads = await self._threads.delete(kept)
        pruned.shortened_threads = await self._threads.shorten(kept)
        return pruned

    async def count(self) -> Swept:
        """Say what `prune` would let go of now; short threads count among those to be shortened."""
        kept = RetentionPolicy.of(self._settings)
        pruned = Swept()
        if kept.events is not None:
            pruned.runs_without_events = await self._count(prune.old_events(kept.events))
        if kept.runs is not None:
            pruned.runs = await self._count(prune.old_runs(kept.runs))
        expired = prune.expired_threads(kept.now, kept.threads)
        pruned.threads = await self._count(expired) + await self._count(prune.deleting_threads())
        pruned.shortened_threads = await self._count(prune.threads_to_shorten(kept.now))
        if kept.checkpoints is not None:
            idle = prune.idle_threads(None, kept.checkpoints)
            pruned.shortened_threads += await self._count(idle)
        pruned.run_checkpoints = await self._count(prune.ended_runs_with_checkpoints())
        return pruned

    async def _drop(
        self,
        found: Select[tuple[str]],
        drop: Callable[[Connection, Sequence[str]], None],
    ) -> int:
        dropped = 0
        while run_ids := [row.id for row in await self._database.read(found.limit(BATCH))]:
            await self._database.writer.write(drop, run_ids)
            dropped += len(run_ids)
            await asyncio.sleep(REST_SECONDS)
        return dropped

    async def _delete_run_checkpoints(self) -> int:
        deleted, repository = 0, RunRepository(self._database)
        found = prune.ended_runs_with_checkpoints().limit(BATCH)
        while run_ids := [row.id for row in await self._database.read(found)]:
            await delete_checkpoints(run_ids, checkpoints=self._checkpoints, runs=repository)
            deleted += len(run_ids)
            await asyncio.sleep(REST_SECONDS)
        return deleted

    async def _count(self, found: Select[Any]) -> int:
        counted = select(func.count()).select_from(found.order_by(None).subquery())
        return int((await self._database.read(counted))[0][0])
