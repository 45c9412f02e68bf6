"""What a retry reuses: the writes of branches that succeeded."""

from collections.abc import Iterable
from typing import Any

from app.report.rows import BAD, Row


class ReusableWrites:
    """Collects what succeeded, but not what built on a failure, or lacks a part for one inside.

    A branch that began in a later step than one that failed saw what a retry will find otherwise.
    """

    def __init__(self) -> None:
        self.writes: dict[str, Any] = {}
        """By the kit's key."""

        self._broken: dict[str, int] = {}
        """By namespace, the first step in which something failed."""

        self._lacking: dict[str, int] = {}
        """By row, the last attempt in which a branch inside it failed."""

    def add(self, row: Row, writes: Any, around: Iterable[Row]) -> None:
        """Add a row that is over; `around` are those whose sub-graphs it ran in."""
        outer = list(around)
        is_lacking = self._lacking.get(row.id) == row.attempts
        if row.status in BAD or is_lacking:
            self._broken.setdefault(row.namespace, row.step)
        if outer and (is_lacking or self._is_bad_branch(row)):
            self._lacking[outer[0].id] = row.attempt_around
        if row.reuse_key is None or row.status not in ("ok", "cached") or is_lacking:
            return
        if not any(map(self._follows_failure, (row, *outer))):
            self.writes[row.reuse_key] = writes

    def _is_bad_branch(self, row: Row) -> bool:
        """Whether a branch of the kit failed; when a plain node fails, its graph handles it."""
        return row.required is not None and row.status in BAD

    def _follows_failure(self, row: Row) -> bool:
        return self._broken.get(row.namespace, row.step) < row.step
