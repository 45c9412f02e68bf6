"""What is absent from an answer, and why."""

from collections.abc import Iterable
from typing import Any

from app.report.rows import BAD, Row

_GOOD = frozenset({"ok", "degraded", "cached"})


def has_result(row: Row) -> bool:
    """Whether what a row wrote reached the run."""
    return row.status in _GOOD and (row.parent is None or has_result(row.parent))


def degrades(row: Row) -> bool:
    """Whether a row degrades the run.

    Inside a sub-graph that came out well only an optional branch does, whose part is missing, and
    a node that an error handler stood in for; nothing does that an attempt began after which
    there was another.
    """
    if row.status not in BAD:
        return False
    if (outer := row.parent) is None:
        return True
    if row.attempt_around < outer.attempts:
        return False
    is_made_up_for = row.required is False or row.is_handled
    return degrades(outer) or (is_made_up_for and has_result(outer))


def missing_among(rows: Iterable[Row], *, has_ended: bool) -> list[dict[str, Any]]:
    """Return what left nothing for the answer, without what ran inside such a row.

    A branch that was cancelled is missing only where the run has no answer: another answered in
    its place otherwise.
    """
    return [
        {"id": row.id, "name": row.name, "status": row.status, "reason": _reason(row)}
        for row in rows
        if _is_missing(row, has_ended=has_ended)
    ]


def _is_missing(row: Row, *, has_ended: bool) -> bool:
    if row.parent is not None and not has_result(row.parent):
        return False
    if row.status == "cancelled":
        return not has_ended and row.parent is None
    return row.status in ("failed", "timeout") and degrades(row)


def _reason(row: Row) -> str:
    return str(row.status) if row.error is None else f"{row.error['type']}: {row.error['message']}"
