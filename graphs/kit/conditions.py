"""When a join may run, and the gate that shortens the waiting.

A gate only ends early what need not go on; whether the join runs is decided in the join, from
the round's outcomes. So a gate that is lost (a resume, another process) makes an answer late, never
wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

_MOST_IDLE_GATES = 1024
"""A gate whose join never came (another node failed) is dropped beyond this many."""


@dataclass(frozen=True)
class All:
    """The join runs when every branch has settled."""

    kind: str = "all"


ALL = All()


@dataclass
class Gate:
    """The branches of one round that are at work in this process."""

    tasks: set[asyncio.Task[object]] = field(default_factory=set)
    is_closed: bool = False
    is_abandoned: bool = False

    def refuse_if_closed(self) -> None:
        if self.is_closed:
            raise GateClosed


class GateClosed(Exception):
    """The round needs nothing more of this branch."""


class Gates:
    """The gates of one fan-out, by round; each leaves with its round."""

    def __init__(self) -> None:
        self._gates: dict[Hashable, Gate] = {}

    def __len__(self) -> int:
        return len(self._gates)

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Run a branch behind its round's gate; raise GateClosed when the gate ended it."""
        gate = self._gates.setdefault(key, Gate())
        gate.refuse_if_closed()
        task = asyncio.ensure_future(work())
        gate.tasks.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if not is_being_cancelled():
                gate.refuse_if_closed()
            gate.is_abandoned = True
            raise
        except BaseException:
            gate.is_abandoned = True
            raise
        finally:
            gate.tasks.discard(task)
            self._tidy(key, gate)

    def close(self, key: Hashable) -> None:
        """End the branches of a round that are still at work, and those yet to begin."""
        gate = self._gates.get(key)
        if gate is None:  # already abandoned: nobody is at work
            return
        gate.is_closed = True
        for task in gate.tasks:
            task.cancel()

    def forget(self, key: Hashable) -> None:
        """Drop the gate of a round whose join has begun."""
        self._gates.pop(key, None)

    def _tidy(self, key: Hashable, gate: Gate) -> None:
        if gate.is_abandoned and not gate.tasks:
            self.forget(key)
        while len(self._gates) > _MOST_IDLE_GATES:
            idle = next((key for key, gate in self._gates.items() if not gate.tasks), None)
            if idle is None:
                return
            self.forget(idle)


def is_being_cancelled() -> bool:
    """Whether somebody asked the current task to end, or its own code raised CancelledError."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
