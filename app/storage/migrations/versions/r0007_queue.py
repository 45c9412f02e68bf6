"""Store who holds a run, and what a run waits for: the queue is rows.

Runs that are not over are held by nobody afterwards: the process that serves next looks for them.
"""

import sqlalchemy as sa
from alembic import op

from app.storage.columns import Moment

revision = "r0007"

down_revision = "r0006"

_IS_QUEUED = sa.text("status = 'pending' AND holder IS NULL")

_WAITS = sa.text("waits_for IS NOT NULL")


def upgrade() -> None:
    op.add_column("runs", sa.Column("holder", sa.BigInteger))
    op.add_column("runs", sa.Column("waits_for", sa.Text))
    op.add_column("runs", sa.Column("not_before", Moment))
    op.create_index(
        "ix_runs_queued",
        "runs",
        ["owner"],
        sqlite_where=_IS_QUEUED,
        postgresql_where=_IS_QUEUED,
    )
    op.create_index(
        "ix_runs_waiting",
        "runs",
        ["owner", "thread_id", "id"],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_runs_waiting", "runs")
    op.drop_index("ix_runs_queued", "runs")
    for name in ("not_before", "waits_for", "holder"):
        op.drop_column("runs", name)
