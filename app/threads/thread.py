"""A thread as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from app.errors import InvalidInput
from app.plain_json import clean_text
from app.storage.stored_row import StoredRow, UnreadableRow

IDLE, BUSY, INTERRUPTED, ERROR, DELETING = "idle", "busy", "interrupted", "error", "deleting"
"""What a thread may be; a run may start on one that is neither busy nor deleting."""

_STATUSES = (IDLE, BUSY, INTERRUPTED, ERROR, DELETING)


ThreadKey = tuple[str, str]
"""Owner and thread_id."""

SPLIT = "~"
"""Stands in the id of a thread that was split from another (`split_from`), and in no new one."""

LONGEST_ID = 255
"""How many characters a new id may have; one that was split from another has some more."""


@dataclass
class ThreadRecord:
    """A thread: its owner, its status, and how long it is stored."""

    owner: str
    thread_id: str
    status: str
    created_at: datetime
    updated_at: datetime
    graph_id: str | None = None
    """The graph of its last run."""

    last_run_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    ttl_minutes: float | None = None
    ttl_strategy: str | None = None
    expires_at: datetime | None = None
    split_from: str | None = None
    """The thread that had this state of another graph, before graphs shared a thread's state. This
    one is deleted with it."""

    unreadable: str | None = None
    """Why its row cannot be read; then the rest is what could be read of it."""


@dataclass(frozen=True)
class ThreadChange:
    """What to change in a stored thread, or to store of a new one."""

    owner: str
    thread_id: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Merged key by key."""

    graph_id: str | None = None
    """Whose state the thread shows until another graph runs on it."""

    ttl_minutes: float | None = None
    """From now on; None leaves what was said before."""

    ttl_strategy: str | None = None


def refuse_new_id(thread_id: str) -> InvalidInput | None:
    """Return why no new thread may have this id; None if it may."""
    if SPLIT in thread_id:
        message = (
            f"a new thread's id must not contain {SPLIT!r}, which marks a thread that was split "
            f"from another: use another id"
        )
    elif "/" in thread_id or thread_id in (".", ".."):
        message = (
            "a new thread's id must not be '.' or '..' or contain '/': it is part of addresses"
        )
    elif len(thread_id) > LONGEST_ID:
        message = f"a new thread's id must have at most {LONGEST_ID} characters: use a shorter one"
    else:
        return None
    return InvalidInput.at("thread_id", message, given=thread_id[:100])


def thread_record_of(row: RowMapping) -> ThreadRecord:
    """Read a row of `threads`; one that cannot be read says so in `unreadable`."""
    stored = StoredRow(row)
    try:
        return _read(stored)
    except UnreadableRow as error:
        epoch = datetime.fromtimestamp(0, UTC)
        return ThreadRecord(
            owner=stored.or_else("", stored.text, "owner"),
            thread_id=clean_text(str(row["thread_id"])),
            status=ERROR,
            created_at=stored.or_else(epoch, stored.moment, "created_at"),
            updated_at=stored.or_else(epoch, stored.moment, "updated_at"),
            unreadable=str(error),
        )


def _read(row: StoredRow) -> ThreadRecord:
    if (status := row.text("status")) not in _STATUSES:
        raise UnreadableRow(f"its status is unknown: {status!r}")
    return ThreadRecord(
        owner=row.text("owner"),
        thread_id=row.text("thread_id"),
        status=status,
        created_at=row.moment("created_at"),
        updated_at=row.moment("updated_at"),
        graph_id=row.maybe_text("graph_id"),
        last_run_id=row.maybe_text("last_run_id"),
        metadata=row.json("metadata", dict) or {},
        ttl_minutes=row.maybe_float("ttl_minutes"),
        ttl_strategy=row.maybe_text("ttl_strategy"),
        expires_at=row.maybe_moment("expires_at"),
        split_from=row.maybe_text("split_from"),
    )
