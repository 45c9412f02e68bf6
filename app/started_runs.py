"""A run that was asked for: what was asked, what has happened so far, and the task that does it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import StorageUnavailable
from app.events import Event, EventLog
from app.registry import GraphEntry
from app.runs import Run
from app.storage.records import RunRecord


class AlreadyStarted(Exception):
    """An earlier request with the same key started this run: no other was."""

    def __init__(self, record: RunRecord) -> None:
        super().__init__(f"run {record.run.id} was started with this key before")
        self.record = record


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked of a graph; input and context are already validated."""

    graph_input: Any
    """State values, a resuming Command, or None to go on from the thread's checkpoint."""

    context: dict[str, Any] | None = None
    thread_id: str | None = None
    checkpoint_id: str | None = None
    """Fork: go on from this checkpoint of the thread instead of its last."""

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

    is_background: bool = False
    """Nobody waits: after a crash or a restart of the service it goes on."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The caller's labels, by which runs are found."""

    key: str | None = None
    """The caller's Idempotency-Key: another request with it gets this run."""

    request_hash: str | None = None
    """What was sent with the key."""

    @property
    def outlives_client(self) -> bool:
        """Whether the run goes on when who asked for it has left."""
        return self.is_background or self.key is not None


@dataclass(eq=False, slots=True)
class StartedRun:
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
