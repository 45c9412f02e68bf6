"""A row of the branch report: one execution of one node."""

from dataclasses import dataclass, field
from typing import Any, Literal

from app.graphs.shape import Kind, Path
from app.plain_json import shown

Status = Literal[
    "ok", "degraded", "failed", "timeout", "cancelled", "skipped", "cached", "interrupted"
]

BAD: frozenset[Status | None] = frozenset({"degraded", "failed", "timeout"})
"""What something is missing after, in the answer."""

MOST_RESULT_BYTES = 64 * 1024
"""A result larger than this is shown by its beginning only."""


@dataclass(slots=True)
class Usage:
    """Tokens and US dollars; None where a model did not say or has no price."""

    input: int | None = 0
    output: int | None = 0
    cost: float | None = 0.0
    calls: int = 0

    def add(self, other: "Usage") -> None:
        """Add another's usage; what is unknown there is unknown in the sum."""
        if other.calls == 0:
            return
        self.input = _sum(self.input, other.input)
        self.output = _sum(self.output, other.output)
        self.cost = _sum(self.cost, other.cost)
        self.calls += other.calls

    @property
    def tokens(self) -> dict[str, int] | None:
        if self.input is None or self.output is None:
            return None
        return {"input": self.input, "output": self.output}


def _sum(a: Any, b: Any) -> Any:
    return None if a is None or b is None else a + b


@dataclass(slots=True)
class Row:
    """One execution of one node; times in milliseconds from the run's start."""

    id: str
    path: Path
    kind: Kind
    parent: str
    """The namespace the node ran in: empty at the top level."""

    step: int = 0
    scheduled: float | None = None
    started: float | None = None
    ended: float | None = None
    status: Status | None = None
    required: bool | None = None
    attempts: int = 0
    attempt_around: int = 0
    """Which attempt of the row it ran inside it belongs to."""

    error: dict[str, str] | None = None
    result: Any = field(default_factory=dict)
    reuse_key: str | None = None
    """The kit's name for what this branch wrote, for a later run to reuse."""

    is_queued: bool = False
    """It has started, but its first attempt waits for a slot."""

    waited_ms: float = 0.0
    """How long it had no thread or no event loop after its work began."""

    waited_until: float = 0.0
    """Up to when its waits are counted."""

    usage: Usage = field(default_factory=Usage)
    has_inner_rows: bool = False

    label: str | None = None
    """The kit's name for it, where that says more: `item[3]`."""

    @property
    def name(self) -> str:
        return self.label or self.path[-1]

    @property
    def is_untouched(self) -> bool:
        """Whether it was scheduled and has no event since."""
        return self.scheduled is not None and self.started is None and self.ended is None

    @property
    def queued_ms(self) -> float:
        if self.started is None or self.scheduled is None:
            return 0.0
        return max(0.0, self.started - self.scheduled) + self.waited_ms

    @property
    def duration_ms(self) -> float:
        if self.started is None or self.ended is None:
            return 0.0
        return max(0.0, self.ended - self.started - self.waited_ms)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "status": self.status,
            "attempts": self.attempts,
            "queued_ms": round(self.queued_ms, 1),
            "started_ms": round(self.started or 0.0, 1),
            "duration_ms": round(self.duration_ms, 1),
            "tokens": self.usage.tokens,
            "cost_usd": self.usage.cost,
            "error": self.error,
            "result": self.result,
        }


def result_of(writes: Any) -> Any:
    """Return what a node wrote as JSON of bounded size; never fail."""
    return shown(writes, MOST_RESULT_BYTES)
