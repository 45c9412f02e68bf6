"""Say that the checkpoints of all threads stand under the keys of today.

`app/storage/thread_keys` has moved them. It changes no table: a database that was left halfway is
not of this revision, so no service opens it before the rest is moved.
"""

revision = "r0004"

down_revision = "r0003"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
