"""The runs at work in this process; all others are read from the database."""

from collections.abc import Iterator

from app.started_runs import StartedRun


class LiveRuns:
    """Finds a run by its id from before its row is written until its end is kept."""

    def __init__(self) -> None:
        self._runs: dict[str, StartedRun] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[StartedRun]:
        return iter(list(self._runs.values()))

    @property
    def ids(self) -> list[str]:
        return list(self._runs)

    def add(self, started: StartedRun) -> None:
        self._runs[started.run.id] = started

    def remove(self, started: StartedRun) -> None:
        self._runs.pop(started.run.id, None)

    def get(self, run_id: str, *, owner: str | None = None) -> StartedRun | None:
        """Return a run, of any owner where that is None; None when it is not at work here."""
        started = self._runs.get(run_id)
        is_theirs = started is not None and owner in (None, started.request.owner)
        return started if is_theirs else None
