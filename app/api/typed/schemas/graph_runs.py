"""What starts a run of one graph and what it answers, with that graph's own schemas."""

import time
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.api.problems import Problem
from app.api.typed.schemas.run_options import (
    BackgroundOption,
    BatchOption,
    RunOptions,
    ThreadOption,
)
from app.api.typed.schemas.runs import RunAnswer, to_answer
from app.graphs.registry import GraphEntry
from app.graphs.schemas import pascal
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunStatus


class GraphModels:
    """The bodies of one graph's routes, made once."""

    def __init__(self, entry: GraphEntry, *, most_inputs: int) -> None:
        self._entry = entry
        one: dict[str, Any] = {"input": (entry.input_model | None, ...)}
        many: dict[str, Any] = {
            "inputs": (
                list[entry.input_model],  # type: ignore[name-defined]  # made at run time
                Field(min_length=1, max_length=most_inputs),
            )
        }
        output: dict[str, Any] = {"output": (entry.output_model | None, ...)}
        example = example_of(entry)
        self._has_example = example is not None
        self.request = self._body("Request", (RunOptions, ThreadOption), one, {"input": example})
        self.background = self._body(
            "RequestInBackground",
            (RunOptions, ThreadOption, BackgroundOption),
            one,
            {"input": example},
        )
        self.batch = self._body(
            "RequestBatch", (RunOptions, BatchOption), many, {"inputs": [example]}
        )
        self.answer = create_model(f"{self._name}Answer", __base__=RunAnswer, **output)
        item: dict[str, Any] = {
            "status": (RunStatus, ...),
            "error": (Problem | None, ...),
            "run_id": (str | None, ...),
        }
        self.batch_item = create_model(f"{self._name}AnswerBatchItem", __base__=self.answer, **item)
        results: dict[str, Any] = {"results": (list[self.batch_item], ...)}  # type: ignore[name-defined]  # made at run time
        self.batch_answer = create_model(
            f"{self._name}AnswerBatch", __doc__="One result per input, in their order.", **results
        )

    @property
    def _name(self) -> str:
        return pascal(self._entry.id)

    def _body(
        self,
        name: str,
        options: tuple[type[BaseModel], ...],
        fields: dict[str, Any],
        example: dict[str, Any],
    ) -> type[BaseModel]:
        if (context := self._entry.context_model) is not None:
            fields = {**fields, "context": (context | None, None)}
        if self._has_example:
            shown = ConfigDict(json_schema_extra={"examples": [example]})
            options = (create_model("Example", __config__=shown), *options)
        made: Any = create_model(
            f"{self._name}{name}", __base__=options, __doc__=f"Run {self._entry.id}.", **fields
        )
        return cast("type[BaseModel]", made)


def example_of(entry: GraphEntry) -> dict[str, Any] | None:
    """Return the input made of the fields' first examples; None when a required one has none."""
    schema = entry.input_model.model_json_schema()
    fields = schema.get("properties", {})
    example = {key: field["examples"][0] for key, field in fields.items() if field.get("examples")}
    return example if set(schema.get("required", ())) <= example.keys() else None


def to_run_request(
    entry: GraphEntry,
    body: Any,
    graph_input: BaseModel | None,
    *,
    owner: str,
    wants_tokens: bool = False,
    is_background: bool = False,
    key: IdempotencyKey | None = None,
) -> RunRequest:
    """Return a validated body, and the input of it to run, as a run's request."""
    context = getattr(body, "context", None)
    deadline_ms = body.deadline_ms
    return RunRequest(
        graph_input=None if graph_input is None else entry.to_state(graph_input),
        context=context.model_dump(exclude_unset=True) if context is not None else None,
        thread_id=getattr(body, "thread_id", None),
        checkpoint_id=getattr(body, "forks_from", None),
        owner=owner,
        deadline=time.time() + deadline_ms / 1000 if deadline_ms is not None else None,
        wants_tokens=wants_tokens,
        bypasses_cache=body.cache == "bypass",
        is_background=is_background,
        metadata=body.metadata,
        idempotency_key=key,
    )


def to_batch_item(run: Run, problem: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a run as one result of a batch, its problem beside its report.

    The problem is the run's own, unless another came up with it.
    """
    error = dict(problem or run.problem or {})
    report = error.pop("report", run.report)
    return {**to_answer(run), "report": report, "error": error or None}
