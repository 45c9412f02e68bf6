"""A run that was asked for: what was asked, what has happened so far, and the task that does it."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.errors import StorageUnavailable
from app.graphs.registry import GraphEntry
from app.runs.events import Event, EventLog
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run


class DuplicateRun(Exception):
    """An earlier request with the same key started this run: no other was."""

    def __init__(self, record: RunRecord) -> None:
        super().__init__(f"run {record.run.id} was started with this key before")
        self.record = record


@dataclass(eq=False, slots=True)
class ActiveRun:
    """A run under way in this process, or just over: wait for it, follow it, or end it."""

    entry: GraphEntry
    request: RunRequest
    record: RunRecord
    log: EventLog
    is_recorded: bool = True
    """Whether the run has a row in the database."""

    stored: Sequence[Event] = ()
    """Of a run that goes on after a crash: what its earlier attempts told."""

    kept: int = 0
    """The number of the last event that is in the database."""

    flushing: asyncio.Future[None] | None = None
    """Set while events are on their way to the database."""

    task: asyncio.Task[None] = field(init=False)
    told: asyncio.Future[None] = field(init=False)
    """Done when the run's end is kept, when keeping it takes too long, or when it was let go."""

    has_begun: bool = False
    """Its task has had its first step, and can be cancelled."""

    is_unwanted: bool = False
    """It was asked to end, maybe before it began."""

    is_released: bool = False
    """Stopped without an end: it goes on when the service, or its database, is back."""

    is_ending: bool = False
    """The graph is over; what is left is to keep the run's end."""

    not_kept: StorageUnavailable | None = None
    """Set while the run is over and its end cannot be kept."""

    @property
    def run(self) -> Run:
        return self.record.run

    @property
    def is_background(self) -> bool:
        return self.request.is_background

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to end, and not to go on later."""
        return self.is_unwanted and not self.is_released

    @property
    def is_over(self) -> bool:
        return self.run.is_over

    async def wait(self) -> Run:
        """Return the run once it is over; its status says how it went.

        Of a run that was let go because the service stops, the status is still `pending`.

        Raises:
            StorageUnavailable: it is over, and the database does not take its end.
        """
        await asyncio.wait([self.told])
        if self.not_kept is not None:
            raise self.not_kept
        return self.run

    async def cancel(self) -> Run:
        """End the run with every branch of it, and return when it has ended."""
        self.stop()
        return await self.wait()

    def stop(self) -> None:
        """Ask the run to end. Its task must not be cancelled: it keeps the end, too."""
        self.is_unwanted = True
        if self.has_begun and not self.is_ending:
            self.task.cancel()

    def release(self) -> None:
        """Stop the run without ending it; one that was asked to end before still ends."""
        if not self.is_unwanted:
            self.is_released = True
            self.stop()

    def tell(self) -> None:
        """Let those who wait go on."""
        if not self.told.done():
            self.told.set_result(None)


class ActiveRuns:
    """Finds a run by its id from before its row is written until its end is kept."""

    def __init__(self) -> None:
        self._runs: dict[str, ActiveRun] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[ActiveRun]:
        return iter(list(self._runs.values()))

    @property
    def ids(self) -> list[str]:
        return list(self._runs)

    def add(self, started: ActiveRun) -> None:
        self._runs[started.run.id] = started

    def remove(self, started: ActiveRun) -> None:
        self._runs.pop(started.run.id, None)

    def get(self, run_id: str, *, owner: str | None = None) -> ActiveRun | None:
        """Return a run, of any owner where that is None; None when it is not at work here."""
        started = self._runs.get(run_id)
        is_theirs = started is not None and owner in (None, started.request.owner)
        return started if is_theirs else None


async def flush_events(table: RunRepository, runs: Iterable[ActiveRun]) -> None:
    """Keep the events that are not kept yet.

    Raises:
        StorageUnavailable: none were, and the next call tries them all again.
    """
    waiting = [
        (started, started.log.after(started.kept))
        for started in runs
        if started.is_recorded and not started.flushing and started.log.last > started.kept
    ]
    if not waiting:
        return
    under_way = asyncio.get_running_loop().create_future()
    for started, _ in waiting:
        started.flushing = under_way
    try:
        await table.append_events([(started.run.id, events) for started, events in waiting])
        for started, events in waiting:
            started.kept = events[-1].id
    finally:
        for started, _ in waiting:
            started.flushing = None
        under_way.set_result(None)
