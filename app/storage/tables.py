"""The tables of runs, threads and crons, the same on SQLite and PostgreSQL.

JSON stands in text columns: PostgreSQL's JSONB refuses NUL, and nothing is searched inside it.
What metadata is searched by stands in the label tables.
"""

from sqlalchemy import (
    BigInteger,
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

from app.storage.columns import Instant, Moment

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
    Column("started_at", Moment),
    Column("holder", BigInteger),
    Column("waits_for", Text),
    Column("not_before", Moment),
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


IS_QUEUED = text("status = 'pending' AND holder IS NULL")
"""Whether a run waits to be claimed. Written out as `IS_LIVE` is."""


Index("ix_runs_queued", runs.c.owner, sqlite_where=IS_QUEUED, postgresql_where=IS_QUEUED)


WAITS_FOR_THREAD = "thread"
"""What a run waits for whose thread is busy with another."""


WAITS = text("waits_for IS NOT NULL")
"""Written out as `IS_LIVE` is."""


Index(
    "ix_runs_waiting",
    runs.c.owner,
    runs.c.thread_id,
    runs.c.id,
    sqlite_where=WAITS,
    postgresql_where=WAITS,
)


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


run_figures = Table(
    "run_figures",
    metadata,
    Column(
        "run_id",
        Text,
        ForeignKey("runs.id", name="fk_run_figures_run", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("is_degraded", Boolean, nullable=False),
    Column("wall_ms", Float, nullable=False),
    Column("tokens_in", BigInteger),
    Column("tokens_out", BigInteger),
    Column("cost_usd", Float),
    sqlite_with_rowid=False,
)
"""What runs that are over are searched by. In `runs` it would stand behind the large columns, and
SQLite reads through them."""


branch_stats = Table(
    "branch_stats",
    metadata,
    Column(
        "run_id",
        Text,
        ForeignKey("runs.id", name="fk_branch_stats_run", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("graph_id", Text, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("branch", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("queued_ms", Float, nullable=False),
    Column("duration_ms", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tokens_in", BigInteger),
    Column("tokens_out", BigInteger),
    Column("cost_usd", Float),
    Column("is_critical", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""A row per row of a report: what a graph's statistics are made of."""


Index(
    "ix_branch_stats_graph",
    branch_stats.c.owner,
    branch_stats.c.graph_id,
    branch_stats.c.ended_at,
)


HAS_FAILED = text("branch_stats.status IN ('failed', 'timeout')")
"""Of a branch; written out as `IS_LIVE` is."""


_FAILED = text("status IN ('failed', 'timeout')")


Index(
    "ix_branch_stats_failed",
    branch_stats.c.run_id,
    branch_stats.c.branch,
    sqlite_where=_FAILED,
    postgresql_where=_FAILED,
)


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


crons = Table(
    "crons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("graph_id", Text, nullable=False),
    Column("thread_id", Text),
    Column("schedule", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("missed", Text, nullable=False),
    Column("is_paused", Boolean, nullable=False, server_default=false()),
    Column("next_at", Moment),
    Column("end_at", Moment),
    Column("last_tick_at", Moment),
    Column("last_run_id", Text),
    Column("problem", Text),
    Column("metadata", Text, nullable=False, server_default="{}"),
    Column("idempotency_key", Text),
    Column("request_hash", Text),
    Column("request", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


Index("ix_crons_owner", crons.c.owner, crons.c.id)


_FIRES = crons.c.next_at.is_not(None)


Index("ix_crons_next", crons.c.next_at, sqlite_where=_FIRES, postgresql_where=_FIRES)


_CRON_HAS_KEY = crons.c.idempotency_key.is_not(None)


Index(
    "uq_crons_key",
    crons.c.owner,
    crons.c.idempotency_key,
    unique=True,
    sqlite_where=_CRON_HAS_KEY,
    postgresql_where=_CRON_HAS_KEY,
)
