"""A row of the branch report: one execution of one node."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.graphs.shape import Kind, Path
from app.plain_json import shown
from app.report.tries import Error, Tries
from app.report.usage import Usage

Status = Literal[
    "ok", "degraded", "failed", "timeout", "cancelled", "skipped", "cached", "interrupted"
]

BAD: frozenset[Status | None] = frozenset({"degraded", "failed", "timeout"})
"""What something is missing after, in the answer."""

MOST_RESULT_BYTES = 64 * 1024
"""A result larger than this is shown by its beginning only."""


@dataclass(slots=True)
class Row:
    """One execution of one node; times in milliseconds from the run's start."""

    id: str
    path: Path
    kind: Kind
    namespace: str
    """The checkpoint namespace the node ran in: empty at the top level."""

    step: int = 0
    ns: str = ""
    """The checkpoint_ns of its task, as LangGraph's stream has it."""

    name: str = ""
    parent: "Row | None" = None
    """The row it ran in: of a sub-graph's node, the node that is the sub-graph."""

    item: int | None = None
    label: str | None = None
    """What the author calls the item, or the name of the tool that is called."""

    scheduled: float | None = None
    started: float | None = None
    ended: float | None = None
    status: Status | None = None
    required: bool | None = None
    """As the branch's outcome says; None for what ended without one, as a node that raised."""

    is_declared_required: bool | None = None
    attempts: int = 0
    attempt_around: int = 0
    """Which attempt of the row it ran inside it belongs to."""

    tries: Tries = field(default_factory=Tries)
    error: Error | None = None
    raised: BaseException | None = None
    """The error that its task ended with, to know it again where it ends the run."""

    result: Any = field(default_factory=dict)
    reuse_key: str | None = None
    """The kit's name for what this branch wrote, for a later run to reuse."""

    handed: "tuple[float, Any] | None" = None
    """When it sent a command to the graph around it, and the update: its task has no other end."""

    is_queued: bool = False
    """It has started, but its next attempt waits for a slot."""

    queued_at: float = 0.0
    waited_ms: float = 0.0
    """How long it had no slot, no thread or no event loop after its work began."""

    waited_until: float = 0.0
    """Up to when its waits are counted."""

    usage: Usage = field(default_factory=Usage)
    has_inner_rows: bool = False
    is_handled: bool = False
    """Its failure was answered by LangGraph's error handler for it."""

    is_announced: bool = False
    """Followers know that its work began."""

    @property
    def waits_for_slot(self) -> bool:
        """Whether it may have to wait among its siblings: an item, until the kit has begun it."""
        return self.item is not None and self.is_declared_required is not None

    @property
    def is_untouched(self) -> bool:
        """Whether it was scheduled and has no event since."""
        return self.scheduled is not None and self.started is None and self.ended is None

    def status_without_end(self, *, has_ended: bool, is_paused: bool) -> Status:
        """The status of a task without an end: cached writes, a pause, or it was cut off."""
        if is_paused:
            return "interrupted"
        return "cached" if has_ended and self.is_untouched else "cancelled"

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

    def around(self) -> "Iterator[Row]":
        """Yield the rows whose sub-graphs it ran in, the innermost first."""
        outer = self.parent
        while outer is not None:
            yield outer
            outer = outer.parent

    def add_tool(self, tool: str) -> None:
        """It calls a tool; an item goes by its own label."""
        if self.item is None and tool not in (self.label or "").split(", "):
            self.label = tool if self.label is None else f"{self.label}, {tool}"

    def begin_work(self, now: float) -> None:
        """It has its slot: what passed until now was waiting."""
        self.is_queued = False
        if len(self.tries.all) > 1:
            self.waited_ms += now - self.queued_at
        else:
            self.started, self.waited_ms = now, 0.0
            self.tries.restart_clock(now)

    def forget_waiting(self, now: float) -> None:
        """It is over, and if it never had its slot, all its time was waiting."""
        if self.is_queued and not self.is_announced:
            self.started, self.waited_ms = now, 0.0
            self.attempts, self.tries = 0, Tries()

    def settle(self, outcome: Mapping[str, Any]) -> None:
        """The kit says how the branch ended, and for how many attempts."""
        self.name, self.status = outcome["branch"], outcome["status"]
        self.required, self.reuse_key = outcome["required"], outcome.get("key")
        self.attempts = outcome["attempts"]
        self.tries.cut_to(self.attempts)

    def place_as_json(self) -> dict[str, Any]:
        """Return which row it is and where it belongs, as every event about it says."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "parent": None if self.parent is None else self.parent.id,
            "item": self.item,
            "label": self.label,
        }

    def as_json(self) -> dict[str, Any]:
        return {
            **self.place_as_json(),
            "required": self.is_declared_required if self.required is None else self.required,
            "status": self.status,
            "attempts": self.attempts,
            "tries": self.tries.as_json(),
            "queued_ms": round(self.queued_ms, 1),
            "started_ms": round(self.started or 0.0, 1),
            "duration_ms": round(self.duration_ms, 1),
            "tokens": self.usage.tokens,
            "cost_usd": self.usage.cost_usd,
            "error": self.error,
            "result": self.result,
        }

    def reuse_as_json(self) -> dict[str, Any]:
        """Return what the event of its end says besides, so that a restored row can be reused."""
        if self.required is None:
            return {}
        known = {"key": self.reuse_key, "required": self.required}
        return {"reuse": {**known, "of_attempt": self.attempt_around}}


def result_of(writes: Any) -> Any:
    """Return what a node wrote as JSON of bounded size; never fail."""
    return shown(_each_write(writes), MOST_RESULT_BYTES)


def _each_write(writes: Any) -> Any:
    """Show the writes of several commands to one key as a list, not in LangGraph's wrapping."""
    if type(writes) is not dict:
        return writes
    return {key: _unwrapped(value) for key, value in writes.items()}


def _unwrapped(value: Any) -> Any:
    if type(value) is dict and value.keys() == {"$writes"}:
        return value["$writes"]
    return value
