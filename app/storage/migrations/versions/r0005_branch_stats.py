"""Store of each run what it is searched by, and of each branch what statistics are made of.

New tables, since SQLite reads through a run's output and report to any column added behind them.
They are filled when a run ends: of earlier runs there is nothing in them.
"""

import sqlalchemy as sa
from alembic import op

from app.storage.columns import Moment

revision = "r0005"

down_revision = "r0004"

_FAILED = sa.text("status IN ('failed', 'timeout')")


def upgrade() -> None:
    op.add_column("runs", sa.Column("started_at", Moment))
    op.create_table(
        "run_figures",
        sa.Column("run_id", sa.Text, _of_run("fk_run_figures_run"), primary_key=True),
        sa.Column("is_degraded", sa.Boolean, nullable=False),
        sa.Column("wall_ms", sa.Float, nullable=False),
        sa.Column("tokens_in", sa.BigInteger),
        sa.Column("tokens_out", sa.BigInteger),
        sa.Column("cost_usd", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "branch_stats",
        sa.Column("run_id", sa.Text, _of_run("fk_branch_stats_run"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("graph_id", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("queued_ms", sa.Float, nullable=False),
        sa.Column("duration_ms", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tokens_in", sa.BigInteger),
        sa.Column("tokens_out", sa.BigInteger),
        sa.Column("cost_usd", sa.Float),
        sa.Column("is_critical", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_branch_stats_graph", "branch_stats", ["owner", "graph_id", "ended_at"])
    op.create_index(
        "ix_branch_stats_failed",
        "branch_stats",
        ["run_id", "branch"],
        sqlite_where=_FAILED,
        postgresql_where=_FAILED,
    )


def downgrade() -> None:
    op.drop_table("branch_stats")
    op.drop_table("run_figures")
    op.drop_column("runs", "started_at")


def _of_run(name: str) -> sa.ForeignKey:
    return sa.ForeignKey("runs.id", name=name, ondelete="CASCADE")
