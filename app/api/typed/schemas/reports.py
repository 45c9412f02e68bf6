"""The branch report, as callers see it."""

from typing import Any, Literal

from pydantic import BaseModel, Field

BranchStatus = Literal[
    "ok", "degraded", "failed", "timeout", "cancelled", "skipped", "cached", "interrupted"
]


class Tokens(BaseModel):
    """Input and output tokens."""

    input: int
    output: int


class BranchError(BaseModel):
    """Why a branch has no result of its own."""

    type: str
    message: str


class Attempt(BaseModel):
    """One attempt of a branch or a node."""

    attempt: int
    started_ms: float
    duration_ms: float
    error: BranchError | None = Field(description="Why it failed; null for one that did not.")


class Missing(BaseModel):
    """What is absent from the answer, and why."""

    id: str
    name: str
    status: BranchStatus
    reason: str


class ReportRow(BaseModel):
    """One execution of one node; times in milliseconds from the run's start."""

    id: str = Field(
        description="The node's path, `study[1]/read`; `#2` and so on when it ran more than once."
    )
    name: str
    kind: Literal["branch", "join", "node"]
    parent: str | None = Field(default=None, description="The row it ran in; null at the top.")
    item: int | None = Field(default=None, description="Which item it was sent, from 0.")
    label: str | None = Field(
        default=None, description="What the graph calls the item, or the name of the tool called."
    )
    required: bool | None = Field(default=None, description="null where nothing declares it.")
    status: BranchStatus
    attempts: int
    tries: list[Attempt] = Field(
        default=[], description="The attempts that began, oldest first; at most the last 50."
    )
    queued_ms: float
    started_ms: float
    duration_ms: float
    tokens: Tokens | None = Field(description="null where a model did not say.")
    cost_usd: float | None = Field(description="null where a model has no price.")
    error: BranchError | None
    result: Any = Field(
        description="What the node wrote. More than 64 KiB become `truncated` (true), `bytes` "
        "(null where it was not read to its end) and `beginning`."
    )


class Report(BaseModel):
    """What every branch of a run did, how long it took, what it cost."""

    wall_ms: float
    sum_ms: float = Field(
        description="The work of all nodes without queueing: what one at a time would take."
    )
    cancelled_ms: float = Field(default=0.0, description="The work that was cancelled; not in sum.")
    speedup: float = Field(description="sum_ms ÷ wall_ms; 1 without a fan-out.")
    critical_path: list[str] = Field(
        description="The rows the answer waited for, each followed by those inside it."
    )
    degraded: bool
    missing: list[Missing] = []
    warnings: list[str]
    tokens: Tokens | None
    cost_usd: float | None
    branches: list[ReportRow]
