"""What the service adds to a LangGraph saver, whatever its database.

A database that is away for seconds (restarted, locked, its disk full for a moment) makes a run
wait, not fail: every call is tried again for a while. Trying again is safe, since a checkpoint is
written over and a task's writes are written once (so LangGraph's SQL says on both databases).
"""

import asyncio
import copy
import logging
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, ParamSpec, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)

from app.errors import StorageUnavailable
from app.storage.errors import reason_of

logger = logging.getLogger(__name__)


OnSaved = Callable[[str | None], None]
"""Told the id of a task whose writes are kept; None when a checkpoint of the graph itself is."""


P = ParamSpec("P")


T = TypeVar("T")


BRIEF_SECONDS = 1.0
"""How long a reader waits; enough for connections that a restart of PostgreSQL broke."""


_FIRST_PAUSE_SECONDS = 0.1


_LONGEST_PAUSE_SECONDS = 2.0


class RetryingSaver(BaseCheckpointSaver[str]):
    """Stands before a saver in the order of classes, and waits while its database is away.

    Past `patience_seconds` every method raises StorageUnavailable. `on_saved` is called only once
    the database has committed.
    """

    driver_errors: ClassVar[tuple[type[Exception], ...]]
    patience_seconds: float = BRIEF_SECONDS
    on_saved: OnSaved | None = None
    _has_given_up: bool = False

    @abstractmethod
    async def run_keys(self, after: str) -> list[str]:
        """Return the next temporary keys of runs behind this one, in order; [] at their end."""

    def apart(self, *, patience_seconds: float, on_saved: OnSaved | None = None) -> Self:
        """Return a saver of the same checkpoints that waits for no other saver's lock."""
        clone = copy.copy(self)
        clone.patience_seconds = patience_seconds
        clone.on_saved = on_saved
        clone._has_given_up = False  # noqa: SLF001  # a copy of this very object
        return clone

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await self.patiently(super().aget_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        listed = super().alist

        async def read() -> list[CheckpointTuple]:
            return [
                found async for found in listed(config, filter=filter, before=before, limit=limit)
            ]

        for found in await self.patiently(read):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        put = super().aput
        kept = await self.patiently(put, config, checkpoint, metadata, new_versions)
        # A sub-graph's step says nothing of the tasks beside it.
        if self.on_saved is not None and not config["configurable"].get("checkpoint_ns"):
            self.on_saved(None)
        return kept

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        await self.patiently(super().aput_writes, config, writes, task_id, task_path)
        if self.on_saved is not None:
            self.on_saved(task_id)

    async def adelete_thread(self, thread_id: str) -> None:
        await self.patiently(super().adelete_thread, thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        await self.patiently(super().aprune, thread_ids, strategy=strategy)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        read = super().aget_delta_channel_history
        return await self.patiently(read, config=config, channels=channels)

    async def patiently(
        self, act: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do it; while the database is away, do it again.

        A run that has waited in vain saves more before it ends: that waits only briefly.

        Raises:
            StorageUnavailable: it was away for longer than the patience lasts.
        """
        clock = asyncio.get_running_loop().time
        patience = self.patience_seconds
        give_up = clock() + (min(patience, BRIEF_SECONDS) if self._has_given_up else patience)
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                done = await act(*args, **kwargs)
            except self.driver_errors as error:
                reason = reason_of(error)
                if reason is None:
                    raise
                if clock() + pause > give_up:
                    self._has_given_up = True
                    raise StorageUnavailable(reason) from error
                logger.warning("a checkpoint waits for the storage", extra={"error": reason})
            else:
                self._has_given_up = False
                return done
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
