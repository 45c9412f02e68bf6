"""What takes the serving lock of a PostgreSQL database away from the process that has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection

from app.storage.locks import SERVING_NUMBER

_LOCKS = """
    SELECT {} FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND objid = %s AND
"""

_HOLDER = _LOCKS.format("pid") + "granted"

_WAITERS = _LOCKS.format("count(*)") + "NOT granted"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    connection = await AsyncConnection.connect(url, autocommit=True)
    try:
        yield connection
    finally:
        await connection.close()


async def holder(url: str) -> int | None:
    """Return the server's process of the connection that has the lock."""
    async with connected(url) as connection:
        row = await (await connection.execute(_HOLDER, [SERVING_NUMBER])).fetchone()
    return None if row is None else int(row[0])


async def end_holder(url: str) -> None:
    """End the connection that has the lock, as an administrator or a failover does."""
    pid = await holder(url)
    assert pid is not None
    async with connected(url) as connection:
        await connection.execute("SELECT pg_terminate_backend(%s, 60000)", [pid])


@asynccontextmanager
async def held_by_a_rival(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    """End the holder's connection; another one has waited for the lock and has it at once."""
    async with connected(url) as rival:
        taking = asyncio.create_task(rival.execute("SELECT pg_advisory_lock(%s)", [SERVING_NUMBER]))
        async with connected(url) as connection:
            waiters = 0
            while waiters == 0:
                counted = await connection.execute(_WAITERS, [SERVING_NUMBER])
                [waiters] = await counted.fetchone() or [0]
        await end_holder(url)
        await taking
        yield rival
