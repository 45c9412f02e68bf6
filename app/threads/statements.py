"""What is written of threads: each function is executed by the writer.

What makes a thread busy, and free again, is in claims.py.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, tuple_, update

from app.errors import InvalidInput, ThreadExists, UnreadableThread
from app.storage.columns import insert_into, json_text, labels_of
from app.storage.tables import thread_labels, threads
from app.threads.thread import (
    BUSY,
    DELETING,
    IDLE,
    ThreadChange,
    ThreadKey,
    ThreadRecord,
    refuse_new_id,
    thread_record_of,
)


def create(
    connection: Connection, change: ThreadChange
) -> ThreadRecord | InvalidInput | ThreadExists:
    """Insert a thread and return it, or what prevents it."""
    refusal = refuse_new_id(change.thread_id)
    if refusal is not None and lock(connection, change.owner, change.thread_id) is None:
        return refusal
    now = datetime.now(UTC)
    record = _changed(ThreadRecord(change.owner, change.thread_id, IDLE, now, now), change)
    statement = (
        insert_into(connection.dialect.name, threads)
        .values(**_row(record))
        .on_conflict_do_nothing()
    )
    if connection.execute(statement.returning(threads.c.thread_id)).first() is None:
        return ThreadExists(f"there is a thread {change.thread_id!r} already")
    _write_labels(connection, record)
    return record


def patch(connection: Connection, change: ThreadChange) -> ThreadRecord | UnreadableThread | None:
    """Change a thread and return it; None where there is none, an error where it is unreadable."""
    before = lock(connection, change.owner, change.thread_id)
    if before is None or before.status == DELETING:
        return None
    if before.unreadable is not None:
        return UnreadableThread(f"thread {before.thread_id!r}", before.unreadable)
    now = datetime.now(UTC)
    # While it is busy, that column says since when, by which its holder recognizes it.
    used_at = before.updated_at if before.status == BUSY else now
    record = replace(_changed(replace(before, updated_at=now), change), updated_at=used_at)
    is_it = is_thread(record.owner, record.thread_id)
    connection.execute(update(threads).where(is_it).values(_row(record)))
    _write_labels(connection, record)
    return record


def delete_marked(connection: Connection, keys: Sequence[ThreadKey]) -> None:
    """Delete threads that are marked for it, with their runs and labels.

    What was split from one and is not marked stays, as a thread like any other.
    """
    is_one = tuple_(threads.c.owner, threads.c.thread_id).in_(keys)
    connection.execute(delete(threads).where(is_one, threads.c.status == DELETING))
    is_left = tuple_(threads.c.owner, threads.c.split_from).in_(keys)
    connection.execute(update(threads).where(is_left).values(split_from=None))


def lock(connection: Connection, owner: str, thread_id: str) -> ThreadRecord | None:
    """Read a thread's row, which nobody else changes until the transaction is over."""
    query = select(threads).where(is_thread(owner, thread_id)).with_for_update()
    row = connection.execute(query).mappings().first()
    return None if row is None else thread_record_of(row)


def _write_labels(connection: Connection, record: ThreadRecord) -> None:
    place = {"owner": record.owner, "thread_id": record.thread_id}
    is_its_own = and_(
        thread_labels.c.owner == record.owner, thread_labels.c.thread_id == record.thread_id
    )
    connection.execute(delete(thread_labels).where(is_its_own))
    labels = labels_of(record.metadata)
    if labels:
        rows = [{**place, "key": key, "value": value} for key, value in labels.items()]
        connection.execute(insert(thread_labels), rows)


def _changed(record: ThreadRecord, change: ThreadChange) -> ThreadRecord:
    changed = replace(
        record,
        metadata={**record.metadata, **change.metadata},
        graph_id=change.graph_id or record.graph_id,
    )
    if change.ttl_minutes is None:
        return changed
    return replace(
        changed,
        ttl_minutes=change.ttl_minutes,
        ttl_strategy=change.ttl_strategy,
        expires_at=record.updated_at + timedelta(minutes=change.ttl_minutes),
    )


def _row(record: ThreadRecord) -> dict[str, Any]:
    row = {**asdict(record), "metadata": json_text(record.metadata)}
    del row["unreadable"]
    return row


def is_thread(owner: str, thread_id: str) -> ColumnElement[bool]:
    return and_(threads.c.owner == owner, threads.c.thread_id == thread_id)
