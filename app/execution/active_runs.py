"""The runs that this process is executing; all others are read from the database."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.errors import StorageUnavailable
from app.graphs.registry import GraphEntry
from app.report.recorder import Recorder
from app.runs.events import Event, EventLog
from app.runs.repository import RunRepository
from app.runs.run import Run
from app.work.work import News

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class ActiveRun:
    """A run that this process executes, or has just finished: wait for it, stop it."""

    entry: GraphEntry
    run: Run
    log: EventLog
    is_recorded: bool = True
    """Whether the run has a row in the database, now or at its end."""

    has_row: bool = False
    creating_later: asyncio.TimerHandle | None = None
    creating: asyncio.Task[None] | None = None
    """The creation of the row of a run that started without one."""

    earlier_events: Sequence[Event] = ()
    """What earlier attempts of a run emitted that continues after a crash."""

    last_stored_event: int = 0

    flushing: asyncio.Future[None] | None = None
    """Set while events are being stored."""

    task: asyncio.Task[None] = field(init=False)
    finished: asyncio.Future[None] = field(init=False)
    """Done when the run's end is stored, when storing it takes too long, or on release."""

    executed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it needs its slot no more: its end is stored, or it was left to be continued."""

    has_started: bool = False
    """Its task has had its first step, and can be cancelled."""

    cancel_requested: bool = False
    """Cancellation was requested, maybe before it started."""

    is_released: bool = False
    """Stopped without an end: it continues when the service, or its database, is back."""

    is_claimed_elsewhere: bool = False
    """Another process has claimed the run, or ended it: nothing of it is stored here."""

    is_ending: bool = False
    """The graph is over; what is left is to store the run's end."""

    storage_error: StorageUnavailable | None = None
    """Set while the run is over and its end cannot be stored, and where another
    process claimed the run."""

    @property
    def is_background(self) -> bool:
        return self.run.request.is_background

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to end, and not to continue later."""
        return self.cancel_requested and not self.is_released

    async def wait(self) -> Run:
        """Return the run once it is over; its status says how it went.

        A run that was released because the service stops is still `pending`.

        Raises:
            StorageUnavailable: it is over, and the database does not take its end; or another
                process has it.
        """
        await asyncio.wait([self.finished])
        if self.storage_error is not None:
            raise self.storage_error
        return self.run

    async def cancel(self) -> Run:
        """End the run with every branch of it, and return when it has ended."""
        self.stop()
        return await self.wait()

    def stop(self) -> None:
        """Ask the run to end. Its task must not be cancelled: it stores the end, too."""
        self.cancel_requested = True
        if self.has_started and not self.is_ending:
            self.task.cancel()

    def release(self) -> None:
        """Stop the run without ending it; one whose cancellation was requested still ends."""
        if not self.cancel_requested:
            self.is_released = True
            self.stop()

    def leave_to_another(self) -> None:
        """End the run here alone: another process has claimed it."""
        self.is_claimed_elsewhere = True
        self.storage_error = StorageUnavailable(
            f"another process claimed run {self.run.id}: look it up by its id",
            run_id=self.run.id,
            thread_id=self.run.thread_id,
        )
        logger.warning("run was claimed by another process", extra={"run_id": self.run.id})
        self.stop()

    def set_finished(self) -> None:
        """Wake those who wait."""
        if not self.finished.done():
            self.finished.set_result(None)


class ActiveRuns:
    """Active runs by id, from before the row is created until the end is stored."""

    def __init__(self) -> None:
        self._runs: dict[str, ActiveRun] = {}
        self._watchers: dict[str, set[asyncio.Event]] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[ActiveRun]:
        return iter(list(self._runs.values()))

    @property
    def ids(self) -> list[str]:
        return list(self._runs)

    def add(self, active: ActiveRun) -> None:
        self._runs[active.run.id] = active
        self.wake(active.run.id)

    def remove(self, active: ActiveRun) -> None:
        self._runs.pop(active.run.id, None)

    def get(self, run_id: str, *, owner: str | None = None) -> ActiveRun | None:
        """Return a run, of any owner where that is None; None when it is not active here."""
        active = self._runs.get(run_id)
        is_theirs = active is not None and owner in (None, active.run.request.owner)
        return active if is_theirs else None

    @contextmanager
    def watching(self, run_id: str) -> Iterator[asyncio.Event]:
        """Yield what is set when the run becomes active here, or is over without."""
        event = asyncio.Event()
        watchers = self._watchers.setdefault(run_id, set())
        watchers.add(event)
        try:
            yield event
        finally:
            watchers.discard(event)
            if not watchers:
                self._watchers.pop(run_id, None)

    def hear(self, news: News) -> None:
        """Pass on what a transaction changed in a run."""
        active = self._runs.get(news.run_id)
        if news.what == "over":
            self.wake(news.run_id)
        elif active is not None:
            active.stop()

    def wake(self, run_id: str) -> None:
        """Let those look again who wait for the run."""
        for event in self._watchers.get(run_id, ()):
            event.set()

    def wake_all(self) -> None:
        """Let everyone look again, who may have missed news."""
        for run_id in self._watchers:
            self.wake(run_id)


async def flush_events(runs: RunRepository, active_runs: Iterable[ActiveRun]) -> None:
    """Store the events that are not stored yet, of many runs at once.

    Raises:
        StorageUnavailable: none were stored, and the next call tries them all again.
    """
    active_runs = list(active_runs)
    for active in active_runs:
        active.log.flush_texts()
    waiting = [
        (active, active.log.after(active.last_stored_event))
        for active in active_runs
        if active.has_row and not active.flushing and active.log.last > active.last_stored_event
    ]
    if not waiting:
        return
    flushing = asyncio.get_running_loop().create_future()
    for active, _ in waiting:
        active.flushing = flushing
    try:
        await runs.append_events([(active.run.id, events) for active, events in waiting])
        for active, events in waiting:
            active.last_stored_event = events[-1].id
    finally:
        for active, _ in waiting:
            active.flushing = None
        flushing.set_result(None)


def announce(active: ActiveRun, recorder: Recorder) -> None:
    """Start a run's clock, and emit its first event."""
    run, entry = active.run, active.entry
    is_recovered = run.attempt > 1
    now = datetime.now(UTC)
    seconds = max(0.0, (now - _first_start(active)).total_seconds()) if is_recovered else 0.0
    run.started_at = now - timedelta(seconds=seconds)
    recorder.begin(seconds_ago=seconds)
    data: dict[str, Any] = {
        "run_id": run.id,
        "graph_id": entry.id,
        "thread_id": run.thread_id,
        "attempt": run.attempt,
        "started_at": run.started_at.isoformat(),
        "branches": [branch.name for branch in entry.branches],
        "joins": entry.joins,
    }
    if is_recovered:
        recorder.warn(
            f"recovered {seconds:.1f} s after its start, as attempt {run.attempt}: times "
            f"include the pause"
        )
    active.log.append("run_started", data)


def _first_start(active: ActiveRun) -> datetime:
    """Return when an earlier attempt started; when the run was created, where no event says it."""
    for event in active.earlier_events:
        if event.type == "run_started" and "started_at" in event.data:
            return datetime.fromisoformat(event.data["started_at"])
    return active.run.created_at
