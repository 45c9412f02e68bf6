"""All writes go through one thread, which commits everything that waits in one transaction.

A transaction through an async driver crosses threads at every statement; this one crosses once.
"""

import asyncio
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.errors import StorageUnavailable
from app.storage import after_commit
from app.storage.errors import is_lost_connection, storage_failure

_MOST_AT_ONCE = 200

Item = TypeVar("Item")

Result = TypeVar("Result")

Statement = Callable[[Connection, Item], Result]
"""Executed for one item, in a transaction that it may share with other items."""

Obstacle = Callable[[], str | None]
"""Says why nothing may be written now; None if it may. Called in the writer's thread."""

BulkStatement = Callable[[Connection, Sequence[Item]], None]
"""Executed once for all equal writes that wait side by side: `executemany` costs half as much."""


@dataclass(frozen=True)
class _Waiting:
    statement: Callable[[Connection, Any], Any]
    item: Any
    future: asyncio.Future[Any]
    is_bulk: bool = False


class Writer:
    """Commits in the order of the calls; to be made and used in one event loop."""

    def __init__(self, engine: Engine, obstacle: Obstacle = lambda: None) -> None:
        self._engine = engine
        self._obstacle = obstacle
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._is_closed = False
        self.has_committed = False
        self._failed_at = -math.inf
        self._failure = ""
        self._thread = threading.Thread(target=self._work, name="storage-writer", daemon=True)
        self._thread.start()

    def failure_within(self, seconds: float) -> str | None:
        """Return why the database refused a write in the last seconds; None where it did not."""
        return self._failure if monotonic() - self._failed_at < seconds else None

    async def write(self, statement: Statement[Item, Result], item: Item) -> Result:
        """Execute a statement for the item and return its result once it is committed.

        It may be executed more than once (a lost connection, another's bad item), and is committed
        even when the caller is cancelled.

        Raises:
            StorageUnavailable: nothing was written, as far as can be known.
        """
        future: asyncio.Future[Result] = self._loop.create_future()
        self._put(_Waiting(statement, item, future))
        return await future

    async def write_bulk(self, statement: BulkStatement[Item], item: Item) -> None:
        """Do as `write`, and share one execution with all equal writes that wait."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._put(_Waiting(statement, item, future, is_bulk=True))
        await future

    async def close(self) -> None:
        """Write what waits, then end the thread."""
        self._is_closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _put(self, waiting: _Waiting) -> None:
        if self._is_closed:
            raise StorageUnavailable("the database is closed")
        self._queue.put(waiting)

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch = [self._queue.get()]
            while len(batch) < _MOST_AT_ONCE and batch[-1] is not None:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            is_open = batch[-1] is not None
            waiting = [one for one in batch if one is not None]
            if waiting:
                self._answer(waiting, self._outcomes(waiting))

    def _outcomes(self, batch: list[_Waiting]) -> list[Any]:
        """Commit a batch and return for each its result, or the exception that it failed with."""
        if (reason := self._obstacle()) is not None:
            return [StorageUnavailable(reason) for _ in batch]
        try:
            return self._commit(batch)
        except Exception as error:  # noqa: BLE001  # whoever waits gets it; the thread must go on
            unavailable = storage_failure(error)
            if unavailable is not None:
                self._failure, self._failed_at = unavailable.reason, monotonic()
                return [_unavailable(unavailable.reason, error) for _ in batch]
            if len(batch) == 1:
                return [error]
            return [outcome for one in batch for outcome in self._outcomes([one])]

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        try:
            return self._transact(batch)
        except DBAPIError as error:
            if not is_lost_connection(error):
                raise
            return self._transact(batch)

    def _transact(self, batch: list[_Waiting]) -> list[Any]:
        results: list[Any] = []
        with self._engine.begin() as connection:
            after_commit.begin(connection)
            for (statement, is_bulk), group in groupby(batch, key=_kind):
                items = [one.item for one in group]
                if is_bulk:
                    statement(connection, items)
                    results += [None] * len(items)
                else:
                    results += [statement(connection, item) for item in items]
            acts = after_commit.take(connection)
        self.has_committed = True
        for act in acts:
            act()
        return results

    def _answer(self, batch: list[_Waiting], outcomes: list[Any]) -> None:
        def tell() -> None:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                if waiting.future.done():  # its caller was cancelled
                    continue
                if isinstance(outcome, Exception):
                    waiting.future.set_exception(outcome)
                else:
                    waiting.future.set_result(outcome)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell)


def _kind(waiting: _Waiting) -> tuple[Callable[[Connection, Any], Any], bool]:
    return waiting.statement, waiting.is_bulk


def _unavailable(reason: str, cause: Exception) -> StorageUnavailable:
    unavailable = StorageUnavailable(reason)
    unavailable.__cause__ = cause
    return unavailable
