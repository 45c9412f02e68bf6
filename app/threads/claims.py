"""A thread's row is its lock: who made it busy may work on it, and settles it afterwards."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, update

from app.storage.columns import insert_into
from app.storage.tables import threads
from app.threads.thread import BUSY, DELETING


def claim_thread(
    connection: Connection,
    owner: str,
    thread_id: str,
    graph_id: str | None = None,
    run_id: str | None = None,
) -> bool:
    """Make a thread busy, one that is not there yet too; False when it is busy or being deleted.

    A run becomes its last one, and may claim it twice; without a run (a change of its state) graph
    and last run stay what they are.
    """
    now = datetime.now(UTC)
    claimed: dict[str, Any] = {"status": BUSY, "updated_at": now}
    is_free: ColumnElement[bool] = threads.c.status.not_in((BUSY, DELETING))
    if run_id is not None:
        claimed |= {"graph_id": graph_id, "last_run_id": run_id}
        is_ours = (threads.c.status == BUSY) & (threads.c.last_run_id == run_id)
        is_free = or_(is_free, is_ours)
    statement = insert_into(connection.dialect.name, threads).values(
        owner=owner, thread_id=thread_id, created_at=now, **claimed
    )
    statement = statement.on_conflict_do_update(
        index_elements=["owner", "thread_id"], set_=claimed, where=is_free
    )
    return connection.execute(statement.returning(threads.c.thread_id)).first() is not None


def settle_thread(
    connection: Connection, owner: str, thread_id: str, status: str, *, run_id: str | None = None
) -> bool:
    """Give a busy thread its next status; with `run_id` only where that is still its last run."""
    statement = update(threads).where(
        threads.c.owner == owner, threads.c.thread_id == thread_id, threads.c.status == BUSY
    )
    if run_id is not None:
        statement = statement.where(threads.c.last_run_id == run_id)
    settled = statement.values(status=status, updated_at=datetime.now(UTC))
    return connection.execute(settled).rowcount == 1
