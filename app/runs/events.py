"""The events of a run: append at one end, follow from anywhere."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.runs.event_room import EventRoom
from app.runs.joined_texts import JoinedTexts, TextType

EventType = Literal[
    "run_started",
    "branch_queued",
    "branch_started",
    "branch_attempt",
    "token",
    "reasoning",
    "custom",
    "branch_finished",
    "join_started",
    "join_finished",
    "output",
    "report",
    "end",
]

_ENDS = frozenset({"branch_finished", "join_finished"})
"""The events that carry a row of the report."""

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
    return max(0, attempt - 1) * _MOST_EVENTS_OF_AN_ATTEMPT + 1


def finished_branches(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return what events say of branches and joins that finished, each row once.

    Several may have one checkpoint_ns: a task that failed runs again after a crash.
    """
    return list({event.data["id"]: event.data for event in events if event.type in _ENDS}.values())


class EventLog:
    """What one attempt of a run has emitted so far; to be used from the event loop's thread."""

    def __init__(self, first: int = 1) -> None:
        self.first = first
        self._events: list[Event] = []
        self._changed = asyncio.Event()
        self._room = EventRoom()
        self._texts = JoinedTexts(self._append)
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
        self._texts.flush()
        if type in _ENDS:
            data = self._room.fit(data)
        self._append(type, data)

    def append_text(
        self, type: TextType, place: dict[str, Any], text: str, message: Hashable
    ) -> None:
        """Append a piece of what a model writes, joined with others of the same message.

        It comes before whatever is appended after it.
        """
        if not self._is_sealed:
            self._texts.add(type, place, text, message)

    def flush_texts(self) -> None:
        """Append what waits to be joined."""
        self._texts.flush()

    def _append(self, type: EventType, data: dict[str, Any]) -> None:
        self._events.append(Event(self.last + 1, type, data))
        self._changed.set()

    @property
    def shortened(self) -> int:
        """How many ends of branches and joins came without their results, for lack of room."""
        return self._room.shortened

    def after(self, seen: int) -> list[Event]:
        """Return the events numbered above `seen`."""
        return self._events[max(0, seen - self.first + 1) :]

    def seal(self, last: Sequence[tuple[EventType, dict[str, Any]]]) -> list[Event]:
        """Number the last events, which `close` appends; accept no others."""
        self._texts.flush()
        self._is_sealed = True
        return [
            Event(number, type, data) for number, (type, data) in enumerate(last, self.last + 1)
        ]

    def close(self, last: Sequence[Event] = ()) -> None:
        """Append the last events, and let every follower end after them; only once."""
        if self._is_closed:
            return
        self._texts.flush()
        self._is_sealed = self._is_closed = True
        self._events += last
        self._changed.set()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Yield events numbered above `after`, past ones at once, then each as it comes."""
        seen = after
        while True:
            for event in self.after(seen):
                yield event
                seen = event.id
            if seen < self.last:
                continue
            if self._is_closed:
                return
            self._changed.clear()  # whom it has woken goes on all the same
            await self._changed.wait()


class EventGate:
    """Holds back the end of a branch until what the branch wrote is saved.

    So what a follower, or the stored events, know as finished never runs again after a crash. Only
    the events of a run that continues after a crash are held; others pass at once.
    """

    def __init__(self, log: EventLog, *, holds: bool) -> None:
        self._log = log
        self._holds = holds
        self._held: list[tuple[str, EventType, dict[str, Any]]] = []
        """Each with the checkpoint_ns of the task that ended."""

        self._saved: set[str] = set()
        """Task ids: a save may be announced before the end that it lets pass."""

    def append(self, type: EventType, data: dict[str, Any], ns: str = "") -> None:
        """Append to the log, at once or when the task with this ns, or one around it, is saved."""
        waits = self._holds and type in _ENDS
        if waits and self._saved.isdisjoint(_task_ids(ns)):
            self._held.append((ns, type, data))
        else:
            self._log.append(type, data)

    def on_saved(self, task_id: str | None) -> None:
        """A task's writes are saved; None: a whole step is, with all that came before it."""
        if task_id is None:
            self.flush()
            return
        self._saved.add(task_id)
        held, self._held = self._held, []
        for ns, type, data in held:
            self.append(type, data, ns)

    def flush(self) -> None:
        """Append everything that is held: nothing of it runs again."""
        held, self._held = self._held, []
        for _, type, data in held:
            self._log.append(type, data)


def _task_ids(ns: str) -> set[str]:
    return {segment.rpartition(":")[2] for segment in ns.split("|")}
