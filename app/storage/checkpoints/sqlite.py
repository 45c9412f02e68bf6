"""Checkpoints and store in files of the data folder: `checkpoints.db` and `store.db`.

They stand apart from the service's own file: a run that saves then holds up no start of another.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import aiosqlite
from langgraph.checkpoint.sqlite import SqliteSaver as LangGraphSaver
from langgraph.store.base import Op, Result
from langgraph.store.sqlite.aio import AsyncSqliteStore

from app.settings import Settings
from app.storage.checkpoints.checkpoints import Checkpoints
from app.storage.checkpoints.serde import Serde, TypeNames
from app.storage.checkpoints.sqlite_connection import open_sqlite_file
from app.storage.checkpoints.sqlite_saver import SqliteSaver
from app.storage.data_folder import prepare_database_file
from app.storage.engines import CHECKPOINTS_FILE, STORE_FILE
from app.storage.errors import storage_failures

_SET_UP_SECONDS = 10.0

_STORE_SECONDS = 2.0


class SqliteStore(AsyncSqliteStore):
    """LangGraph's store; a file that is not well is StorageUnavailable, not the node's failure."""

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        with storage_failures(STORE_FILE):
            return await super().abatch(ops)


@asynccontextmanager
async def open_sqlite(settings: Settings, types: TypeNames) -> AsyncIterator[Checkpoints]:
    path = settings.data_dir / CHECKPOINTS_FILE
    async with (
        open_sqlite_file(path, settings.sqlite_synchronous) as file,
        _open_store(settings, busy_seconds=_STORE_SECONDS) as store,
    ):
        serde = Serde(types)
        saver = SqliteSaver(file, serde=serde)
        yield Checkpoints(saver, store, serde, patience_seconds=settings.storage_patience_seconds)


async def set_up_sqlite(settings: Settings) -> None:
    """Make both files, or bring those of before up to date; several processes may at once.

    Raises:
        StorageUnavailable: a file cannot be written, or its lock is held for long.
    """
    path = settings.data_dir / CHECKPOINTS_FILE
    for made in (path, settings.data_dir / STORE_FILE):
        await asyncio.to_thread(prepare_database_file, made)
    with storage_failures(path.name):
        async with open_sqlite_file(path, "full", busy_seconds=_SET_UP_SECONDS) as file:
            await file.run(lambda connection: LangGraphSaver(connection).setup())
            await file.run(lambda connection: connection.execute("BEGIN IMMEDIATE").close())
            # The store's set-up fails beside another, so one file's lock guards the other file.
            async with _open_store(settings, busy_seconds=_SET_UP_SECONDS):
                await file.run(lambda connection: connection.rollback())


@asynccontextmanager
async def _open_store(
    settings: Settings, *, busy_seconds: float
) -> AsyncIterator[AsyncSqliteStore]:
    path = settings.data_dir / STORE_FILE
    connecting = aiosqlite.connect(path, timeout=busy_seconds, isolation_level=None)
    async with AsyncExitStack() as stack:
        with storage_failures(path.name):
            connection = await stack.enter_async_context(connecting)
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute(f"PRAGMA synchronous={settings.sqlite_synchronous.upper()}")
            store = SqliteStore(connection)
            await store.setup()  # also gives the connection a function its searches call
        yield store
