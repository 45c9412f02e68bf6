"""A search among the stored runs, as callers send it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.fields import JsonBody, Metadata
from app.runs.run import Run, RunStatus
from app.runs.search import RunSearch

_Id = Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\x00]*$")]


class RunSearchBody(JsonBody):
    """Filters; a run must match all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"metadata": {"customer": "c1"}, "status": "error"}]},
    )

    metadata: Metadata = Field(default_factory=dict, description="Labels the run must have.")
    status: Annotated[RunStatus, Field(strict=False)] | None = None
    graph_id: _Id | None = None
    thread_id: _Id | None = None
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
        limit=body.limit,
        before=body.before,
    )


def to_run_summary(run: Run) -> RunSummary:
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
        unreadable=run.unreadable,
    )
