"""Threads, runs, their events and labels."""

import sqlalchemy as sa
from alembic import op

from app.storage.columns import Moment

revision = "r0001"

down_revision = None


def upgrade() -> None:
    _make_threads()
    _make_runs()
    _make_run_events()
    _make_run_labels()
    _make_thread_labels()


def downgrade() -> None:
    for table in ("thread_labels", "run_labels", "run_events", "runs", "threads"):
        op.drop_table(table)


def _make_threads() -> None:
    op.create_table(
        "threads",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("thread_id", sa.Text, primary_key=True),
        sa.Column("graph_id", sa.Text),
        sa.Column("last_run_id", sa.Text),
        sa.Column("metadata", sa.Text, nullable=False, server_default="{}"),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("ttl_minutes", sa.Float),
        sa.Column("ttl_strategy", sa.Text),
        sa.Column("expires_at", Moment),
    )
    op.create_index("ix_threads_updated", "threads", ["owner", "updated_at"])
    op.create_index("ix_threads_status", "threads", ["owner", "status", "updated_at"])
    _index_where("ix_threads_expires", "threads", ["expires_at"], "expires_at IS NOT NULL")


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("graph_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("is_background", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        sa.Column("releases", sa.Integer, nullable=False, server_default="0"),
        sa.Column("retry_of", sa.Text),
        sa.Column("resume_of", sa.Text),
        sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("metadata", sa.Text, nullable=False, server_default="{}"),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("request_hash", sa.Text),
        sa.Column("last_event", sa.Integer, nullable=False, server_default="0"),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("interrupts", sa.Text),
        sa.Column("output", sa.Text),
        sa.Column("report", sa.Text),
        sa.Column("settled_type", sa.Text),
        sa.Column("settled", sa.LargeBinary),
        sa.Column("last_events", sa.Text),
        _of_thread("fk_runs_thread"),
    )
    op.create_index("ix_runs_owner", "runs", ["owner", "id"])
    op.create_index("ix_runs_status", "runs", ["owner", "status", "id"])
    op.create_index("ix_runs_thread", "runs", ["owner", "thread_id", "id"])
    _index_where("ix_runs_live", "runs", ["id"], "status IN ('pending', 'running')")
    _index_where("ix_runs_ended", "runs", ["ended_at"], "ended_at IS NOT NULL")
    of_key = ["owner", "idempotency_key"]
    _index_where("uq_runs_key", "runs", of_key, "idempotency_key IS NOT NULL", unique=True)


def _make_run_events() -> None:
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text, _of_run("fk_run_events_run"), primary_key=True),
        sa.Column("first_event", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
    )


def _make_run_labels() -> None:
    op.create_table(
        "run_labels",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, _of_run("fk_run_labels_run"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_labels_run", "run_labels", ["run_id", "key"])


def _make_thread_labels() -> None:
    op.create_table(
        "thread_labels",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("thread_id", sa.Text, primary_key=True),
        _of_thread("fk_thread_labels_thread"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_labels_thread", "thread_labels", ["owner", "thread_id", "key"])


def _of_run(name: str) -> sa.ForeignKey:
    return sa.ForeignKey("runs.id", name=name, ondelete="CASCADE")


def _of_thread(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner", "thread_id"],
        ["threads.owner", "threads.thread_id"],
        name=name,
        ondelete="CASCADE",
    )


def _index_where(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
