"""Connections to read through, many at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from sqlalchemy import Connection, Select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.engines import reading_engine, writing_engine
from app.storage.errors import storage_failures
from app.storage.migrate import require_head
from app.storage.writer import Writer

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


_CHECK_SECONDS = 5


class Database:
    """What repositories stand on: one thread that writes, many connections that read."""

    def __init__(self, writer: Writer, reading: Reading) -> None:
        self.writer = writer
        self.reading = reading
        self._sound_until = 0.0

    async def read(self, query: Select[Any]) -> Sequence[Any]:
        """Return all rows of a query that is bounded by itself."""
        async with self.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows

    async def check(self) -> None:
        """Go through a reading connection and the writer, but not twice in a second.

        Raises:
            StorageUnavailable: one of them does not answer.
        """
        if time.monotonic() < self._sound_until:
            return
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                async with self.reading() as connection:
                    await connection.execute(text("SELECT 1"))
                await self.writer.write(_touch, None)
        except TimeoutError as error:
            raise StorageUnavailable("the database does not answer") from error
        self._sound_until = time.monotonic() + 1


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database of the settings; several processes may, but only one of them serves.

    Raises:
        BehindMigrations: its tables are not those of this version.
        StorageUnavailable: it does not answer.
    """
    await require_head(settings)
    engine, readers = writing_engine(settings), reading_engine(settings)
    writer = Writer(engine)
    try:
        yield Database(writer, reading_from(readers))
    finally:
        await writer.close()
        await readers.dispose()
        await asyncio.to_thread(engine.dispose)


def _touch(connection: Connection, _: None) -> None:
    connection.execute(text("SELECT 1"))
