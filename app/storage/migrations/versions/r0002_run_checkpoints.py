"""Mark the runs that have checkpoints of their own, and name three columns for what they hold.

Native ALTER TABLE on both databases: a batch would drop and rebuild `runs`, and SQLite would delete
the events and labels of all runs with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0002"

down_revision = "r0001"

_HAS_CHECKPOINTS = sa.text("has_checkpoints")

_RENAMED = {
    "asked": "request",
    "settled_type": "reusable_writes_type",
    "settled": "reusable_writes",
}


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column("has_checkpoints", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    # Some of them may have left checkpoints behind: retention deletes those.
    op.execute("UPDATE runs SET has_checkpoints = true WHERE is_background AND thread_id IS NULL")
    op.create_index(
        "ix_runs_checkpoints",
        "runs",
        ["id"],
        sqlite_where=_HAS_CHECKPOINTS,
        postgresql_where=_HAS_CHECKPOINTS,
    )
    for old, new in _RENAMED.items():
        _rename(old, new)


def downgrade() -> None:
    for old, new in _RENAMED.items():
        _rename(new, old)
    op.drop_index("ix_runs_checkpoints", "runs")
    op.drop_column("runs", "has_checkpoints")


def _rename(old: str, new: str) -> None:
    op.execute(f"ALTER TABLE runs RENAME COLUMN {old} TO {new}")
