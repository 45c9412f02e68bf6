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


class ReportRow(BaseModel):
    """One execution of one node; times in milliseconds from the run's start."""

    id: str = Field(description="The node's path; `#2` and so on when it ran more than once.")
    name: str
    kind: Literal["branch", "join", "node"]
    status: BranchStatus
    attempts: int
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
    sum_ms: float = Field(description="The work of all nodes, without queueing.")
    speedup: float = Field(description="sum_ms ÷ wall_ms; 1 without a fan-out.")
    critical_path: list[str] = Field(description="The rows the run had to wait for.")
    degraded: bool
    warnings: list[str]
    tokens: Tokens | None
    cost_usd: float | None
    branches: list[ReportRow]
