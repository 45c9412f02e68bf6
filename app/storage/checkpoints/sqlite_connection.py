"""One SQLite file of LangGraph's, used by one thread.

LangGraph's own async saver awaits between a statement and its commit, so on one connection the
failure of one run could roll back what another was just told is kept, and a cancelled caller left
its transaction open. Here each call is one function on the file's thread: it commits, or it leaves
nothing.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate, Literal, ParamSpec, TypeVar

from app.storage.errors import storage_failures

P = ParamSpec("P")

T = TypeVar("T")

BUSY_SECONDS = 0.2
"""How long SQLite waits for another process's lock: little, since all others wait behind it. Savers
try again by themselves."""

Synchronous = Literal["normal", "full"]


class SqliteConnection:
    """A connection and the only thread that uses it."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self.connection = connection
        self._thread = thread

    async def run(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function on the file's thread; whoever is cancelled meanwhile leaves it whole."""
        call = partial(work, self.connection, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


@asynccontextmanager
async def open_sqlite_file(
    path: Path, synchronous: Synchronous, *, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[SqliteConnection]:
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.stem)
    loop = asyncio.get_running_loop()
    try:
        connection = await loop.run_in_executor(thread, _connect, path, synchronous, busy_seconds)
        try:
            yield SqliteConnection(connection, thread)
        finally:
            await loop.run_in_executor(thread, connection.close)
    finally:
        thread.shutdown(wait=False)


def _connect(path: Path, synchronous: Synchronous, busy_seconds: float) -> sqlite3.Connection:
    with storage_failures(path.name):
        connection = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous.upper()}")
    return connection
