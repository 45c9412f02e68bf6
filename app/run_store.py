"""The runs of this process: those at work, and the newest of those that are over."""

import time
from collections import OrderedDict

from app.errors import RunNotFound
from app.started_runs import StartedRun


class RunStore:
    """Finds runs by id; finished ones leave when there are too many or they are too old."""

    def __init__(self, *, most_finished: int, longest_seconds: float) -> None:
        self._most_finished = most_finished
        self._longest_seconds = longest_seconds
        self._active: dict[str, StartedRun] = {}
        self._finished: OrderedDict[str, tuple[float, StartedRun]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._active) + len(self._finished)

    @property
    def active(self) -> list[StartedRun]:
        return list(self._active.values())

    def add(self, started: StartedRun) -> None:
        self._active[started.run.id] = started

    def finish(self, started: StartedRun) -> None:
        """Keep a run that is over, and let older ones go."""
        self._active.pop(started.run.id, None)
        self._finished[started.run.id] = (time.monotonic(), started)
        self._let_go()

    def get(self, run_id: str, *, owner: str) -> StartedRun:
        """Return a run of this owner.

        Raises:
            RunNotFound: there never was one, it is somebody else's, or it is kept no longer.
        """
        self._let_go()
        started = self._active.get(run_id)
        if started is None and run_id in self._finished:
            started = self._finished[run_id][1]
        if started is None or started.request.owner != owner:
            raise RunNotFound(
                f"no run has the id {run_id!r}: finished runs are kept for "
                f"{self._longest_seconds:g} s (FANJOIN_FINISHED_RUN_SECONDS)"
            )
        return started

    def _let_go(self) -> None:
        oldest_kept = time.monotonic() - self._longest_seconds
        while self._finished:
            ended, _ = next(iter(self._finished.values()))
            if ended >= oldest_kept and len(self._finished) <= self._most_finished:
                return
            self._finished.popitem(last=False)
