"""Threads as rows: whose they are, what they are at, how long they are kept.

What a run does to its thread's row is in thread_claims.py.
"""

from sqlalchemy import select

from app.errors import ThreadBusy, ThreadExists, ThreadNotFound
from app.storage.database import Database
from app.storage.tables import runs, threads
from app.threads import statements as thread_rows
from app.threads.search import ThreadSearch, search_threads
from app.threads.statements import ThreadChange
from app.threads.thread import BUSY, DELETING, ThreadRecord, thread_record_of


class ThreadRepository:
    """Everything but a run's claim; another owner's thread is as good as none."""

    def __init__(self, database: Database) -> None:
        self._writer = database.writer
        self._reading = database.reading

    async def create(self, change: ThreadChange) -> ThreadRecord:
        """Keep a new thread.

        Raises:
            ThreadExists: the owner has a thread of this id.
        """
        created = await self._writer.write(thread_rows.create, change)
        if created is None:
            raise ThreadExists(f"there is a thread {change.thread_id!r} already")
        return created

    async def get(self, owner: str, thread_id: str) -> ThreadRecord:
        """Return a thread.

        Raises:
            ThreadNotFound: the owner has none of this id, or it is being deleted.
        """
        async with self._reading() as connection:
            found = await connection.execute(
                select(threads).where(thread_rows.is_thread(owner, thread_id))
            )
            row = found.mappings().first()
        if row is None or row["status"] == DELETING:
            raise _not_found(thread_id)
        return thread_record_of(row)

    async def patch(self, change: ThreadChange) -> ThreadRecord:
        """Change a thread, also while a run is at work on it.

        Raises:
            ThreadNotFound: the owner has none of this id.
        """
        patched = await self._writer.write(thread_rows.patch, change)
        if patched is None:
            raise _not_found(change.thread_id)
        return patched

    async def search(self, asked: ThreadSearch) -> list[ThreadRecord]:
        """Return the threads that fit, a page of them."""
        async with self._reading() as connection:
            return await search_threads(connection, asked)

    async def graphs(self, owner: str, thread_id: str) -> set[str]:
        """Return the graphs that ran on a thread, as far as its runs are kept."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(runs.c.graph_id)
                .where(runs.c.owner == owner, runs.c.thread_id == thread_id)
                .distinct()
            )
            return {row.graph_id for row in found}

    async def claim(self, owner: str, thread_id: str) -> ThreadRecord:
        """Keep runs off a thread, and return it as it was before; `settle` must follow.

        Raises:
            ThreadBusy: a run, or another change, is at work on it.
            ThreadNotFound: the owner has none of this id.
        """
        before = await self._writer.write(thread_rows.claim, (owner, thread_id, BUSY))
        return _require_free(before, thread_id)

    async def settle(self, after: ThreadRecord) -> None:
        """Let runs on a claimed thread again, with the status and the last run it has by now."""
        await self._writer.write(thread_rows.settle, after)

    async def mark_deleting(self, owner: str, thread_id: str) -> ThreadRecord:
        """Keep everybody off a thread for good, and return it as it was.

        A deletion that broke off may be taken up again.

        Raises:
            ThreadBusy: a run, or a change, is at work on it.
            ThreadNotFound: the owner has none of this id.
        """
        before = await self._writer.write(thread_rows.claim, (owner, thread_id, DELETING))
        return _require_free(before, thread_id)

    async def remove(self, owner: str, thread_id: str) -> None:
        """Forget a thread that is marked, with its runs, their events and all labels."""
        await self._writer.write(thread_rows.delete_marked, (owner, thread_id))


def _require_free(before: ThreadRecord | None, thread_id: str) -> ThreadRecord:
    if before is None:
        raise _not_found(thread_id)
    if before.status == BUSY:
        raise ThreadBusy(f"thread {thread_id!r} is busy with a run: wait for its end")
    return before


def _not_found(thread_id: str) -> ThreadNotFound:
    return ThreadNotFound(f"no thread is called {thread_id!r}")
