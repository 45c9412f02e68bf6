"""What is requested of a graph, as a run holds it and as the database stores it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from langgraph.types import Command
from pydantic import ValidationError

from app.errors import InvalidInput
from app.graphs.registry import GraphEntry
from app.plain_json import to_plain_json


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key, and the hash of what another request with this key must equal."""

    value: str
    request_hash: str

    def of_run(self) -> "IdempotencyKey":
        return replace(self, value=f"run:{self.value}")

    def of_item(self, number: int) -> "IdempotencyKey":
        """Return the key of one run of a batch; the first has the key of a single run."""
        return replace(self, value=f"batch:{number}:{self.value}") if number else self.of_run()


_OPTIONS = ("context", "deadline", "wants_tokens", "bypasses_cache", "checkpoint_id")
"""What is stored of a request beside its input, and in no column of its own."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is to do, and for whom."""

    graph_input: Any = None
    """State values, a resuming Command, or None to continue from the thread's checkpoint."""

    is_validated: bool = True
    """Whether `graph_input` is what the graph takes; what the database stores is plain JSON."""

    context: dict[str, Any] | None = None
    thread_id: str | None = None
    checkpoint_id: str | None = None
    """Fork: continue from this checkpoint of the thread instead of its latest."""

    owner: str = ""
    """Whose run it is; empty where the service requires no key."""

    deadline: float | None = None
    """When the branches must be done, in epoch seconds."""

    wants_tokens: bool = False
    bypasses_cache: bool = False
    reuse: Mapping[str, Any] = field(default_factory=dict)
    """What branches of an earlier run wrote, by the kit's key; those branches do not run again."""

    retry_of: str | None = None
    resume_of: str | None = None

    is_background: bool = False
    """Nobody waits: the run continues after a crash or a restart of the service."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The caller's labels, to search runs by."""

    idempotency_key: IdempotencyKey | None = None

    @property
    def outlives_client(self) -> bool:
        """Whether the run continues when its client disconnects."""
        return self.is_background or self.idempotency_key is not None

    def as_json(self) -> dict[str, Any]:
        """Return what the database stores besides the columns that are searched."""
        options = {name: getattr(self, name) for name in _OPTIONS}
        stored = {
            name: to_plain_json(value)
            for name, value in options.items()
            if value not in (None, False)
        }
        if isinstance(self.graph_input, Command):
            return {"resume": to_plain_json(self.graph_input.resume), **stored}
        return {"input": to_plain_json(self.graph_input), **stored}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], **columns: Any) -> Self:
        """Return the request that `as_json` stored, with what stands in columns of its own.

        Options that this version does not know are ignored.
        """
        options = {name: stored[name] for name in _OPTIONS if name in stored}
        if "resume" in stored:
            return cls(Command(resume=stored["resume"]), **options, **columns)
        graph_input = stored.get("input")
        return cls(graph_input, is_validated=graph_input is None, **options, **columns)


def validate_request(entry: GraphEntry, request: RunRequest, run_id: str) -> RunRequest:
    """Return a stored request, validated against the graph as it is now.

    Raises:
        InvalidInput: the graph has changed since and does not take this input any more.
    """
    if request.is_validated:
        return request
    try:
        model = entry.input_model.model_validate(request.graph_input, by_name=True)
    except ValidationError as error:
        raise InvalidInput(
            [
                {
                    "place": ".".join(map(str, ("input", *wrong["loc"]))),
                    "message": f"since run {run_id} was started: {wrong['msg']}",
                    "given": repr(wrong["input"])[:100],
                }
                for wrong in error.errors()
            ]
        ) from error
    return replace(request, graph_input=entry.to_state(model), is_validated=True)
