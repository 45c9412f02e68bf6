"""The tables of runs and threads, the same on SQLite and PostgreSQL.

JSON stands in text columns: PostgreSQL's JSONB refuses NUL, and nothing is searched inside it.
What metadata is searched by stands in the label tables.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)

from app.storage.columns import Moment

LIVE = ("pending", "running")
"""The statuses of a run that is not over."""

metadata = MetaData()

threads = Table(
    "threads",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    Column("graph_id", Text),
    Column("last_run_id", Text),
    Column("metadata", Text, nullable=False, server_default="{}"),
    Column("status", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("ttl_minutes", Float),
    Column("ttl_strategy", Text),
    Column("expires_at", Moment),
    Column("split_from", Text),
)


Index("ix_threads_updated", threads.c.owner, threads.c.updated_at)


Index("ix_threads_status", threads.c.owner, threads.c.status, threads.c.updated_at)


_EXPIRES = threads.c.expires_at.is_not(None)


Index("ix_threads_expires", threads.c.expires_at, sqlite_where=_EXPIRES, postgresql_where=_EXPIRES)


_IS_SPLIT = threads.c.split_from.is_not(None)


Index(
    "ix_threads_split",
    threads.c.owner,
    threads.c.split_from,
    sqlite_where=_IS_SPLIT,
    postgresql_where=_IS_SPLIT,
)


runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("graph_id", Text, nullable=False),
    Column("thread_id", Text),
    Column("status", Text, nullable=False),
    Column("is_background", Boolean, nullable=False, server_default=false()),
    Column("has_checkpoints", Boolean, nullable=False, server_default=false()),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("releases", Integer, nullable=False, server_default="0"),
    Column("retry_of", Text),
    Column("resume_of", Text),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("metadata", Text, nullable=False, server_default="{}"),
    Column("idempotency_key", Text),
    Column("request_hash", Text),
    Column("last_event", Integer, nullable=False, server_default="0"),
    Column("request", Text, nullable=False),
    Column("failure", Text),
    Column("interrupts", Text),
    Column("output", Text),
    Column("report", Text),
    Column("reusable_writes_type", Text),
    Column("reusable_writes", LargeBinary),
    Column("last_events", Text),
    ForeignKeyConstraint(
        ["owner", "thread_id"],
        ["threads.owner", "threads.thread_id"],
        name="fk_runs_thread",
        ondelete="CASCADE",
    ),
)

_HAS_KEY = runs.c.idempotency_key.is_not(None)


Index(
    "uq_runs_key",
    runs.c.owner,
    runs.c.idempotency_key,
    unique=True,
    sqlite_where=_HAS_KEY,
    postgresql_where=_HAS_KEY,
)


Index("ix_runs_owner", runs.c.owner, runs.c.id)


Index("ix_runs_status", runs.c.owner, runs.c.status, runs.c.id)


Index("ix_runs_thread", runs.c.owner, runs.c.thread_id, runs.c.id)


IS_LIVE = text("status IN ('pending', 'running')")
"""Written out, so that both databases see the condition of the index in that of a query."""


Index("ix_runs_live", runs.c.id, sqlite_where=IS_LIVE, postgresql_where=IS_LIVE)


HAS_CHECKPOINTS = text("has_checkpoints")
"""Whether a run on no thread has checkpoints: they are deleted before its row. Written out too."""


Index(
    "ix_runs_checkpoints",
    runs.c.id,
    sqlite_where=HAS_CHECKPOINTS,
    postgresql_where=HAS_CHECKPOINTS,
)


_HAS_ENDED = runs.c.ended_at.is_not(None)


Index("ix_runs_ended", runs.c.ended_at, sqlite_where=_HAS_ENDED, postgresql_where=_HAS_ENDED)


run_events = Table(
    "run_events",
    metadata,
    Column(
        "run_id",
        Text,
        ForeignKey("runs.id", name="fk_run_events_run", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("first_event", Integer, primary_key=True, autoincrement=False),
    Column("last_event", Integer, nullable=False),
    Column("events", Text, nullable=False),
)

run_labels = Table(
    "run_labels",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column(
        "run_id",
        Text,
        ForeignKey("runs.id", name="fk_run_labels_run", ondelete="CASCADE"),
        primary_key=True,
    ),
    sqlite_with_rowid=False,
)


Index("ix_run_labels_run", run_labels.c.run_id, run_labels.c.key)


thread_labels = Table(
    "thread_labels",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    ForeignKeyConstraint(
        ["owner", "thread_id"],
        ["threads.owner", "threads.thread_id"],
        name="fk_thread_labels_thread",
        ondelete="CASCADE",
    ),
    sqlite_with_rowid=False,
)


Index(
    "ix_thread_labels_thread",
    thread_labels.c.owner,
    thread_labels.c.thread_id,
    thread_labels.c.key,
)
