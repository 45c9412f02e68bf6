"""What the service adds to a LangGraph saver, whatever its database.

A database that is unavailable for seconds (restarted, locked, its disk full for a moment) makes a
run wait, not fail: every call is retried for a while. A retry is safe, since a checkpoint is
overwritten and a task's writes are written once (so LangGraph's SQL says on both databases).
"""

import asyncio
import copy
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from app.errors import StorageUnavailable
from app.storage.errors import is_lasting, reason_of

logger = logging.getLogger(__name__)

OnSaved = Callable[[str | None], None]
"""Called with the id of a task whose writes are saved; None when the graph's checkpoint is."""

P = ParamSpec("P")

T = TypeVar("T")

BRIEF_SECONDS = 1.0
"""How long a reader waits; enough for connections that a restart of PostgreSQL broke."""

_FIRST_PAUSE_SECONDS = 0.1

_LONGEST_PAUSE_SECONDS = 2.0


def _retried(
    method: Callable[Concatenate[BaseCheckpointSaver[Any], P], Coroutine[Any, Any, T]],
    *,
    then: Callable[..., None] | None = None,
) -> Callable[Concatenate["RetryingSaver", P], Coroutine[Any, Any, T]]:
    """Return the method of the saver behind RetryingSaver, retried.

    `then` is called with `on_saved` and the arguments once the database has committed.
    """

    @wraps(method)
    async def call(self: "RetryingSaver", /, *args: P.args, **kwargs: P.kwargs) -> T:
        behind = getattr(super(RetryingSaver, self), method.__name__)
        done: T = await self.retry(behind, *args, **kwargs)
        if then is not None and self.on_saved is not None:
            then(self.on_saved, *args, **kwargs)
        return done

    return call


def on_checkpoint(on_saved: OnSaved, config: RunnableConfig, *_: Any, **__: Any) -> None:
    # A sub-graph's step says nothing of the tasks beside it.
    if not config["configurable"].get("checkpoint_ns"):
        on_saved(None)


def on_writes(
    on_saved: OnSaved, config: RunnableConfig, writes: Any, task_id: str, task_path: str = ""
) -> None:
    on_saved(task_id)


class RetryingSaver(BaseCheckpointSaver[str]):
    """Stands before a saver in the order of classes, and waits while its database is unavailable.

    After `patience_seconds` every method raises StorageUnavailable. `on_saved` is called only once
    the database has committed.
    """

    driver_errors: ClassVar[tuple[type[Exception], ...]]
    place: ClassVar[str] = ""
    """Begins a reason with the name of the file, where there are several."""

    patience_seconds: float = BRIEF_SECONDS
    on_saved: OnSaved | None = None
    _has_given_up: bool = False

    aget_tuple = _retried(BaseCheckpointSaver.aget_tuple)
    adelete_thread = _retried(BaseCheckpointSaver.adelete_thread)
    aprune = _retried(BaseCheckpointSaver.aprune)
    aget_delta_channel_history = _retried(BaseCheckpointSaver.aget_delta_channel_history)
    aput = _retried(BaseCheckpointSaver.aput, then=on_checkpoint)
    aput_writes = _retried(BaseCheckpointSaver.aput_writes, then=on_writes)

    async def alist_ids(
        self, thread_id: str, ns: str, *, before: str | None, limit: int
    ) -> Sequence[str]:
        """List the ids of a thread's checkpoints, the newest first, without decoding any."""
        return await self.retry(self._ids, thread_id, ns, before, limit)

    async def _ids(self, thread_id: str, ns: str, before: str | None, limit: int) -> Sequence[str]:
        raise NotImplementedError

    def copy_for(self, *, patience_seconds: float, on_saved: OnSaved | None = None) -> Self:
        """Return a saver of the same checkpoints that waits for no other saver's lock."""
        clone = copy.copy(self)
        clone.patience_seconds = patience_seconds
        clone.on_saved = on_saved
        clone._has_given_up = False  # noqa: SLF001  # a copy of this very object
        return clone

    async def alist(
        self, config: RunnableConfig | None, **options: Any
    ) -> AsyncIterator[CheckpointTuple]:
        listed = super().alist

        async def read() -> list[CheckpointTuple]:
            return [one async for one in listed(config, **options)]

        for one in await self.retry(read):
            yield one

    async def retry(
        self, call: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what the call returns; repeat it while the database is unavailable.

        A run that has waited in vain saves more before it ends: that waits only briefly. A plain
        loop: tenacity would cost 20 us a call, of which a small run makes 15.

        Raises:
            StorageUnavailable: it was unavailable for longer than the patience lasts, or is
                damaged.
        """
        clock = asyncio.get_running_loop().time
        patience = self.patience_seconds
        give_up = clock() + (min(patience, BRIEF_SECONDS) if self._has_given_up else patience)
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                done = await call(*args, **kwargs)
            except self.driver_errors as error:
                reason = reason_of(error)
                if reason is None:
                    raise
                if is_lasting(error) or clock() + pause > give_up:
                    self._has_given_up = True
                    raise StorageUnavailable(f"{self.place}{reason}") from error
                logger.warning("a checkpoint waits for the storage", extra={"error": reason})
            else:
                self._has_given_up = False
                return done
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
