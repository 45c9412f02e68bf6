"""LangGraph's SQLite saver, each call a transaction of its own on the file's thread."""

import asyncio
import sqlite3
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import closing, contextmanager
from typing import Any, ParamSpec, Self, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver as LangGraphSaver

from app.storage.checkpoints.retrying import RetryingSaver
from app.storage.checkpoints.sqlite_connection import SqliteConnection
from app.storage.checkpoints.sqlite_prune import keep_latest

P = ParamSpec("P")


T = TypeVar("T")


_RUN_KEYS = """
SELECT DISTINCT thread_id FROM checkpoints
WHERE thread_id > max(?, 'run:') AND thread_id < 'run;' AND instr(thread_id, '/') = 0
ORDER BY thread_id LIMIT 100
"""


class _Atomic(LangGraphSaver):
    """Commits whole or rolls back whole; the original commits what came before a failure."""

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        with self.conn, closing(self.conn.cursor()) as cursor:
            yield cursor


class _OnThread(BaseCheckpointSaver[str]):
    """The saver for async graphs, and for a synchronous node that runs a graph of its own."""

    def __init__(self, file: SqliteConnection, *, serde: SerializerProtocol) -> None:
        super().__init__(serde=serde)
        self.file = file
        self.kept = _Atomic(file.connection, serde=serde)
        self.loop = asyncio.get_running_loop()

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Self:
        clone = cast("Self", super().with_allowlist(extra_allowlist))
        clone.kept = cast("_Atomic", self.kept.with_allowlist(extra_allowlist))
        return clone

    def get_next_version(self, current: str | None, channel: None) -> str:
        return self.kept.get_next_version(current, channel)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await self._run(self.kept.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        def read() -> list[CheckpointTuple]:
            return list(self.kept.list(config, filter=filter, before=before, limit=limit))

        for found in await self._run(read):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await self._run(self.kept.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        await self._run(self.kept.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        await self._run(self.kept.delete_thread, thread_id)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        if strategy not in ("keep_latest", "delete"):
            raise ValueError(f"Unknown prune strategy: {strategy!r}")
        for thread_id in thread_ids:
            if strategy == "delete":
                await self._run(self.kept.delete_thread, thread_id)
            else:
                await keep_latest(self.file, thread_id)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        read = self.kept.get_delta_channel_history
        return await self._run(read, config=config, channels=channels)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self._wait(self.aget_tuple(config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        async def read() -> Sequence[CheckpointTuple]:
            listed = self.alist(config, filter=filter, before=before, limit=limit)
            return [found async for found in listed]

        yield from self._wait(read())

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self._wait(self.aput(config, checkpoint, metadata, new_versions))

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self._wait(self.aput_writes(config, writes, task_id, task_path))

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return self._wait(self.aget_delta_channel_history(config=config, channels=channels))

    async def _run(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.file.run(lambda _: act(*args, **kwargs))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Have the loop do what a synchronous node asks for in a thread of its own."""
        if _running_loop() is self.loop:
            work.close()
            raise asyncio.InvalidStateError(
                "a synchronous graph cannot keep checkpoints inside an async node: "
                "await its ainvoke() or astream()"
            )
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class SqliteSaver(RetryingSaver, _OnThread):
    """Checkpoints in the SQLite file: every call whole or not at all, and patient."""

    driver_errors = (sqlite3.OperationalError,)

    async def run_keys(self, after: str) -> list[str]:
        def read(connection: sqlite3.Connection) -> list[str]:
            return [key for (key,) in connection.execute(_RUN_KEYS, (after,))]

        return await self.patiently(self.file.run, read)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
