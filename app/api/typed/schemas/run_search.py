"""A search among the stored runs, as callers send it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.fields import JsonBody, Metadata, MomentText
from app.api.typed.schemas.reports import Tokens
from app.runs.run import Run, RunFigures, RunStatus
from app.runs.search import RunSearch
from app.runs.span import Range, Span

_Id = Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\x00]*$")]


_Figure = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]


class RunSearchBody(JsonBody):
    """Filters; a run must match all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"metadata": {"customer": "c1"}, "status": "error"}]},
    )

    metadata: Metadata = Field(default_factory=dict, description="Labels the run must have.")
    status: Annotated[RunStatus, Field(strict=False)] | None = None
    graph_id: _Id | None = None
    thread_id: _Id | None = None
    degraded: bool | None = None
    failed_branch: _Id | None = Field(
        default=None,
        description="A branch or node that failed or timed out: its path, as statistics name it.",
    )
    min_wall_ms: _Figure = None
    max_wall_ms: _Figure = None
    min_tokens: _Figure = Field(default=None, description="Of input and output together.")
    max_tokens: _Figure = None
    min_cost_usd: _Figure = None
    max_cost_usd: _Figure = None
    created_since: MomentText | None = None
    created_until: MomentText | None = Field(default=None, description="Before this moment.")
    ended_since: MomentText | None = None
    ended_until: MomentText | None = Field(default=None, description="Before this moment.")
    limit: int = Field(default=50, ge=1, le=1000)
    before: _Id | None = Field(
        default=None, description="The last `run_id` of the page before this one."
    )


class RunSummary(BaseModel):
    """A run in a list; its output and problem are read by its id."""

    run_id: str
    graph_id: str
    thread_id: str | None
    status: RunStatus
    attempt: int
    metadata: dict[str, Any]
    retry_of: str | None
    resume_of: str | None
    created_at: datetime
    ended_at: datetime | None
    degraded: bool | None = Field(
        description="null until the run is over, as the figures below, and for runs that an "
        "earlier version stored."
    )
    wall_ms: float | None
    tokens: Tokens | None
    cost_usd: float | None
    failed_branches: list[str] | None = Field(
        description="Branches and nodes that failed or timed out, without items and repeats."
    )
    error_type: str | None = Field(description="What ended a run that failed.")
    unreadable: str | None = Field(
        default=None,
        description="Why the stored run cannot be read; its fields hold what can be read of it.",
    )


def to_run_search(body: RunSearchBody, *, owner: str) -> RunSearch:
    """Return a search among the runs of this owner."""
    return RunSearch(
        owner=owner,
        metadata=body.metadata,
        status=body.status,
        graph_id=body.graph_id,
        thread_id=body.thread_id,
        is_degraded=body.degraded,
        failed_branch=body.failed_branch,
        wall_ms=Range(body.min_wall_ms, body.max_wall_ms),
        tokens=Range(body.min_tokens, body.max_tokens),
        cost_usd=Range(body.min_cost_usd, body.max_cost_usd),
        created=Span(body.created_since, body.created_until),
        ended=Span(body.ended_since, body.ended_until),
        limit=body.limit,
        before=body.before,
    )


def to_run_summary(run: Run) -> RunSummary:
    figures = run.figures
    return RunSummary(
        run_id=run.id,
        graph_id=run.graph_id,
        thread_id=run.thread_id,
        status=run.status,
        attempt=run.attempt,
        metadata=dict(run.request.metadata),
        retry_of=run.request.retry_of,
        resume_of=run.request.resume_of,
        created_at=run.created_at,
        ended_at=run.ended_at,
        degraded=figures and figures.is_degraded,
        wall_ms=figures and figures.wall_ms,
        tokens=figures and _tokens_of(figures),
        cost_usd=figures and figures.cost_usd,
        failed_branches=figures and list(figures.failed_branches),
        error_type=None if run.failure is None else run.failure.type,
        unreadable=run.unreadable,
    )


def _tokens_of(figures: RunFigures) -> Tokens | None:
    if figures.tokens_in is None or figures.tokens_out is None:
        return None
    return Tokens(input=figures.tokens_in, output=figures.tokens_out)
