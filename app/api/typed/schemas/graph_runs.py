"""What starts a run of one graph and what it answers, with that graph's own schemas."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.api.problems import Problem
from app.api.typed.run_route import Body
from app.api.typed.schemas.run_options import (
    BackgroundOption,
    BatchOption,
    CronOption,
    QueueOption,
    RunOptions,
    ThreadOption,
)
from app.api.typed.schemas.runs import RunAnswer, to_answer
from app.graphs.registry import GraphEntry
from app.graphs.schemas import pascal
from app.report.detail import Detail, in_detail
from app.runs.request import IdempotencyKey, RunRequest
from app.runs.run import Run, RunStatus


class GraphModels:
    """The bodies of one graph's routes, made once."""

    def __init__(self, entry: GraphEntry, *, most_inputs: int) -> None:
        self._entry = entry
        many = Field(min_length=1, max_length=most_inputs)
        output: dict[str, Any] = {"output": (entry.output.type | None, ...)}
        example = example_of(entry)
        self._has_example = example is not None

        def one(of: Any) -> dict[str, Any]:
            return {"input": (of | None, ...)}

        def several(of: Any) -> dict[str, Any]:
            return {"inputs": (list[of], many)}

        options = (RunOptions, ThreadOption)
        self.request = self._body("Request", options, one, {"input": example})
        self.background = self._body(
            "RequestInBackground",
            (*options, BackgroundOption, QueueOption),
            one,
            {"input": example},
        )
        schedule = {"input": example, "schedule": "0 7 * * 1-5", "timezone": "Europe/Berlin"}
        self.cron = self._body(
            "RequestCron", (*options, BackgroundOption, CronOption), one, schedule
        )
        self.batch = self._body(
            "RequestBatch", (RunOptions, BatchOption), several, {"inputs": [example]}
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
        fields_of: Callable[[Any], dict[str, Any]],
        example: dict[str, Any],
    ) -> Body:
        name, about = f"{self._name}{name}", f"Run {self._entry.id}."
        reads, shows = fields_of(Any), fields_of(self._entry.input.type)
        if (context := self._entry.context) is not None:
            reads["context"] = (Any, None)
            shows["context"] = (context.type | None, None)
        make: Any = create_model
        read = make(name, __base__=options, **reads)
        if self._has_example:
            with_example = ConfigDict(json_schema_extra={"examples": [example]})
            options = (create_model("Example", __config__=with_example), *options)
        return Body(read, make(name, __base__=options, __doc__=about, **shows))


def example_of(entry: GraphEntry) -> Any:
    """Return the input made of the fields' first examples; None when a required one has none.

    Of an input that is one value, that is its own first example.
    """
    schema = entry.input.json_schema()
    if entry.input.is_one_value:
        return next(iter(schema.get("examples", ())), None)
    fields = schema.get("properties", {})
    example = {key: field["examples"][0] for key, field in fields.items() if field.get("examples")}
    return example if set(schema.get("required", ())) <= example.keys() else None


def to_graph_input(entry: GraphEntry, body: Any) -> Any:
    """Return the input of a body as a run stores it; None to continue from a checkpoint.

    Raises:
        InvalidInput: the graph does not take it.
    """
    is_on_thread = body.thread_id is not None
    return None if body.input is None else entry.input.accept(body.input, is_on_thread=is_on_thread)


def to_run_request(
    entry: GraphEntry,
    body: Any,
    graph_input: Any,
    *,
    owner: str,
    wants_tokens: bool = False,
    is_background: bool = False,
    key: IdempotencyKey | None = None,
) -> RunRequest:
    """Return a body, and the accepted input of it to run, as a run's request.

    Raises:
        InvalidInput: the graph does not take the context or the config.
    """
    context = getattr(body, "context", None)
    deadline_ms = body.deadline_ms
    after_seconds = getattr(body, "after_seconds", 0)
    begins = time.time() + after_seconds
    return RunRequest(
        graph_input=graph_input,
        context=None if entry.context is None else entry.context.accept(context),
        config=None if body.config is None else body.config.as_json(),
        secret_keys=entry.secret_keys,
        thread_id=getattr(body, "thread_id", None),
        checkpoint_id=getattr(body, "forks_from", None),
        owner=owner,
        deadline=begins + deadline_ms / 1000 if deadline_ms is not None else None,
        deadline_ms=deadline_ms,
        wants_tokens=wants_tokens,
        bypasses_cache=body.cache == "bypass",
        is_background=is_background,
        may_wait_for_thread=getattr(body, "when_busy", "reject") == "enqueue",
        not_before=datetime.fromtimestamp(begins, UTC) if after_seconds else None,
        metadata=body.metadata,
        idempotency_key=key,
    )


def to_batch_item(
    run: Run, detail: Detail, problem: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a run as one result of a batch, its problem beside its report.

    The problem is the run's own, unless another came up with it.
    """
    error = dict(problem or run.problem or {})
    report = error.pop("report", run.report)
    answer = to_answer(run, detail)
    return {**answer, "report": in_detail(report, detail), "error": error or None}
