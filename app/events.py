"""The events of a run: append at one end, follow from anywhere."""

import asyncio
from collections.abc import AsyncIterator
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


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run, numbered from 1."""

    id: int
    type: EventType
    data: dict[str, Any]


class EventLog:
    """What a run has emitted so far; to be used from the event loop's thread."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._changed = asyncio.Event()
        self._is_closed = False

    def append(self, type: EventType, data: dict[str, Any]) -> None:
        self._events.append(Event(len(self._events) + 1, type, data))
        self._wake()

    def close(self) -> None:
        """Let every follower end after the events there are."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Yield events numbered above `after`, past ones at once, then each as it comes."""
        seen = after
        while True:
            changed = self._changed
            for event in self._events[seen:]:
                yield event
                seen = event.id
            if seen < len(self._events):
                continue
            if self._is_closed:
                return
            if changed is self._changed:
                await changed.wait()
