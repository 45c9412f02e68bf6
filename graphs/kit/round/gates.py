"""The gate of a round: it ends early the branches that need not go on.

It only shortens the waiting; whether the join runs is decided in the join, from the round's
outcomes. So a gate that is lost (a resume, another process) makes an answer late, never wrong.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

from graphs.kit.policy.conditions import Condition, Deadline, Tally
from graphs.kit.state.outcomes import BranchError, Status

T = TypeVar("T")

_MOST_GATES = 1024
"""Beyond this many, gates at which nobody is at work are dropped: their join never came."""


@dataclass(frozen=True)
class Closing:
    """Why a gate closed, as the outcome of each branch it ended."""

    status: Status
    error: BranchError


class GateClosed(Exception):
    """The round needs nothing more of this branch."""

    def __init__(self, closing: Closing) -> None:
        self.closing = closing
        super().__init__(closing.error["message"])


@dataclass
class Gate:
    """The branches of one round that are at work in this process."""

    condition: Condition
    tally: Tally
    fail_fast: bool = False
    chosen: frozenset[str] | None = None
    """The branches that run in this round; None for all."""

    slots: asyncio.Semaphore | None = None
    """How many may be at work at once; None for all."""

    tasks: set[asyncio.Task[object]] = field(default_factory=set)
    closing: Closing | None = None
    is_abandoned: bool = False
    _clock: asyncio.TimerHandle | None = None

    def start_clock(self, deadline: float | None) -> None:
        """Close by the condition's own deadline, or by the request's (epoch seconds)."""
        limits: list[tuple[float, str]] = []
        if isinstance(self.condition, Deadline):
            seconds = self.condition.seconds
            limits.append((seconds, f"the deadline of {seconds:g} s passed"))
        if deadline is not None:
            limits.append((deadline - time.time(), "the request's deadline passed"))
        if not limits:
            return
        seconds, message = min(limits)
        closing = Closing("timeout", BranchError(type="DeadlinePassed", message=message))
        if seconds <= 0:
            self.close(closing)
        else:
            self._clock = asyncio.get_running_loop().call_later(seconds, self.close, closing)

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do a branch's work in the current task; raise GateClosed when the gate ended it."""
        self._refuse_if_closed()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a branch runs only in a task")
        others = task.cancelling()
        self.tasks.add(task)
        try:
            return await work()
        except asyncio.CancelledError:
            # What the gate asked for is taken back; what others asked for goes on.
            if task not in self.tasks and task.cancelling() - 1 <= others:
                self._refuse_if_closed()
            self.is_abandoned = True
            raise
        except BaseException:
            self.is_abandoned = True
            raise
        finally:
            if task not in self.tasks:
                task.uncancel()
            self.tasks.discard(task)

    def settle(self, name: str, *, has_result: bool, decides: bool = False) -> None:
        """Count a branch that has settled, and close when the others need not go on."""
        self.tally.count(name, has_result=has_result, decides=decides)
        self.close_if_decided()

    def close_if_decided(self) -> None:
        """Close when the branches at work can change nothing any more."""
        if self.closing is None and (reason := self._closing_reason()) is not None:
            self.close(Closing("cancelled", BranchError(type="Cancelled", message=reason)))

    def close(self, closing: Closing) -> None:
        """End the branches that are still at work, and those yet to begin."""
        self.closing = closing
        while self.tasks:
            self.tasks.pop().cancel()
        self.stop_clock()

    def stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()

    def _refuse_if_closed(self) -> None:
        if self.closing is not None:
            raise GateClosed(self.closing)

    def _closing_reason(self) -> str | None:
        culprit = self.tally.failed_required
        if culprit is not None and (self.fail_fast or self.condition.ends_at_required_failure):
            return f"the required branch {culprit!r} failed"
        return self.condition.closing_reason(self.tally)


class Gates:
    """The gates of one fan-out, by round; each leaves with its round."""

    def __init__(self) -> None:
        self._gates: dict[Hashable, Gate] = {}

    def __len__(self) -> int:
        return len(self._gates)

    def get(self, key: Hashable) -> Gate | None:
        return self._gates.get(key)

    def add(self, key: Hashable, gate: Gate) -> Gate:
        """Keep the gate of a round that begins, and let go of rounds that were left long ago."""
        self._gates[key] = gate
        while len(self._gates) > _MOST_GATES:
            idle = next((key for key, gate in self._gates.items() if not gate.tasks), None)
            if idle is None:
                break
            self.forget(idle)
        return gate

    def forget(self, key: Hashable) -> None:
        """Drop the gate of a round whose join has begun."""
        gate = self._gates.pop(key, None)
        if gate is not None:
            gate.stop_clock()

    def tidy(self, key: Hashable) -> None:
        """Drop a gate that was left without a join to come, once its last branch has left."""
        if (gate := self.get(key)) is not None and gate.is_abandoned:
            # Not at once: siblings that begin in this turn of the loop belong to it too.
            asyncio.get_running_loop().call_soon(self._forget_if_idle, key)

    def _forget_if_idle(self, key: Hashable) -> None:
        gate = self.get(key)
        if gate is not None and not gate.tasks:
            self.forget(key)


def is_being_cancelled() -> bool:
    """Whether somebody asked the current task to end, or its own code raised CancelledError."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
