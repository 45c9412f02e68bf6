"""What starts a run and what it answers, made for each graph with its own schemas."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.registry import GraphEntry
from app.runner import RunRequest
from app.runs import Run
from app.schemas.reports import Report
from app.wire_models import pascal


class Interrupt(BaseModel):
    """A question a branch asks before it goes on."""

    id: str
    value: Any
    branch: str


class RunAnswer(BaseModel):
    """A run that is over, or waits for an answer."""

    run_id: str
    thread_id: str | None
    status: Literal["success", "interrupted"]
    degraded: bool = Field(description="Whether an optional branch failed, or a fallback stood in.")
    interrupts: list[Interrupt]
    report: Report


def request_model(entry: GraphEntry) -> type[BaseModel]:
    """Return the body that starts a run of this graph, with an example that works as it is."""
    fields: dict[str, Any] = {
        "input": (entry.input_model, ...),
        "thread_id": (
            str | None,
            Field(
                default=None,
                min_length=1,
                max_length=255,
                description="Keep the state under this name; without it the run leaves nothing.",
            ),
        ),
    }
    if entry.context_model is not None:
        fields["context"] = (entry.context_model | None, None)
    example = example_of(entry)
    config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"input": example}]} if example is not None else None,
    )
    name = f"{pascal(entry.id)}Request"
    return create_model(name, __config__=config, __doc__=f"Run {entry.id}.", **fields)


def answer_model(entry: GraphEntry) -> type[RunAnswer]:
    """Return the body that answers a run of this graph."""
    output: dict[str, Any] = {"output": (entry.output_model | None, ...)}
    return create_model(f"{pascal(entry.id)}Answer", __base__=RunAnswer, **output)


def example_of(entry: GraphEntry) -> dict[str, Any] | None:
    """Return the input made of the fields' first examples; None when a required one has none."""
    schema = entry.input_model.model_json_schema()
    fields = schema.get("properties", {})
    example = {key: field["examples"][0] for key, field in fields.items() if field.get("examples")}
    return example if set(schema.get("required", ())) <= example.keys() else None


def to_run_request(entry: GraphEntry, body: Any, *, wants_tokens: bool) -> RunRequest:
    """Return a validated body as the runner takes it."""
    context = getattr(body, "context", None)
    return RunRequest(
        values=entry.to_state(body.input),
        context=context.model_dump(exclude_unset=True) if context is not None else None,
        thread_id=body.thread_id,
        wants_tokens=wants_tokens,
    )


def to_answer(run: Run) -> dict[str, Any]:
    """Return a run as the JSON of its answer."""
    return {
        "run_id": run.id,
        "thread_id": run.thread_id,
        "status": run.status,
        "degraded": run.is_degraded,
        "output": run.output,
        "interrupts": run.interrupts,
        "report": run.report,
    }
