"""Holds back the end of a branch until what the branch wrote is kept.

So that what a follower, or the stored events, know as finished is never run again after a crash.
"""

from typing import Any

from app.events import EventLog, EventType


class EventGate:
    """Stands before the log of a run that goes on after a crash; others pass at once."""

    def __init__(self, log: EventLog, *, holds: bool) -> None:
        self._log = log
        self._holds = holds
        self._held: dict[str, tuple[EventType, dict[str, Any]]] = {}
        """By the place of the task that ended."""

        self._saved: set[str] = set()
        """Task ids: a save may be told of before the end that it lets pass."""

    def append(self, type: EventType, data: dict[str, Any], place: str = "") -> None:
        """Tell the log, at once or when the task at this place, or one around it, is kept."""
        waits = self._holds and type == "branch_finished"
        if waits and self._saved.isdisjoint(_task_ids(place)):
            self._held[place] = type, data
        else:
            self._log.append(type, data)

    def saved(self, task_id: str | None) -> None:
        """A task's writes are kept; None: a whole step is, with all that came before it."""
        if task_id is None:
            self.release_all()
            return
        self._saved.add(task_id)
        for place in [place for place in self._held if task_id in _task_ids(place)]:
            self._log.append(*self._held.pop(place))

    def release_all(self) -> None:
        """Nothing of what is held will be run again."""
        held, self._held = self._held, {}
        for type, data in held.values():
            self._log.append(type, data)


def _task_ids(place: str) -> set[str]:
    return {segment.rpartition(":")[2] for segment in place.split("|")}
