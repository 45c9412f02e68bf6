"""A run that was asked for: what was asked, what has happened so far, and the task that does it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.events import EventLog
from app.registry import GraphEntry
from app.runs import Run


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a graph; input and context are already validated."""

    graph_input: Any
    """State values, a resuming Command, or None to go on from the thread's checkpoint."""

    context: dict[str, Any] | None = None
    thread_id: str | None = None
    owner: str = ""
    """Whose run it is; empty where the service asks for no key."""

    deadline: float | None = None
    """When the branches' answers are wanted, in epoch seconds."""

    wants_tokens: bool = False
    bypasses_cache: bool = False
    reuse: Mapping[str, Any] = field(default_factory=dict)
    """What settled branches of an earlier run wrote, by the kit's key."""

    retry_of: str | None = None
    resume_of: str | None = None


@dataclass
class StartedRun:
    """A run under way or over: wait for it, follow its events, or end it."""

    entry: GraphEntry
    request: RunRequest
    run: Run
    log: EventLog = field(default_factory=EventLog)
    task: asyncio.Task[None] = field(init=False)
    settled: dict[str, Any] = field(default_factory=dict)
    """What this run's settled branches wrote, for a retry; kept only where one makes sense."""

    @property
    def is_over(self) -> bool:
        return self.task.done()

    async def wait(self) -> Run:
        """Return the run once it is over; it never raises, the run's status says how it went."""
        await asyncio.wait([self.task])
        return self.run

    async def cancel(self) -> Run:
        """End the run with every branch of it, and return when it has ended."""
        self.task.cancel()
        return await self.wait()


def stored_thread_id(entry: GraphEntry, request: RunRequest) -> str | None:
    """Keep threads of different owners and graphs apart, whatever callers name them."""
    if request.thread_id is None:
        return None
    return "/".join((request.owner, entry.id, request.thread_id))
