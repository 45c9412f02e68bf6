"""LangGraph's SQLite saver, each call a transaction of its own on the file's thread."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver as LangGraphSaver

from app.storage.checkpoints.retrying import RetryingSaver
from app.storage.checkpoints.sqlite_connection import SqliteConnection
from app.storage.checkpoints.sqlite_prune import keep_latest
from app.storage.engines import CHECKPOINTS_FILE

P = ParamSpec("P")

T = TypeVar("T")


class _Atomic(LangGraphSaver):
    """Commits whole or rolls back whole; the original commits what came before a failure."""

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        with self.conn, closing(self.conn.cursor()) as cursor:
            yield cursor


def _on_thread(
    method: Callable[Concatenate[_Atomic, P], T],
) -> Callable[Concatenate["_OnThread", P], Coroutine[Any, Any, T]]:
    """Return a synchronous method as one that the file's thread executes."""

    @wraps(method)
    async def call(self: "_OnThread", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.file.run(lambda _: method(self.atomic, *args, **kwargs))

    return call


def _in_loop(
    method: Callable[Concatenate[BaseCheckpointSaver[Any], P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["_OnThread", P], T]:
    """Return an asynchronous method as one for a synchronous node, in a thread of its own."""

    @wraps(method)
    def call(self: "_OnThread", /, *args: P.args, **kwargs: P.kwargs) -> T:
        done: T = self.wait(getattr(self, method.__name__)(*args, **kwargs))
        return done

    return call


class _OnThread(BaseCheckpointSaver[str]):
    """The saver for async graphs, and for a synchronous node that runs a graph of its own."""

    def __init__(self, file: SqliteConnection, *, serde: SerializerProtocol) -> None:
        super().__init__(serde=serde)
        self.file = file
        self.atomic = _Atomic(file.connection, serde=serde)
        self.loop = asyncio.get_running_loop()

    aget_tuple = _on_thread(_Atomic.get_tuple)
    aput = _on_thread(_Atomic.put)
    aput_writes = _on_thread(_Atomic.put_writes)
    adelete_thread = _on_thread(_Atomic.delete_thread)
    aget_delta_channel_history = _on_thread(_Atomic.get_delta_channel_history)

    get_tuple = _in_loop(BaseCheckpointSaver.aget_tuple)
    put = _in_loop(BaseCheckpointSaver.aput)
    put_writes = _in_loop(BaseCheckpointSaver.aput_writes)
    get_delta_channel_history = _in_loop(BaseCheckpointSaver.aget_delta_channel_history)

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Self:
        clone = cast("Self", super().with_allowlist(extra_allowlist))
        clone.atomic = cast("_Atomic", self.atomic.with_allowlist(extra_allowlist))
        return clone

    def get_next_version(self, current: str | None, channel: None) -> str:
        return self.atomic.get_next_version(current, channel)

    async def alist(
        self, config: RunnableConfig | None, **options: Any
    ) -> AsyncIterator[CheckpointTuple]:
        for one in await self.file.run(lambda _: list(self.atomic.list(config, **options))):
            yield one

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        if strategy not in ("keep_latest", "delete"):
            raise ValueError(f"Unknown prune strategy: {strategy!r}")
        for thread_id in thread_ids:
            if strategy == "delete":
                await self.file.run(lambda _, key: self.atomic.delete_thread(key), thread_id)
            else:
                await keep_latest(self.file, thread_id)

    def list(self, config: RunnableConfig | None, **options: Any) -> Iterator[CheckpointTuple]:
        async def read() -> Sequence[CheckpointTuple]:
            return [one async for one in self.alist(config, **options)]

        yield from self.wait(read())

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Have the loop do what a synchronous node calls in a thread of its own."""
        if _running_loop() is self.loop:
            work.close()
            raise asyncio.InvalidStateError(
                "a synchronous graph cannot keep checkpoints inside an async node: "
                "await its ainvoke() or astream()"
            )
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class SqliteSaver(RetryingSaver, _OnThread):
    """Checkpoints in the SQLite file: every call whole or not at all, and patient."""

    driver_errors = (sqlite3.Error,)
    place = f"{CHECKPOINTS_FILE}: "

    async def _ids(self, thread_id: str, ns: str, before: str | None, limit: int) -> Sequence[str]:
        def read(connection: sqlite3.Connection) -> Sequence[str]:
            given = (thread_id, ns, before, before, limit)
            return [checkpoint_id for (checkpoint_id,) in connection.execute(_IDS, given)]

        return await self.file.run(read)


_IDS = """
SELECT checkpoint_id FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?
AND (? IS NULL OR checkpoint_id < ?) ORDER BY checkpoint_id DESC LIMIT ?
"""


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
