"""Lets go of what the settings say is old: in small batches, beside live traffic."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.errors import StorageUnavailable
from app.retention import statements as prune
from app.retention.policy import RetentionPolicy
from app.retention.threads import BATCH, REST_SECONDS, ThreadSweeper
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, run_key, run_of_key
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
    """Background runs that are over, and whose own checkpoints were still there."""


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
        if kept.runs is not None:
            pruned.runs = await self._drop(prune.old_runs(kept.runs), prune.drop_runs)
        pruned.threads = await self._threads.delete(kept)
        pruned.shortened_threads = await self._threads.shorten(kept)
        async for run_ids in self._stray_runs():
            for run_id in run_ids:
                await self._checkpoints.delete(run_key(run_id))
            pruned.run_checkpoints += len(run_ids)
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
        async for run_ids in self._stray_runs():
            pruned.run_checkpoints += len(run_ids)
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

    async def _stray_runs(self) -> AsyncIterator[list[str]]:
        """Yield runs with checkpoints of their own that are over, or not kept any more."""
        async for keys in _batches(self._checkpoints.stray_keys()):
            run_ids = [run_id for key in keys if (run_id := run_of_key(key)) is not None]
            live = {row.id for row in await self._database.read(prune.live_runs(run_ids))}
            yield [run_id for run_id in run_ids if run_id not in live]
            await asyncio.sleep(REST_SECONDS)

    async def _count(self, found: Select[Any]) -> int:
        counted = select(func.count()).select_from(found.order_by(None).subquery())
        return int((await self._database.read(counted))[0][0])


async def _batches(keys: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    batch: list[str] = []
    async for key in keys:
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
