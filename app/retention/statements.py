"""What is old enough to be deleted: queries for it, and statements that delete a small batch.

The queries use a reading connection, so that the writer, which live runs wait for, only ever
deletes rows whose ids it is given.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    case,
    cast,
    delete,
    exists,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)

from app.storage.tables import HAS_CHECKPOINTS, LIVE, run_events, runs, threads
from app.threads.thread import BUSY, DELETING, ERROR, IDLE, INTERRUPTED, ThreadKey

_THREAD_COLUMNS = (threads.c.owner, threads.c.thread_id)

_THREAD_KEY = tuple_(threads.c.owner, threads.c.thread_id)

HAS_NO_CHECKPOINTS = ~runs.c.has_checkpoints
"""Whether a run's row can be dropped without losing track of its checkpoints."""

_CAN_GO = threads.c.status.not_in((BUSY, DELETING))

AT_REST = (IDLE, ERROR)
"""The statuses of a thread that no run uses and no question keeps open."""

_IS_AT_REST = threads.c.status.in_(AT_REST)


def old_events(before: datetime) -> Select[tuple[str]]:
    """Find runs that ended before this moment and whose events are still stored."""
    return (
        select(runs.c.id)
        .where(runs.c.ended_at < before, runs.c.last_events.is_not(None))
        .order_by(runs.c.ended_at)
    )


def old_runs(before: datetime) -> Select[tuple[str]]:
    """Find runs that ended before this moment; never one whose question is still open."""
    is_asking = (
        select(threads.c.thread_id)
        .where(
            threads.c.owner == runs.c.owner,
            threads.c.thread_id == runs.c.thread_id,
            threads.c.last_run_id == runs.c.id,
            threads.c.status == INTERRUPTED,
        )
        .exists()
    )
    return select(runs.c.id).where(runs.c.ended_at < before, ~is_asking).order_by(runs.c.ended_at)


def ended_runs_with_checkpoints() -> Select[tuple[str]]:
    """Find runs that are over and whose own checkpoints were not deleted, or not for certain."""
    return select(runs.c.id).where(HAS_CHECKPOINTS, runs.c.status.not_in(LIVE)).order_by(runs.c.id)


def expired_threads(now: datetime, before: datetime | None) -> Select[tuple[str, str]]:
    """Find threads past their own time to live, or unused since `before` where they have none.

    What was split from a thread and has no time of its own goes with that thread, never before it.
    """
    return (
        select(threads.c.owner, threads.c.thread_id)
        .where(_is_expired(now, before))
        .order_by(threads.c.updated_at)
    )


def split_from_expired(now: datetime, before: datetime | None) -> Select[tuple[str, str]]:
    """Find what goes with the expired threads that it was split from."""
    expired = expired_threads(now, before).order_by(None).subquery()
    goes = exists().where(
        expired.c.owner == threads.c.owner, expired.c.thread_id == threads.c.split_from
    )
    has_not_expired = _is_expired(now, before).is_not(true())  # without a time to live it is null
    return select(threads.c.owner, threads.c.thread_id).where(_CAN_GO, has_not_expired, goes)


def deleting_threads() -> Select[tuple[str, str]]:
    """Find threads whose deletion has started."""
    return select(threads.c.owner, threads.c.thread_id).where(threads.c.status == DELETING)


def threads_to_shorten(now: datetime) -> Select[tuple[str, str]]:
    """Find threads at rest whose time is up, and of which the latest checkpoint stays."""
    return select(threads.c.owner, threads.c.thread_id).where(
        threads.c.expires_at < now,
        threads.c.ttl_strategy == "keep_latest",
        _IS_AT_REST,
    )


def idle_threads(after: datetime | None, before: datetime) -> Select[tuple[str, str]]:
    """Find threads at rest last used between the two moments, the longest unused first."""
    query = select(threads.c.owner, threads.c.thread_id).where(
        _IS_AT_REST, threads.c.updated_at < before
    )
    if after is not None:
        query = query.where(threads.c.updated_at >= after)
    return query.order_by(threads.c.updated_at)


def drop_events(connection: Connection, run_ids: Sequence[str]) -> None:
    """Delete the events of runs; their results stay."""
    connection.execute(delete(run_events).where(run_events.c.run_id.in_(run_ids)))
    connection.execute(update(runs).where(runs.c.id.in_(run_ids)).values(last_events=None))


def drop_runs(connection: Connection, run_ids: Sequence[str]) -> None:
    """Delete runs, with their events and labels; never one that has checkpoints of its own."""
    connection.execute(delete(runs).where(runs.c.id.in_(run_ids), HAS_NO_CHECKPOINTS))


def drop_run_of_bytes(connection: Connection, key: tuple[bytes, ...]) -> None:
    """Delete a run of SQLite whose id is not UTF-8, so that no text is equal to it."""
    [run_id] = key
    is_it = cast(runs.c.id, LargeBinary) == run_id
    connection.execute(delete(runs).where(is_it, HAS_NO_CHECKPOINTS))


def drop_thread_of_bytes(connection: Connection, key: tuple[bytes, ...]) -> None:
    """Delete a thread of SQLite whose owner or id is not UTF-8; no run is using it."""
    owner, thread_id = (cast(column, LargeBinary) for column in _THREAD_COLUMNS)
    is_it = and_(owner == key[0], thread_id == key[1], threads.c.status != BUSY)
    connection.execute(delete(threads).where(is_it))


def begin_to_delete(
    connection: Connection, expired: tuple[Sequence[ThreadKey], datetime, datetime | None]
) -> None:
    """Mark those of the threads that are still expired, and what was split from them.

    From then on nothing runs on them.
    """
    keys, now, before = expired
    is_expired = and_(_THREAD_KEY.in_(keys), _is_expired(now, before))
    marked = update(threads).where(is_expired).values(status=DELETING)
    rows = connection.execute(marked.returning(threads.c.owner, threads.c.thread_id)).all()
    is_split = tuple_(threads.c.owner, threads.c.split_from).in_([tuple(row) for row in rows])
    connection.execute(update(threads).where(is_split, _CAN_GO).values(status=DELETING))


def expiry_after(now: datetime) -> ColumnElement[datetime | None]:
    """Return a thread's time to live as it is, or None where it was up by then."""
    return case((threads.c.expires_at < now, null()), else_=threads.c.expires_at)


def _is_expired(now: datetime, before: datetime | None) -> ColumnElement[bool]:
    is_to_go = or_(threads.c.ttl_strategy.is_(None), threads.c.ttl_strategy != "keep_latest")
    past_its_own = and_(threads.c.expires_at < now, is_to_go)
    if before is None:
        return and_(past_its_own, _CAN_GO)
    unused = and_(
        threads.c.ttl_minutes.is_(None),
        threads.c.updated_at < before,
        threads.c.split_from.is_(None),
    )
    return and_(or_(past_its_own, unused), _CAN_GO)
