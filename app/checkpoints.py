"""LangGraph's own saver, which keeps the state of threads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from app.settings import Settings


@asynccontextmanager
async def open_checkpointer(settings: Settings) -> AsyncIterator[AsyncSqliteSaver]:
    """Open the SQLite saver in the data folder, which is made when it is not there."""
    await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(
        str(settings.data_dir / "checkpoints.db")
    ) as saver:
        await saver.setup()
        yield saver
