"""Who migrates, and who serves: one process at a time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import text

from app.errors import AlreadyServed, StorageUnavailable
from app.settings import Settings
from app.storage.data_folder import prepare_database_file
from app.storage.engines import reading_engine, require_driver
from app.storage.errors import is_lasting, storage_failures

_ASK_AGAIN_SECONDS = 0.05


@asynccontextmanager
async def advisory_lock(
    settings: Settings, number: int, *, patience_seconds: float
) -> AsyncIterator[bool]:
    """Hold a lock of this database, on a connection of its own; False where another one has it.

    Asked for again and again rather than waited for: LangGraph's `CREATE INDEX CONCURRENTLY` would
    wait for the snapshot of whoever waits, and both for ever.
    """
    ask = text("SELECT pg_try_advisory_lock(:number)").bindparams(number=number)
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_seconds
    async with AsyncExitStack() as stack:
        engine = reading_engine(settings)
        stack.push_async_callback(engine.dispose)  # ends the session, and with it the lock
        with storage_failures():
            connection = await stack.enter_async_context(engine.connect())
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            is_held = bool((await connection.execute(ask)).scalar())
            while not is_held and loop.time() < until:
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                is_held = bool((await connection.execute(ask)).scalar())
        yield is_held


SERVING_FILE = "serving.lock.db"

SERVING_NUMBER = 0x66616E6A

SUPERSEDED_STATUS = 75
"""How a process exits whose lock another one has: EX_TEMPFAIL of <sysexits.h>, try again."""

_POSTGRES = "app.storage.postgres_lock"

_PATIENCE_SECONDS = 5
"""A service that is being replaced is given so long to be gone."""


async def _nothing() -> None:
    pass


class ServingLock:
    """The right to serve from a database: one process has it."""

    def __init__(self) -> None:
        self.obstacle: str | None = None
        """Why nothing may be stored now; None while the lock is held."""

        self.is_superseded = asyncio.Event()
        """Set when another process has the lock for good: this one is to end, storing nothing."""

        self.on_regained: Callable[[], Awaitable[None]] = _nothing
        """Awaited when the lock was lost and is held again, before anything is stored."""


@asynccontextmanager
async def hold_serving_lock(
    settings: Settings, *, patience_seconds: float = _PATIENCE_SECONDS
) -> AsyncIterator[ServingLock]:
    """Be the one that serves, until left; a process that is killed holds nothing any more.

    Raises:
        AlreadyServed: another process serves from this database.
        StorageUnavailable: the database does not answer.
    """
    if settings.postgres_url is not None:
        require_driver()
        hold = import_module(_POSTGRES).hold_in_postgres
        async with hold(settings, patience_seconds=patience_seconds) as lock:
            yield lock
        return
    connection = await asyncio.to_thread(_hold_folder, settings, patience_seconds)
    try:
        yield ServingLock()
    finally:
        await asyncio.to_thread(connection.close)


def _hold_folder(settings: Settings, patience_seconds: float) -> sqlite3.Connection:
    """Hold an exclusive transaction open: the kernel ends it with the process, on any system."""
    file = settings.data_dir / SERVING_FILE
    prepare_database_file(file)
    try:
        return _begin_exclusive(file, patience_seconds)
    except sqlite3.Error as error:
        if (getattr(error, "sqlite_errorname", None) or "").startswith("SQLITE_BUSY"):
            raise AlreadyServed(
                f"another process serves from the folder {settings.data_dir}: stop it, or set "
                "FANJOIN_DATA_DIR"
            ) from error
        if is_lasting(error):
            raise StorageUnavailable(
                f"{SERVING_FILE} is damaged; nothing is stored in it: stop every service of the "
                f"folder {settings.data_dir}, and delete this file"
            ) from error
        with storage_failures():
            raise


def _begin_exclusive(file: Path, patience_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=patience_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
