"""What the branches of a run wrote for good: a retry is handed it, and runs the others again."""

from collections.abc import Iterable
from typing import Any

from app.rows import BAD, Row


class Settled:
    """Collects what succeeded, but not what built on a failure.

    A branch that began in a later step than one that failed saw what a retry will find otherwise.
    """

    def __init__(self) -> None:
        self.writes: dict[str, Any] = {}
        """By the kit's key."""

        self._broken: dict[str, int] = {}
        """By namespace, the first step in which something failed."""

    def take(self, row: Row, writes: Any, around: Iterable[Row]) -> None:
        """Take a row that is over; `around` are those whose sub-graphs it ran in."""
        if row.status in BAD:
            self._broken.setdefault(row.parent, row.step)
        if row.reuse_key is None or row.status not in ("ok", "cached"):
            return
        if not any(map(self._follows_failure, (row, *around))):
            self.writes[row.reuse_key] = writes

    def _follows_failure(self, row: Row) -> bool:
        return self._broken.get(row.parent, row.step) < row.step
