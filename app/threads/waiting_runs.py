"""Runs that wait for their thread, oldest first: whoever frees it passes it on to the next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.storage.tables import IS_LIVE, LIVE, WAITS, WAITS_FOR_THREAD, runs, threads
from app.threads import claims
from app.threads.claims import Claim, Release
from app.threads.thread import BUSY, DELETING, ThreadKey, ThreadRecord
from app.work.queued_row import QUEUED_COLUMNS, queued_from_row
from app.work.work import Queued, Work


def take_next(connection: Connection, key: ThreadKey) -> list[Queued]:
    """Claim a thread that is free for the run that waits for it longest; none where none waits."""
    owner, thread_id = key
    query = (
        select(*QUEUED_COLUMNS)
        .where(WAITS, runs.c.owner == owner, runs.c.thread_id == thread_id, IS_LIVE)
        .where(runs.c.waits_for == WAITS_FOR_THREAD)
        .order_by(runs.c.id)
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return []
    claim = Claim(owner, thread_id, row["id"], row["graph_id"])
    if not isinstance(claims.claim(connection, claim), ThreadRecord):
        return []
    connection.execute(update(runs).where(runs.c.id == row["id"]).values(waits_for=None))
    return [queued_from_row(row)]


def take_all(connection: Connection) -> Sequence[Queued]:
    """Do it for every thread that is free: whoever freed it may have had no time to."""
    is_its = (threads.c.owner == runs.c.owner) & (threads.c.thread_id == runs.c.thread_id)
    is_free = threads.c.status.not_in((BUSY, DELETING))
    query = select(threads.c.owner, threads.c.thread_id).join(runs, is_its)
    keys = connection.execute(query.where(WAITS, runs.c.status.in_(LIVE), is_free).distinct()).all()
    return [one for key in keys for one in take_next(connection, (key.owner, key.thread_id))]


def release(work: Work, connection: Connection, end: Release) -> None:
    """Give a thread its next status, and pass it on to the run that waits for it, if one does."""
    if claims.release(connection, end):
        work.enqueue(connection, take_next(connection, (end.claim.owner, end.claim.thread_id)))


def release_abandoned(work: Work, connection: Connection, period: tuple[datetime, datetime]) -> int:
    """Do as `claims.release_abandoned`, and pass the threads on."""
    released = claims.release_abandoned(connection, period)
    work.enqueue(connection, take_all(connection))
    return released
