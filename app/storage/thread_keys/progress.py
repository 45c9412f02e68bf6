"""How far a long move is."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

OnProgress = Callable[[int, int], None]
"""Called with how many states of threads were moved so far, and how many there are."""

_PAUSE_SECONDS = 5.0


def log(moved: int, total: int) -> None:
    fields = {"moved": moved, "total": total}
    logger.info("moving the states of threads to their new keys", extra=fields)


def at_times(report: OnProgress) -> OnProgress:
    """Return what reports the first piece, the last, and one every five seconds between."""
    reported_at = float("-inf")

    def report_if_due(moved: int, total: int) -> None:
        nonlocal reported_at
        if moved >= total or time.monotonic() - reported_at >= _PAUSE_SECONDS:
            reported_at = time.monotonic()
            report(moved, total)

    return report_if_due
