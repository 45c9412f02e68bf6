"""Reads what is needed of a row to queue its run, where any column may be damaged."""

from sqlalchemy import ColumnElement, RowMapping, case

from app.storage.stored_row import StoredRow
from app.storage.tables import runs
from app.work.work import Queued

counted_attempt: ColumnElement[int] = case(
    (runs.c.attempt.between(0, 1_000_000), runs.c.attempt), else_=0
)
"""What a damaged row holds must not fail the claim of others."""

QUEUED_COLUMNS = (
    runs.c.id,
    runs.c.owner,
    runs.c.graph_id,
    counted_attempt.label("attempt"),
    runs.c.not_before,
)


def queued_from_row(row: RowMapping) -> Queued:
    """Return a run as it waits; what cannot be read is as if it were not there."""
    stored = StoredRow(row)
    return Queued(
        row["id"],
        stored.or_else("", stored.text, "owner"),
        stored.or_else("", stored.text, "graph_id"),
        row["attempt"],
        stored.or_else(None, stored.maybe_moment, "not_before"),
    )
