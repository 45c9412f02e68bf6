"""A thread's row is its lock: whoever claims it works on it alone, and releases it afterwards.

A run holds its claim by its id, also after a restart. A change of state and a sweep hold theirs by
the moment of the claim, which `updated_at` shows while the thread is busy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, tuple_, update

from app.errors import InvalidInput, ThreadBusy, UnreadableThread
from app.storage.columns import insert_into
from app.storage.tables import LIVE, runs, threads
from app.threads.statements import is_thread, lock
from app.threads.thread import (
    BUSY,
    DELETING,
    ERROR,
    IDLE,
    INTERRUPTED,
    ThreadKey,
    ThreadRecord,
    refuse_new_id,
    thread_record_of,
)

_FREE = (IDLE, INTERRUPTED, ERROR)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Claim:
    """Which thread is claimed, by whom and since when."""

    owner: str
    thread_id: str
    run_id: str | None = None
    """The run that claims; it becomes the thread's last run, and may claim it twice."""

    graph_id: str | None = None
    """The run's graph."""

    free: Collection[str] = _FREE
    """The statuses in which the thread can be claimed."""

    since: datetime = field(default_factory=_now)

    @property
    def is_held(self) -> ColumnElement[bool]:
        """Whether the thread is still busy with this claim."""
        is_busy = and_(is_thread(self.owner, self.thread_id), threads.c.status == BUSY)
        if self.run_id is not None:
            return and_(is_busy, threads.c.last_run_id == self.run_id)
        return and_(is_busy, threads.c.updated_at == self.since)


@dataclass(frozen=True)
class Release:
    """The end of a claim, and what it changes in the thread's row."""

    claim: Claim
    status: str
    columns: Mapping[str, Any] = field(default_factory=dict)


def claim(
    connection: Connection, wanted: Claim
) -> ThreadRecord | InvalidInput | UnreadableThread | None:
    """Claim a thread and return it as it was before; a run creates a missing one.

    None where the thread is missing or not free; an error where it is not to be created, or cannot
    be read.
    """
    before = lock(connection, wanted.owner, wanted.thread_id)
    if before is None and wanted.run_id is not None:
        refusal = refuse_new_id(wanted.thread_id)
        if refusal is not None:
            return refusal
        before = _create(connection, wanted)
    if before is not None and before.unreadable is not None:
        return UnreadableThread(f"thread {wanted.thread_id!r}", before.unreadable)
    if before is None or not (before.status in wanted.free or _is_own(before, wanted)):
        return None
    columns = {"status": BUSY, "updated_at": wanted.since}
    if wanted.run_id is not None:
        columns |= {"graph_id": wanted.graph_id, "last_run_id": wanted.run_id}
    is_it = is_thread(wanted.owner, wanted.thread_id)
    connection.execute(update(threads).where(is_it).values(columns))
    return before


def is_busy(connection: Connection, wanted: Claim) -> bool:
    """Whether the thread will be free again; one that is being deleted will not."""
    now = lock(connection, wanted.owner, wanted.thread_id)
    return now is not None and now.status == BUSY


def mark_deleting(connection: Connection, key: ThreadKey) -> list[str] | ThreadBusy:
    """Mark a thread and those split from it for deletion, and return their ids: all or none.

    None of them where the thread is missing.
    """
    owner, thread_id = key
    is_one = or_(threads.c.thread_id == thread_id, threads.c.split_from == thread_id)
    query = select(threads.c.thread_id, threads.c.status).where(threads.c.owner == owner, is_one)
    rows = connection.execute(query.order_by(threads.c.thread_id).with_for_update()).all()
    statuses = {row.thread_id: row.status for row in rows}
    for each, status in statuses.items():
        if status == BUSY:
            return ThreadBusy(f"thread {each!r} is busy with a run: wait for its end")
    if thread_id not in statuses:
        return []
    is_marked = and_(threads.c.owner == owner, threads.c.thread_id.in_(statuses))
    connection.execute(update(threads).where(is_marked).values(status=DELETING, updated_at=_now()))
    return list(statuses)


def mark_broken(connection: Connection, keys: Sequence[ThreadKey]) -> None:
    """Show threads again that cannot be deleted; reading their state says why."""
    is_one = tuple_(threads.c.owner, threads.c.thread_id).in_(keys)
    is_marked = and_(is_one, threads.c.status == DELETING)
    connection.execute(update(threads).where(is_marked).values(status=ERROR, updated_at=_now()))


def release(connection: Connection, end: Release) -> bool:
    """Give a thread its next status; one that somebody else holds by now is left to them."""
    columns = {"status": end.status, "updated_at": _now(), **end.columns}
    released = connection.execute(update(threads).where(end.claim.is_held).values(columns))
    return released.rowcount > 0


def release_abandoned(connection: Connection, period: tuple[datetime, datetime]) -> int:
    """Set threads to idle that are busy since before a period with no run; return how many.

    Also those busy since after it: the clock went back, or their moment is none.
    """
    before, after = period
    is_in_use = exists().where(
        runs.c.owner == threads.c.owner,
        runs.c.thread_id == threads.c.thread_id,
        runs.c.status.in_(LIVE),
        runs.c.waits_for.is_(None),
    )
    is_outside = or_(threads.c.updated_at <= before, threads.c.updated_at > after)
    is_abandoned = and_(threads.c.status == BUSY, is_outside, ~is_in_use)
    return connection.execute(update(threads).where(is_abandoned).values(status=IDLE)).rowcount


def _create(connection: Connection, wanted: Claim) -> ThreadRecord | None:
    statement = insert_into(connection.dialect.name, threads).values(
        owner=wanted.owner,
        thread_id=wanted.thread_id,
        status=IDLE,
        created_at=wanted.since,
        updated_at=wanted.since,
    )
    created = connection.execute(statement.on_conflict_do_nothing().returning(threads))
    row = created.mappings().first()
    if row is None:  # somebody else created it meanwhile
        return lock(connection, wanted.owner, wanted.thread_id)
    return thread_record_of(row)


def _is_own(before: ThreadRecord, wanted: Claim) -> bool:
    """Whether the run claims it once more: its claim was committed and the answer lost."""
    is_same_run = wanted.run_id is not None and before.last_run_id == wanted.run_id
    return is_same_run and before.status == BUSY
