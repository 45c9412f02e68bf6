"""Crons: which graph runs at which times, and the next of them."""

import sqlalchemy as sa
from alembic import op

from app.storage.columns import Moment

revision = "r0006"

down_revision = "r0005"

_FIRES = sa.text("next_at IS NOT NULL")

_HAS_KEY = sa.text("idempotency_key IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "crons",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("graph_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text),
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("missed", sa.Text, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("next_at", Moment),
        sa.Column("end_at", Moment),
        sa.Column("last_tick_at", Moment),
        sa.Column("last_run_id", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("metadata", sa.Text, nullable=False, server_default="{}"),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("request_hash", sa.Text),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
    )
    op.create_index("ix_crons_owner", "crons", ["owner", "id"])
    op.create_index(
        "ix_crons_next", "crons", ["next_at"], sqlite_where=_FIRES, postgresql_where=_FIRES
    )
    op.create_index(
        "uq_crons_key",
        "crons",
        ["owner", "idempotency_key"],
        unique=True,
        sqlite_where=_HAS_KEY,
        postgresql_where=_HAS_KEY,
    )


def downgrade() -> None:
    op.drop_table("crons")
