"""A run: one execution of one graph, what was requested, and how it ended."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.errors import (
    ClockBehind,
    NeedsThread,
    RunCancelled,
    RunError,
    RunFailed,
    RunStateUnavailable,
    RunStateUnreadable,
    RunTimedOut,
    ServiceError,
    StorageUnavailable,
    UnreadableState,
    problem_of,
)
from app.runs.request import RunRequest


def new_run_id() -> str:
    """Return a unique id; later ones are greater (a UUID of version 7, RFC 9562)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    number = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return f"{number:032x}"


def moment_of(run_id: str) -> datetime:
    """Return when a run was created, by its id; the epoch for an id of another form."""
    try:
        return datetime.fromtimestamp((int(run_id, 16) >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


class RunStatus(StrEnum):
    """LangGraph's own words, so its clients understand ours."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class RunFailure:
    """Why a run has no output: the branch or node concerned, and what it raised."""

    type: str
    message: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a list shows of a run's report; None for what is unknown."""

    is_degraded: bool
    wall_ms: float
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    failed_branches: tuple[str, ...] = ()
    """Paths of nodes that failed or were out of time, without items and repeats."""


@dataclass(slots=True)
class Run:
    """One execution of one graph; `report` and `output` exist once it is over."""

    graph_id: str
    request: RunRequest
    id: str = field(default_factory=new_run_id)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    status: RunStatus = RunStatus.PENDING
    output: Any = None
    failure: RunFailure | None = None
    interrupts: list[dict[str, Any]] = field(default_factory=list)
    """The questions that it waits for answers to."""

    next: list[str] = field(default_factory=list)
    """The nodes that it goes on with when it is resumed."""

    report: dict[str, Any] = field(default_factory=dict)
    attempt: int = 1
    """How often it was started; only the current attempt may store its end. 0: it is queued, and
    never began."""

    releases: int = 0
    """How many attempts a service gave up because it was stopping."""

    cancel_requested: bool = False
    reusable_writes: tuple[str, bytes] | None = None
    """What branches that succeeded wrote, as the checkpoints' serde dumps it, for a retry."""

    last_event: int = 0

    started_at: datetime | None = None
    """When it got its slot: the moment that the report's milliseconds count from."""

    figures: RunFigures | None = field(default=None, compare=False)
    """Set in lists alone, of a run that ended since its figures are stored."""

    branch_stats: Sequence[dict[str, Any]] = field(default=(), compare=False)
    """What is stored of its branches for statistics; never read back."""

    unreadable: str | None = None
    """Why its row cannot be read; then the rest is what could be read of it."""

    @property
    def thread_id(self) -> str | None:
        return self.request.thread_id

    @property
    def is_over(self) -> bool:
        return self.status not in (RunStatus.PENDING, RunStatus.RUNNING)

    @property
    def can_be_retried(self) -> bool:
        """Whether some branch of a run that is over has no result of its own."""
        is_whole = self.status is RunStatus.SUCCESS and not self.is_degraded
        return self.is_over and not is_whole and self.status is not RunStatus.INTERRUPTED

    @property
    def is_paused(self) -> bool:
        """Whether it stopped at a question or a breakpoint."""
        return bool(self.interrupts or self.next)

    @property
    def is_degraded(self) -> bool:
        return bool(self.report.get("degraded"))

    @property
    def failed_attempts(self) -> int:
        """How often it was running when its process died or its database was unavailable."""
        return self.attempt - 1 - self.releases

    @property
    def problem(self) -> dict[str, Any] | None:
        """The problem body of a run that failed; None for any other."""
        return problem_of(self.error) if self.error is not None else None

    @property
    def error(self) -> RunError | None:
        """The error that callers get for a run that failed; None for any other."""
        if self.failure is None:
            return None
        return self._error_kind(self.failure)(
            self.failure.message,
            run_id=self.id,
            thread_id=self.thread_id,
            branch=self.failure.branch,
            error_type=self.failure.type,
            report=self.report,
        )

    def _error_kind(self, failure: RunFailure) -> type[RunError]:
        kinds = {RunStatus.TIMEOUT: RunTimedOut, RunStatus.CANCELLED: RunCancelled}
        # A graph may raise an error of the same name, but then a branch or a node is named.
        of_storage = {} if failure.branch is not None else _OF_STORAGE_BY_NAME
        return kinds.get(self.status) or of_storage.get(failure.type, RunFailed)


OF_STORAGE: dict[type[ServiceError], type[RunError]] = {
    StorageUnavailable: RunStateUnavailable,
    ClockBehind: RunStateUnavailable,
    UnreadableState: RunStateUnreadable,
    NeedsThread: NeedsThread,
}
"""What no branch and no node is to blame for, and what a run becomes by it."""

_OF_STORAGE_BY_NAME = {kind.__name__: becomes for kind, becomes in OF_STORAGE.items()}
