"""Connections to read through, many at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.storage.failures import storage_failures

Reading = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Lends a connection for some queries; StorageUnavailable where the database does not answer."""


def reading_from(engine: AsyncEngine) -> Reading:
    """Lend the connections of an engine's pool."""

    @asynccontextmanager
    async def reading() -> AsyncIterator[AsyncConnection]:
        with storage_failures():
            async with engine.connect() as connection:
                yield connection

    return reading
