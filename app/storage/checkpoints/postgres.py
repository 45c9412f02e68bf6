"""Checkpoints and store in PostgreSQL, beside the service's own tables.

Imported only where the settings name PostgreSQL: its driver is an extra.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.store.base import Op, Result
from langgraph.store.postgres.aio import AsyncPostgresStore
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.checkpoints.checkpoints import Checkpoints
from app.storage.checkpoints.retrying import OnSaved, RetryingSaver
from app.storage.checkpoints.serde import Serde, TypeNames
from app.storage.errors import reason_of, storage_failures
from app.storage.writer import Obstacle

_MOST_CONNECTIONS = 10

_POOL_SECONDS = 3.0
"""How long a call waits for a connection before it counts as a failure."""

_CONNECTION: dict[str, Any] = {
    "autocommit": True,  # LangGraph's saver needs these three
    "prepare_threshold": 0,
    "row_factory": dict_row,
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,  # milliseconds; else a network that is gone is noticed in minutes
}


class Pool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """Lends no connection while there is an obstacle: what is written then might not last."""

    obstacle: Obstacle = staticmethod(lambda: None)

    async def getconn(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own
    ) -> AsyncConnection[DictRow]:
        if (reason := self.obstacle()) is not None:
            raise psycopg.OperationalError(reason)
        return await super().getconn(timeout)


class PostgresSaver(RetryingSaver, AsyncPostgresSaver):
    """Checkpoints over a pool: patient, and each copy with a lock of its own."""

    driver_errors = (psycopg.Error,)

    async def _ids(self, thread_id: str, ns: str, before: str | None, limit: int) -> Sequence[str]:
        given = {"thread_id": thread_id, "ns": ns, "before": before, "limit": limit}
        async with self._cursor() as cursor:
            await cursor.execute(_IDS, given)
            return [row["checkpoint_id"] for row in await cursor.fetchall()]

    def copy_for(self, *, patience_seconds: float, on_saved: OnSaved | None = None) -> Self:
        clone = super().copy_for(patience_seconds=patience_seconds, on_saved=on_saved)
        # LangGraph lets one call of a saver through at a time, even where there is a pool.
        clone.lock = asyncio.Lock()
        return clone


class PostgresStore(AsyncPostgresStore):
    """LangGraph's store; PostgreSQL that is away is StorageUnavailable, not the node's failure."""

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        with storage_failures():
            return await super().abatch(ops)


_IDS = """
SELECT checkpoint_id FROM checkpoints WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(ns)s
AND (%(before)s::text IS NULL OR checkpoint_id < %(before)s)
ORDER BY checkpoint_id DESC LIMIT %(limit)s
"""


@asynccontextmanager
async def open_postgres(
    settings: Settings, types: TypeNames, obstacle: Obstacle
) -> AsyncIterator[Checkpoints]:
    async with _open_pool(settings) as pool:
        pool.obstacle = obstacle
        serde = Serde(types)
        saver = PostgresSaver(pool, serde=serde)
        store = PostgresStore(pool)
        yield Checkpoints(saver, store, serde, patience_seconds=settings.storage_patience_seconds)


async def set_up_postgres(settings: Settings) -> None:
    """Make LangGraph's tables, or bring them up to date; one process at a time may."""
    async with _open_pool(settings) as pool:
        await AsyncPostgresSaver(pool).setup()
        await AsyncPostgresStore(pool).setup()


@asynccontextmanager
async def _open_pool(settings: Settings) -> AsyncIterator[Pool]:
    pool = Pool(
        settings.postgres_url or "",
        min_size=1,
        max_size=_MOST_CONNECTIONS,
        timeout=_POOL_SECONDS,
        kwargs=_CONNECTION,
        open=False,
        name="checkpoints",
    )
    try:
        await pool.open(wait=True, timeout=_POOL_SECONDS)
    except psycopg.OperationalError as error:
        await pool.close()
        reason = reason_of(error) or "PostgreSQL does not answer"
        raise StorageUnavailable(reason) from error
    try:
        yield pool
    finally:
        await pool.close()
