"""One process serves from a database; a second one does not start."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import AlreadyServed
from app.settings import Settings
from app.storage.advisory_lock import advisory_lock
from app.storage.failures import storage_failure

SERVING_FILE = "serving.lock.db"
SERVING_NUMBER = 0x66616E6A
_PATIENCE_SECONDS = 5
"""A service that is being replaced is given so long to be gone."""


@asynccontextmanager
async def hold_serving_lock(
    settings: Settings, *, patience_seconds: float = _PATIENCE_SECONDS
) -> AsyncIterator[None]:
    """Be the one that serves, until left; a process that is killed holds nothing any more.

    Raises:
        AlreadyServed: another process serves from this database.
        StorageUnavailable: the database does not answer.
    """
    if settings.postgres_url is not None:
        lock = advisory_lock(settings, SERVING_NUMBER, patience_seconds=patience_seconds)
        async with lock as is_held:
            if not is_held:
                raise AlreadyServed("another process serves from this PostgreSQL database: stop it")
            yield
        return
    connection = await asyncio.to_thread(_hold_folder, settings, patience_seconds)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)


def _hold_folder(settings: Settings, patience_seconds: float) -> sqlite3.Connection:
    """Hold an exclusive transaction open: the kernel ends it with the process, on any system."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        settings.data_dir / SERVING_FILE,
        timeout=patience_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise AlreadyServed(
                f"another process serves from the folder {settings.data_dir}: stop it, or set "
                "FANJOIN_DATA_DIR"
            ) from error
        unavailable = storage_failure(error)
        if unavailable is None:
            raise
        raise unavailable from error
    return connection
