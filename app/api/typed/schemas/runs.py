"""A run, as callers see it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.fields import JsonBody
from app.api.problems import Problem
from app.api.typed.schemas.reports import Report
from app.report.detail import Detail, in_detail, problem_in_detail
from app.runs.run import Run, RunStatus


class Interrupt(BaseModel):
    """A question of a branch that waits for the answer."""

    id: str
    value: Any
    branch: str
    answer_schema: dict[str, Any] | None = Field(
        default=None,
        alias="schema",
        description="The JSON Schema that the answer must fit; null where the question has none.",
    )


class RunAnswer(BaseModel):
    """A run that is over, or waits for an answer."""

    run_id: str
    thread_id: str | None
    status: Literal["success", "interrupted"]
    degraded: bool = Field(description="Whether an optional branch failed, or a fallback was used.")
    interrupts: list[Interrupt]
    next: list[str] = Field(description="The nodes that a resumed run goes on with.")
    report: Report | None = Field(description="null with `?report=none`.")


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
    input: Any = Field(description="With secrets masked; null where the run continues a thread.")
    context: dict[str, Any] | None
    deadline_ms: int | None = Field(description="As it was sent; null after a retry or resume.")
    output: Any = Field(description="null until the run has succeeded.")
    error: Problem | None
    interrupts: list[Interrupt]
    next: list[str] = Field(description="The nodes that a resumed run goes on with.")
    retry_of: str | None
    resume_of: str | None
    attempt: int = Field(
        description="How often it began. 0: it is queued; 2 or more: recovered after a restart."
    )
    metadata: dict[str, Any] = Field(description="The labels from the request.")
    created_at: datetime
    not_before: datetime | None = Field(
        description="The earliest moment at which it begins, if it has one."
    )
    started_at: datetime | None = Field(
        description="The moment that the report's milliseconds count from; null before it, and for "
        "runs that an earlier version stored."
    )
    ended_at: datetime | None
    wall_ms: float | None = Field(description="From its start to its end; null until it is over.")


class RunResume(JsonBody):
    """The answer to a run's question, one per question by its id, or null at a breakpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"resume": "yes"}]})

    resume: Any


class RunRetry(JsonBody):
    """What runs again though it succeeded; without it, only what failed runs again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"branches": ["key_terms"]}]})

    branches: list[Annotated[str, StringConstraints(min_length=1, max_length=1000)]] = Field(
        default_factory=list,
        max_length=1000,
        description="Names, paths or row ids of the report. What depends on them runs again too.",
    )


def to_answer(run: Run, detail: Detail) -> dict[str, Any]:
    """Return a run that is over as the JSON of its answer."""
    return {
        "run_id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "degraded": run.is_degraded,
        "output": run.output,
        "interrupts": [{"schema": None, **question} for question in run.interrupts],
        "next": run.next,
        "report": in_detail(run.report, detail),
    }


def to_run_read(run: Run, detail: Detail) -> dict[str, Any]:
    """Return a run as the JSON of where it stands; `detail` is that of a problem's report."""
    request = run.request.shown()
    return {
        "run_id": run.id,
        "graph_id": run.graph_id,
        "thread_id": run.thread_id,
        "status": run.status,
        "degraded": run.is_degraded,
        "input": request.get("input"),
        "context": request.get("context"),
        "deadline_ms": run.request.deadline_ms,
        "output": run.output,
        "error": None if run.problem is None else problem_in_detail(run.problem, detail),
        "interrupts": [{"schema": None, **question} for question in run.interrupts],
        "next": run.next,
        "retry_of": run.request.retry_of,
        "resume_of": run.request.resume_of,
        "attempt": run.attempt,
        "metadata": run.request.metadata,
        "created_at": run.created_at.isoformat(),
        "not_before": _iso(run.request.not_before),
        "started_at": _iso(run.started_at),
        "ended_at": _iso(run.ended_at),
        "wall_ms": run.report.get("wall_ms"),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
