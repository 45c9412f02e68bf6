"""The repository of threads: create, claim, search, delete.

What makes a thread busy, and free again, is in claims.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select

from app.errors import ThreadBusy, ThreadNotFound, UnreadableThread
from app.storage.database import Database
from app.storage.tables import threads
from app.threads import claims, statements, waiting_runs
from app.threads.claims import Claim, Release
from app.threads.search import ThreadSearch, search_threads
from app.threads.thread import (
    DELETING,
    ThreadChange,
    ThreadKey,
    ThreadRecord,
    thread_record_of,
)
from app.work.idle import IDLE
from app.work.work import Work


class ThreadRepository:
    """Everything but a run's claim; another owner's thread counts as none."""

    def __init__(self, database: Database, work: Work = IDLE) -> None:
        """`work` gets the runs that waited for a thread that is free again."""
        self._release = partial(waiting_runs.release, work)
        self._release_abandoned = partial(waiting_runs.release_abandoned, work)
        self._writer = database.writer
        self._reading = database.reading

    async def create(self, change: ThreadChange) -> ThreadRecord:
        """Store a new thread.

        Raises:
            InvalidInput: no new thread may have this id.
            ThreadExists: the owner has a thread of this id.
        """
        created = await self._writer.write(statements.create, change)
        if not isinstance(created, ThreadRecord):
            raise created
        return created

    async def get(self, owner: str, thread_id: str) -> ThreadRecord:
        """Return a thread.

        Raises:
            ThreadNotFound: the owner has none of this id, or it is being deleted.
            UnreadableThread: its row cannot be read.
        """
        async with self._reading() as connection:
            result = await connection.execute(
                select(threads).where(statements.is_thread(owner, thread_id))
            )
            row = result.mappings().first()
        if row is None or row["status"] == DELETING:
            raise _not_found(thread_id)
        record = thread_record_of(row)
        if record.unreadable is not None:
            raise UnreadableThread(f"thread {thread_id!r}", record.unreadable)
        return record

    async def patch(self, change: ThreadChange) -> ThreadRecord:
        """Change a thread, also while a run is using it.

        Raises:
            ThreadNotFound: the owner has none of this id.
            UnreadableThread: its row cannot be read.
        """
        patched = await self._writer.write(statements.patch, change)
        if patched is None:
            raise _not_found(change.thread_id)
        if isinstance(patched, UnreadableThread):
            raise patched
        return patched

    async def search(self, search: ThreadSearch) -> list[ThreadRecord]:
        """Return the threads that fit, a page of them.

        One whose row cannot be read is among them, and says so in `unreadable`.
        """
        async with self._reading() as connection:
            return await search_threads(connection, search)

    async def claim(self, owner: str, thread_id: str) -> ThreadRecord:
        """Make a thread busy, and return it as it was; `release` must follow.

        Its `updated_at` is the moment of the claim, which `release` needs.

        Raises:
            ThreadBusy: a run, or another change, is using it.
            ThreadNotFound: the owner has none of this id.
            UnreadableThread: its row cannot be read.
        """
        wanted = Claim(owner, thread_id)
        before = await self._writer.write(claims.claim, wanted)
        if not isinstance(before, ThreadRecord):
            await self.get(owner, thread_id)
            raise ThreadBusy(f"thread {thread_id!r} is busy with a run: wait for its end")
        return replace(before, updated_at=wanted.since)

    async def release(self, after: ThreadRecord) -> None:
        """Allow runs on a claimed thread again, with the status and the last run it has by now."""
        claim = Claim(after.owner, after.thread_id, since=after.updated_at)
        end = Release(claim, after.status, {"last_run_id": after.last_run_id})
        await self._writer.write(self._release, end)

    async def mark_deleting(self, owner: str, thread_id: str) -> list[str]:
        """Allow nothing on a thread and those split from it any more, and return their ids.

        A deletion that was interrupted may be repeated.

        Raises:
            ThreadBusy: a run, or a change, is using one of them; none is marked.
            ThreadNotFound: the owner has none of this id.
        """
        marked = await self._writer.write(claims.mark_deleting, (owner, thread_id))
        if isinstance(marked, ThreadBusy):
            raise marked
        if not marked:
            raise _not_found(thread_id)
        return marked

    async def mark_broken(self, keys: Sequence[ThreadKey]) -> None:
        """Show threads again whose deletion the damage of a file prevents: as failed ones."""
        await self._writer.write(claims.mark_broken, keys)

    async def release_abandoned(self, *, idle_seconds: float = 60) -> int:
        """Release threads that have been busy for so long with no run, and return how many.

        A change of state leaves one behind when its process dies.
        """
        now, patience = datetime.now(UTC), timedelta(seconds=idle_seconds)
        period = (now - patience, now + patience)
        return await self._writer.write(self._release_abandoned, period)

    async def delete(self, keys: Sequence[ThreadKey]) -> None:
        """Delete threads that are marked, with their runs, their events and all labels."""
        await self._writer.write(statements.delete_marked, keys)


def _not_found(thread_id: str) -> ThreadNotFound:
    return ThreadNotFound(f"there is no thread {thread_id!r}")
