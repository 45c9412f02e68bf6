"""How many inline runs are taken in: those that work, and those that wait for a slot."""

import math

from app.errors import TooManyRuns

_LONGEST_RETRY_AFTER = 60

_WEIGHT = 0.2
"""How much the newest run's duration counts in the typical one."""


class Admission:
    """Counts the requests that wait for their run, and refuses those beyond a bound."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running = running
        self._waiting = waiting
        self._admitted = 0
        self._typical_seconds = 1.0

    def admit(self, *, is_bounded: bool = False) -> None:
        """Count a run in; `leave` must follow. `is_bounded` when its caller bounds the queue.

        Raises:
            TooManyRuns: as many runs as allowed are running and waiting.
        """
        if self._admitted >= self._running + self._waiting and not is_bounded:
            raise TooManyRuns(
                f"{self._running} runs are running and {self._waiting} wait, which is the "
                f"limit (FANJOIN_MAX_CONCURRENT_RUNS, FANJOIN_MAX_WAITING_RUNS): try again later",
                retry_after=self._retry_after(),
            )
        self._admitted += 1

    def leave(self, took_ms: float | None = None) -> None:
        """Count a run out; it took so long, from its slot to its end."""
        self._admitted -= 1
        if took_ms is not None:
            self._typical_seconds += _WEIGHT * (took_ms / 1000 - self._typical_seconds)

    def _retry_after(self) -> int:
        rounds = (self._waiting + 1) / self._running
        return min(_LONGEST_RETRY_AFTER, max(1, math.ceil(rounds * self._typical_seconds)))
