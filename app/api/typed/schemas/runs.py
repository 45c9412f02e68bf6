"""A run, as callers see it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.fields import JsonBody
from app.api.problems import Problem
from app.api.typed.schemas.reports import Report
from app.runs.run import Run, RunStatus


class Interrupt(BaseModel):
    """A question of a branch that waits for the answer."""

    id: str
    value: Any
    branch: str


class RunAnswer(BaseModel):
    """A run that is over, or waits for an answer."""

    run_id: str
    thread_id: str | None
    status: Literal["success", "interrupted"]
    degraded: bool = Field(description="Whether an optional branch failed, or a fallback was used.")
    interrupts: list[Interrupt]
    report: Report


class RunCreated(BaseModel):
    """A background run that was started."""

    run_id: str
    status: RunStatus


class RunRead(BaseModel):
    """A run's status and result."""

    run_id: str
    graph_id: str
    thread_id: str | None
    status: RunStatus
    degraded: bool
    output: Any = Field(description="null until the run has succeeded.")
    error: Problem | None
    interrupts: list[Interrupt]
    retry_of: str | None
    resume_of: str | None
    attempt: int = Field(description="2 or more: recovered after a restart.")
    metadata: dict[str, Any] = Field(description="The labels from the request.")
    created_at: datetime
    ended_at: datetime | None


class RunResume(JsonBody):
    """The answer to a run's question, or one per question by its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"resume": "yes"}]})

    resume: Any


def to_answer(run: Run) -> dict[str, Any]:
    """Return a run that is over as the JSON of its answer."""
    return {
        "run_id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "degraded": run.is_degraded,
        "output": run.output,
        "interrupts": run.interrupts,
        "report": run.report,
    }


def to_run_read(run: Run) -> dict[str, Any]:
    """Return a run as the JSON of where it stands."""
    return {
        "run_id": run.id,
        "graph_id": run.graph_id,
        "thread_id": run.thread_id,
        "status": run.status,
        "degraded": run.is_degraded,
        "output": run.output,
        "error": run.problem,
        "interrupts": run.interrupts,
        "retry_of": run.request.retry_of,
        "resume_of": run.request.resume_of,
        "attempt": run.attempt,
        "metadata": run.request.metadata,
        "created_at": run.created_at.isoformat(),
        "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
    }
