"""A writer that is held, for what must happen while something is on its way to the database."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Connection

from app.storage.writer import Writer


@asynccontextmanager
async def held(writer: Writer) -> AsyncIterator[None]:
    """Keep the writer's thread busy until the block ends: what is written meanwhile waits."""
    is_held, may_go_on = threading.Event(), threading.Event()

    def hold(_: Connection, __: None) -> None:
        is_held.set()
        may_go_on.wait()

    holding = asyncio.create_task(writer.write(hold, None))
    try:
        await asyncio.to_thread(is_held.wait)
        yield
    finally:
        may_go_on.set()
        await holding
