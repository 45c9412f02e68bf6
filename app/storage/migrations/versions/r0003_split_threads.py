"""Store which thread another one was split from.

The checkpoints of threads are moved after this revision and before the next one.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0003"

down_revision = "r0002"

_IS_SPLIT = sa.text("split_from IS NOT NULL")


def upgrade() -> None:
    op.add_column("threads", sa.Column("split_from", sa.Text))
    op.create_index(
        "ix_threads_split",
        "threads",
        ["owner", "split_from"],
        sqlite_where=_IS_SPLIT,
        postgresql_where=_IS_SPLIT,
    )


def downgrade() -> None:
    op.drop_index("ix_threads_split", "threads")
    op.drop_column("threads", "split_from")
