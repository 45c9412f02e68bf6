"""The serving lock in PostgreSQL: it lasts as long as the connection that took it.

Imported only where the settings name PostgreSQL: its driver is an extra.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection

from app.errors import AlreadyServed, StorageUnavailable
from app.logs import log_crash
from app.settings import Settings
from app.storage.errors import POSTGRES_AWAY, storage_failure
from app.storage.locks import SERVING_NUMBER, ServingLock

logger = logging.getLogger(__name__)

_LOST = f"{POSTGRES_AWAY}: the serving lock is lost, and nothing is stored before it is held again"

_HELD = (
    "another process holds the lock to serve from the PostgreSQL database: this one stores nothing "
    "before it has it again"
)

_ASK_AGAIN_SECONDS = 0.05

_LONGEST_PAUSE_SECONDS = 1.0

_BEAT_SECONDS = 1.0
"""PostgreSQL says when it ends a connection; a network that is gone says nothing."""

_ANSWER_SECONDS = 5.0
"""With the beat, less than what the server waits before it ends the session and frees the lock."""

_SERVER_SIDE = """
    SELECT set_config('tcp_keepalives_idle', '5', false),
           set_config('tcp_keepalives_interval', '3', false),
           set_config('tcp_keepalives_count', '3', false),
           set_config('tcp_user_timeout', '14000', false)
"""
"""Else a machine that lost its power, or its network, holds the lock for hours."""

_WHO = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"

_END_EARLIER = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND backend_start = %s
"""
"""The server may hold on to a session whose client has given it up, and the lock with it."""

_TRY = "SELECT pg_try_advisory_lock(%s)"


class PostgresLock(ServingLock):
    """Held by a connection of its own, and tried for again when that is lost."""

    def __init__(self, url: str, *, patience_seconds: float) -> None:
        super().__init__()
        self._url = url
        self._patience_seconds = patience_seconds
        self._connection: AsyncConnection[Any] | None = None
        self._session: tuple[Any, ...] | None = None
        """The server's process of the last connection that held the lock, and its start."""

        self._is_held_by_another = False
        """What the last try found."""

        self._leaving: set[asyncio.Task[Any]] = set()

    async def take(self, *, patience_seconds: float) -> bool:
        """Try for the lock until it is held; False where another process has it so long.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_seconds
        while not await self._try():
            if loop.time() >= until:
                return False
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return True

    async def watch(self) -> None:
        """Notice when the lock is lost, and regain it, until another process has it for long."""
        while not self.is_superseded.is_set():
            error = await self._until_lost()
            self.obstacle = _LOST
            logger.error("the serving lock is lost", extra={"error": str(error).strip()})
            await self.release()
            await self._regain()

    async def release(self) -> None:
        """Close the connection, and so give up the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _try(self) -> bool:
        """Take the lock if nobody has it, on a new connection."""
        try:
            connection = await self._connect()
        except psycopg.Error as error:
            raise storage_failure(error) or StorageUnavailable(str(error)) from error
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await connection.execute(_SERVER_SIDE)
                if self._session is not None:
                    await connection.execute(_END_EARLIER, self._session)
                tried = await (await connection.execute(_TRY, [SERVING_NUMBER])).fetchone()
                who = await (await connection.execute(_WHO)).fetchone()
        except BaseException as error:
            await connection.close()
            if isinstance(error, psycopg.Error | TimeoutError):
                raise storage_failure(error) or StorageUnavailable(POSTGRES_AWAY) from error
            raise
        if tried is None or not tried[0]:
            await connection.close()
            return False
        self._connection, self._session = connection, who
        return True

    async def _connect(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=3,
            tcp_user_timeout=10_000,
            application_name="fanjoin serving lock",
        )

    async def _until_lost(self) -> BaseException:
        """Return what ended the connection; that it ends wakes this at once."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - the lock is held
        try:
            while True:
                async for _ in connection.notifies(timeout=_BEAT_SECONDS):
                    pass
                await self._require_answer(connection)
        except (psycopg.Error, OSError, StorageUnavailable) as error:
            return error

    async def _require_answer(self, connection: AsyncConnection[Any]) -> None:
        asking = asyncio.create_task(_ask(connection))
        try:
            await asyncio.wait([asking], timeout=_ANSWER_SECONDS)
        finally:
            if not asking.done():
                # To give up a query takes psycopg up to 10 seconds: it does so by itself.
                self._leaving.add(asking)
                asking.add_done_callback(self._leaving.discard)
                asking.cancel()
        if asking.cancelled() or not asking.done():
            raise StorageUnavailable(POSTGRES_AWAY)
        asking.result()

    async def _regain(self) -> None:
        """Hold the lock again, however long the database is away, or be superseded."""
        clock = asyncio.get_running_loop().time
        gives_up_at = math.inf
        pause = _ASK_AGAIN_SECONDS
        while not await self._try_again():
            self.obstacle = _HELD if self._is_held_by_another else _LOST
            if self._is_held_by_another:
                gives_up_at = min(gives_up_at, clock() + self._patience_seconds)
            if clock() >= gives_up_at:
                logger.critical("another process serves from the database: this one ends")
                self.is_superseded.set()
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self.obstacle = None
        logger.warning("the serving lock is held again")

    async def _try_again(self) -> bool:
        """Take the lock if nobody has it, and settle what happened meanwhile."""
        self._is_held_by_another = False
        try:
            is_held = await self._try()
            self._is_held_by_another = not is_held
            if is_held:
                await self.on_regained()
        except StorageUnavailable as error:
            logger.debug("the serving lock cannot be tried for: %s", error)
        except Exception:
            logger.exception("the serving lock cannot be used")
        else:
            return is_held
        await self.release()
        return False


async def _ask(connection: AsyncConnection[Any]) -> None:
    await connection.execute("SELECT 1")


@asynccontextmanager
async def hold_in_postgres(
    settings: Settings, *, patience_seconds: float
) -> AsyncIterator[ServingLock]:
    """As `hold_serving_lock`, over PostgreSQL."""
    lock = PostgresLock(
        settings.postgres_url or "", patience_seconds=settings.storage_patience_seconds
    )
    if not await lock.take(patience_seconds=patience_seconds):
        raise AlreadyServed("another process serves from this PostgreSQL database: stop it")
    watching = asyncio.create_task(lock.watch(), name="serving-lock")
    watching.add_done_callback(log_crash)
    try:
        yield lock
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await lock.release()
