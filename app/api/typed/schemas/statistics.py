"""What the runs of a graph add up to, as callers see it."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.typed.schemas.reports import Tokens
from app.runs.span import Span
from app.runs.statistics import BranchFigures


class Percentiles(BaseModel):
    """Of the executions that came to their own end, by nearest rank."""

    p50: float
    p95: float


class BranchStatistics(BaseModel):
    """All executions of one branch, join or node; items and repeats count one by one."""

    branch: str = Field(description="Its path: node names joined by `/`.")
    n: int
    statuses: dict[str, int] = Field(description="How many executions ended so.")
    duration_ms: Percentiles | None = Field(
        description="null where none ran. What was skipped, cached, cancelled or interrupted does "
        "not count here."
    )
    queued_ms: Percentiles | None
    attempts: int = Field(description="Of all executions together.")
    most_attempts: int = Field(description="Of one execution.")
    tokens: Tokens | None = Field(description="Of `tokens_known` executions; null where none is.")
    tokens_known: int
    cost_usd: float | None = Field(description="Of `cost_known` executions; null where none is.")
    cost_known: int
    critical: int = Field(description="How many executions were on their run's critical path.")


class GraphStatistics(BaseModel):
    """The caller's runs of a graph that ended in a span of time, branch by branch."""

    graph_id: str
    since: datetime | None
    until: datetime | None
    runs: int
    branches: list[BranchStatistics] = Field(description="By name; only those that have run.")


def to_graph_statistics(
    graph_id: str, span: Span, runs: int, branches: list[BranchFigures]
) -> GraphStatistics:
    return GraphStatistics(
        graph_id=graph_id,
        since=span.since,
        until=span.until,
        runs=runs,
        branches=[_to_branch_statistics(figures) for figures in branches],
    )


def _to_branch_statistics(figures: BranchFigures) -> BranchStatistics:
    return BranchStatistics(
        branch=figures.branch,
        n=figures.n,
        statuses=figures.statuses,
        duration_ms=_to_percentiles(figures.duration),
        queued_ms=_to_percentiles(figures.queued),
        attempts=figures.attempts,
        most_attempts=figures.most_attempts,
        tokens=_to_tokens(figures),
        tokens_known=figures.tokens_known,
        cost_usd=figures.cost_usd,
        cost_known=figures.cost_known,
        critical=figures.critical,
    )


def _to_percentiles(pair: tuple[float, float] | None) -> Percentiles | None:
    return None if pair is None else Percentiles(p50=round(pair[0], 1), p95=round(pair[1], 1))


def _to_tokens(figures: BranchFigures) -> Tokens | None:
    if figures.tokens_in is None or figures.tokens_out is None:
        return None
    return Tokens(input=figures.tokens_in, output=figures.tokens_out)
