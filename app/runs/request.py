"""What a run was asked, and what its branches wrote, as the database keeps it; and back again."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.types import Command
from pydantic import ValidationError

from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.plain_json import to_plain_json
from app.runs.record import RunRecord
from app.runs.run import Run


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked of a graph; input and context are already validated."""

    graph_input: Any
    """State values, a resuming Command, or None to go on from the thread's checkpoint."""

    context: dict[str, Any] | None = None
    thread_id: str | None = None
    checkpoint_id: str | None = None
    """Fork: go on from this checkpoint of the thread instead of its last."""

    owner: str = ""
    """Whose run it is; empty where the service asks for no key."""

    deadline: float | None = None
    """When the branches' answers are wanted, in epoch seconds."""

    wants_tokens: bool = False
    bypasses_cache: bool = False
    reuse: Mapping[str, Any] = field(default_factory=dict)
    """What settled branches of an earlier run wrote, by the kit's key."""

    retry_of: str | None = None
    resume_of: str | None = None

    is_background: bool = False
    """Nobody waits: after a crash or a restart of the service it goes on."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The caller's labels, by which runs are found."""

    key: str | None = None
    """The caller's Idempotency-Key: another request with it gets this run."""

    request_hash: str | None = None
    """What was sent with the key."""

    @property
    def outlives_client(self) -> bool:
        """Whether the run goes on when who asked for it has left."""
        return self.is_background or self.key is not None


logger = logging.getLogger(__name__)


def record_of(run: Run, request: RunRequest) -> RunRecord:
    """Return a run that is about to begin as the database keeps it."""
    return RunRecord(
        run=run,
        owner=request.owner,
        asked=_asked(request),
        is_background=request.is_background,
        metadata=dict(request.metadata),
        key=request.key,
        request_hash=request.request_hash,
    )


def request_of(
    entry: GraphEntry, record: RunRecord, *, reuse: Mapping[str, Any] | None = None
) -> RunRequest:
    """Return what a kept run was asked, checked against the graph as it is now.

    Raises:
        InvalidInput: the graph takes another input by now.
    """
    run, asked = record.run, record.asked
    return RunRequest(
        graph_input=_graph_input(entry, record),
        context=asked.get("context"),
        thread_id=run.thread_id,
        checkpoint_id=asked.get("checkpoint_id"),
        owner=record.owner,
        deadline=asked.get("deadline"),
        wants_tokens=asked.get("wants_tokens", False),
        bypasses_cache=asked.get("bypasses_cache", False),
        reuse=reuse or {},
        retry_of=run.retry_of,
        resume_of=run.resume_of,
        is_background=record.is_background,
        metadata=record.metadata,
        key=record.key,
        request_hash=record.request_hash,
    )


def settled_of(record: RunRecord, serde: SerializerProtocol) -> dict[str, Any]:
    """Return what the settled branches of a run wrote, by the kit's key."""
    return {} if record.settled is None else dict(serde.loads_typed(record.settled))


def dumped_settled(
    run: Run, settled: Mapping[str, Any], serde: SerializerProtocol
) -> tuple[str, bytes] | None:
    """Return what `settled_of` reads; None where it cannot be kept: a retry then runs them all."""
    try:
        return serde.dumps_typed(settled) if settled else None
    except (TypeError, ValueError) as error:
        fields = {"graph_id": run.graph_id, "run_id": run.id, "error": str(error)}
        logger.warning("what the branches wrote is not kept for a retry", extra=fields)
        return None


def _asked(request: RunRequest) -> dict[str, Any]:
    graph_input = request.graph_input
    options = {
        "context": None if request.context is None else to_plain_json(request.context),
        "deadline": request.deadline,
        "wants_tokens": request.wants_tokens,
        "bypasses_cache": request.bypasses_cache,
        "checkpoint_id": request.checkpoint_id,
    }
    asked = {name: value for name, value in options.items() if value not in (None, False)}
    if isinstance(graph_input, Command):
        return {"resume": to_plain_json(graph_input.resume), **asked}
    return {"input": to_plain_json(graph_input), **asked}


def _graph_input(entry: GraphEntry, record: RunRecord) -> Any:
    asked = record.asked
    if "resume" in asked:
        return Command(resume=asked["resume"])
    if asked.get("input") is None:
        return None
    try:
        return entry.to_state(entry.input_model.model_validate(asked["input"], by_name=True))
    except ValidationError as error:
        raise InvalidInput(
            [
                {
                    "place": ".".join(map(str, ("input", *wrong["loc"]))),
                    "message": f"since run {record.run.id} was started: {wrong['msg']}",
                    "given": repr(wrong["input"])[:100],
                }
                for wrong in error.errors()
            ]
        ) from error
