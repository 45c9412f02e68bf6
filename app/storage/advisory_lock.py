"""A lock of PostgreSQL's that lasts as long as the connection that took it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import text

from app.settings import Settings
from app.storage.engines import reading_engine
from app.storage.failures import storage_failures

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
