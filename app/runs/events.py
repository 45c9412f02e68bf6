"""The events of a run: append at one end, follow from anywhere."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

EventType = Literal[
    "run_started",
    "branch_started",
    "token",
    "branch_finished",
    "join_started",
    "output",
    "report",
    "end",
]

_MOST_EVENTS_OF_AN_ATTEMPT = 10_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run; numbers rise, with a gap before each further attempt."""

    id: int
    type: EventType
    data: dict[str, Any]


def first_event_of(attempt: int) -> int:
    """Return the number of an attempt's first event.

    A follower may have seen events that a crash took before they were stored. Numbering on from the
    last stored one would give their numbers to others; a gap neither repeats nor hides any.
    """
    return (attempt - 1) * _MOST_EVENTS_OF_AN_ATTEMPT + 1


def finished_branches(events: Iterable[Event]) -> dict[str, dict[str, Any]]:
    """Return what `branch_finished` events say, by checkpoint_ns."""
    return {event.data["ns"]: event.data for event in events if event.type == "branch_finished"}


class EventLog:
    """What one attempt of a run has emitted so far; to be used from the event loop's thread."""

    def __init__(self, first: int = 1) -> None:
        self.first = first
        self._events: list[Event] = []
        self._changed = asyncio.Event()
        self._is_sealed = False
        self._is_closed = False

    @property
    def last(self) -> int:
        """The number of the newest event; one below `first` while there is none."""
        return self.first + len(self._events) - 1

    def append(self, type: EventType, data: dict[str, Any]) -> None:
        """Append an event; one that comes after the log was sealed is dropped."""
        if self._is_sealed:
            return
        self._events.append(Event(self.last + 1, type, data))
        self._wake()

    def after(self, seen: int) -> list[Event]:
        """Return the events numbered above `seen`."""
        return self._events[max(0, seen - self.first + 1) :]

    def seal(self, last: Sequence[tuple[EventType, dict[str, Any]]]) -> list[Event]:
        """Number the last events, which `close` appends; accept no others."""
        self._is_sealed = True
        return [
            Event(number, type, data) for number, (type, data) in enumerate(last, self.last + 1)
        ]

    def close(self, last: Sequence[Event] = ()) -> None:
        """Append the last events, and let every follower end after them; only once."""
        if self._is_closed:
            return
        self._is_sealed = self._is_closed = True
        self._events += last
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Yield events numbered above `after`, past ones at once, then each as it comes."""
        seen = after
        while True:
            changed = self._changed
            for event in self.after(seen):
                yield event
                seen = event.id
            if seen < self.last:
                continue
            if self._is_closed:
                return
            if changed is self._changed:
                await changed.wait()


class EventGate:
    """Holds back the end of a branch until what the branch wrote is saved.

    So what a follower, or the stored events, know as finished never runs again after a crash. Only
    the events of a run that continues after a crash are held; others pass at once.
    """

    def __init__(self, log: EventLog, *, holds: bool) -> None:
        self._log = log
        self._holds = holds
        self._held: dict[str, tuple[EventType, dict[str, Any]]] = {}
        """By the checkpoint_ns of the task that ended."""

        self._saved: set[str] = set()
        """Task ids: a save may be announced before the end that it lets pass."""

    def append(self, type: EventType, data: dict[str, Any], ns: str = "") -> None:
        """Append to the log, at once or when the task with this ns, or one around it, is saved."""
        waits = self._holds and type == "branch_finished"
        if waits and self._saved.isdisjoint(_task_ids(ns)):
            self._held[ns] = type, data
        else:
            self._log.append(type, data)

    def on_saved(self, task_id: str | None) -> None:
        """A task's writes are saved; None: a whole step is, with all that came before it."""
        if task_id is None:
            self.flush()
            return
        self._saved.add(task_id)
        for ns in [ns for ns in self._held if task_id in _task_ids(ns)]:
            self._log.append(*self._held.pop(ns))

    def flush(self) -> None:
        """Append everything that is held: nothing of it runs again."""
        held, self._held = self._held, {}
        for type, data in held.values():
            self._log.append(type, data)


def _task_ids(ns: str) -> set[str]:
    return {segment.rpartition(":")[2] for segment in ns.split("|")}
