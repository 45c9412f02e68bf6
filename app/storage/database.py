"""Connections to read through, many at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Select, delete, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.backup import FILES
from app.storage.data_folder import lack_of_room, require_room
from app.storage.engines import FILE, reading_engine, writing_engine
from app.storage.errors import storage_failures
from app.storage.locks import SERVING_FILE
from app.storage.migrate import require_head
from app.storage.opened_files import OpenedFiles
from app.storage.tables import runs
from app.storage.writer import Obstacle, Writer

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

_RETRY_SECONDS = 3
"""Longer than those pause whose write was refused."""


class Database:
    """What repositories stand on: one thread that writes, many connections that read."""

    def __init__(
        self, writer: Writer, reading: Reading, *, folder: Path | None, files: OpenedFiles | None
    ) -> None:
        """`folder` and `files` are SQLite's; `files` are all that the service has open in it."""
        self.writer = writer
        self.reading = reading
        self._folder = folder
        self._files = files
        self._looking = asyncio.Lock()
        self.obstacle: str | None = None
        """Why a new run would not last, as `look` found last; None if it would."""

    async def read(self, query: Select[Any]) -> Sequence[Any]:
        """Return all rows of a query that is bounded by itself."""
        async with self.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows

    async def look(self) -> None:
        """Look whether SQLite's files are still the ones that were opened, and have room."""
        if self._folder is None or self._files is None:
            return
        async with self._looking:
            self.obstacle = await asyncio.to_thread(self._look, self._folder, self._files)

    def _look(self, folder: Path, files: OpenedFiles) -> str | None:
        return files.look(with_logs=self.writer.has_committed) or lack_of_room(folder)

    async def check(self) -> None:
        """Go through a reading connection and the writer, and change nothing.

        Raises:
            StorageUnavailable: one of them does not answer.
        """
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                await self.read(select(literal(1)))
                await self.writer.write(_touch, None)
        except TimeoutError as error:
            raise StorageUnavailable("the database does not answer") from error

    async def check_for_a_run(self) -> None:
        """Do what a new run needs: write a row of it (and delete it), and read.

        A small row may have room where what runs are waiting to store has none.

        Raises:
            StorageUnavailable: that is not possible now.
        """
        await self.look()
        if self.obstacle is not None:
            raise StorageUnavailable(self.obstacle)
        if self._folder is not None:
            await asyncio.to_thread(require_room, self._folder)
        await self.writer.write(_write_a_run, None)
        await self.read(select(runs.c.id).limit(1))
        if (reason := self.writer.failure_within(_RETRY_SECONDS)) is not None:
            raise StorageUnavailable(reason)


@asynccontextmanager
async def open_database(
    settings: Settings, obstacle: Obstacle = lambda: None
) -> AsyncIterator[Database]:
    """Open the database of the settings; several processes may, but only one of them serves.

    Nothing is written while `obstacle` says why not.

    Raises:
        BehindMigrations: its tables are not those of this version.
        StorageUnavailable: it does not answer.
    """
    await require_head(settings)
    folder = settings.data_dir if settings.postgres_url is None else None
    files = OpenedFiles(folder, FILES, SERVING_FILE) if folder is not None else None
    engine, readers = writing_engine(settings), reading_engine(settings)
    writer = Writer(engine, obstacle if folder is None else _deletion_in(folder))
    try:
        database = Database(writer, reading_from(readers), folder=folder, files=files)
        await database.look()
        yield database
    finally:
        await writer.close()
        await readers.dispose()
        await asyncio.to_thread(engine.dispose)
        if files is not None:
            files.close()


def _deletion_in(folder: Path) -> Obstacle:
    """Look before each commit: a row that is put into a file that was deleted is lost."""
    file = OpenedFiles(folder, [FILE])
    return partial(file.look, with_logs=False, with_contents=False)


def _touch(connection: Connection, _: None) -> None:
    connection.execute(text("SELECT 1"))


def _write_a_run(connection: Connection, _: None) -> None:
    """Change the pages that a new run changes; nobody ever sees the row."""
    run_id = f"readiness-{uuid4()}"
    row = {"id": run_id, "owner": "", "graph_id": "", "status": "success", "request": "{}"}
    connection.execute(insert(runs), {**row, "created_at": datetime.now(UTC)})
    connection.execute(delete(runs).where(runs.c.id == run_id))
