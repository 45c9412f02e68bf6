"""A thread as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from app.storage.columns import read_json

IDLE, BUSY, INTERRUPTED, ERROR, DELETING = "idle", "busy", "interrupted", "error", "deleting"
"""What a thread may be; a run may start on one that is neither busy nor deleting."""


ThreadKey = tuple[str, str]
"""Owner and thread_id."""


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


def thread_record_of(row: RowMapping) -> ThreadRecord:
    """Read a row of `threads`."""
    return ThreadRecord(**{**row, "metadata": read_json(row["metadata"])})
