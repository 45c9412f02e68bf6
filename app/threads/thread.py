"""A thread as it is stored."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from app.storage.columns import read_json

IDLE, BUSY, INTERRUPTED, ERROR, DELETING = "idle", "busy", "interrupted", "error", "deleting"
"""What a thread may be; a run may start on one that is neither busy nor deleting."""


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


def thread_record_of(row: RowMapping) -> ThreadRecord:
    """Read a row of `threads`."""
    return ThreadRecord(**{**row, "metadata": read_json(row["metadata"])})
