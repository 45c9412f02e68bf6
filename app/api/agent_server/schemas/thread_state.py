"""The state of a thread at one of its checkpoints, in the Agent Server's words."""

from collections.abc import Mapping
from typing import Annotated, Any

from langgraph.types import Interrupt, PregelTask, StateSnapshot
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.fields import CheckpointParam, JsonBody, Name, few
from app.errors import AmbiguousKeys, InvalidInput
from app.graphs.wire import own_writes
from app.plain_json import as_json, named_error
from app.redaction import Redact
from app.threads.snapshots import BrokenState
from app.threads.states import CheckpointRef

_FilterKey = Annotated[str, StringConstraints(max_length=255, pattern=r"^[A-Za-z0-9_]+$")]

_FilterNumber = Annotated[int, Field(ge=-(2**63), lt=2**63)]

_FilterFloat = Annotated[float, Field(allow_inf_nan=False)]

_FilterText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


_SUBGRAPHS = Field(default=False, description="Whether to show the states of sub-graphs.")


class StateQuery(BaseModel):
    """What a state is to show."""

    model_config = ConfigDict(extra="forbid")

    subgraphs: bool = _SUBGRAPHS


class StateAtCheckpoint(JsonBody):
    """Which state to read."""

    subgraphs: bool = _SUBGRAPHS
    checkpoint: CheckpointParam


class StateUpdate(JsonBody):
    """What to write into a thread's state, as if a node had written it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"values": {}, "as_node": "__start__"}]}
    )

    values: Any
    as_node: Name | None = Field(
        default=None, description="The node recorded as the writer; default: the last writer."
    )
    checkpoint: CheckpointParam | None = Field(
        default=None, description="The checkpoint to continue from; default: the latest."
    )
    checkpoint_id: Name | None = None


class HistoryBody(JsonBody):
    """Which states of a thread to list."""

    limit: int = Field(default=10, ge=1, le=1000)
    before: Name | CheckpointParam | None = Field(
        default=None, description="List what is older than this checkpoint."
    )
    metadata: (
        Annotated[
            dict[_FilterKey, _FilterText | bool | _FilterNumber | _FilterFloat],
            Field(max_length=16),
            few(16),
        ]
        | None
    ) = None
    checkpoint: CheckpointParam | None = Field(
        default=None, description="List the states of the sub-graph it is of."
    )


class CheckpointRead(BaseModel):
    """Where a state is stored; `checkpoint_id` is null where there is none yet."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str | None
    checkpoint_map: dict[str, str] | None


class InterruptRead(BaseModel):
    """A question that waits for an answer."""

    model_config = ConfigDict(extra="allow")

    id: str
    value: Any


class ThreadTask(BaseModel):
    """A task of the step after a checkpoint."""

    id: str
    name: str
    error: str | None
    interrupts: list[InterruptRead]
    checkpoint: CheckpointRead | None = Field(description="Of its sub-graph, where it has one.")
    state: "ThreadState | None" = Field(description="Of its sub-graph, where that was requested.")
    result: Any


class ThreadState(BaseModel):
    """What a thread holds at a checkpoint, and what comes next."""

    values: Any
    next: list[str] = Field(
        description="The nodes to run next; empty when the graph is at its end."
    )
    tasks: list[ThreadTask]
    metadata: dict[str, Any]
    created_at: str | None
    checkpoint: CheckpointRead
    parent_checkpoint: CheckpointRead | None
    interrupts: list[InterruptRead]
    unreadable: str | None = Field(
        default=None, description="In a list: why the state cannot be shown; there only then."
    )


class StateUpdated(BaseModel):
    """The checkpoint that an update made."""

    checkpoint: CheckpointRead


def to_checkpoint_ref(
    thread_id: str, chosen: CheckpointParam | None, checkpoint_id: str | None = None
) -> CheckpointRef:
    """Return the checkpoint a body means; an id alone is the older way to say it.

    Raises:
        InvalidInput: it is another thread's, or two are named.
    """
    if chosen is None:
        return CheckpointRef(checkpoint_id)
    if chosen.thread_id not in (None, thread_id):
        raise InvalidInput.at("checkpoint.thread_id", "differs from the thread_id in the URL")
    if checkpoint_id not in (None, chosen.checkpoint_id):
        raise InvalidInput.at("checkpoint_id", "differs from the checkpoint_id of `checkpoint`")
    return CheckpointRef(chosen.checkpoint_id, chosen.checkpoint_ns, chosen.checkpoint_map or {})


def to_thread_state(state: StateSnapshot, redact: Redact) -> dict[str, Any]:
    """Return a state as JSON, without what the kit added."""
    metadata = as_json(state.metadata or {})
    return {
        "values": as_json(own_writes(state.values)),
        "next": list(state.next),
        "tasks": [_to_task(task, redact) for task in state.tasks],
        "metadata": {key: value for key, value in metadata.items() if key != "thread_id"},
        "created_at": state.created_at,
        "checkpoint": to_checkpoint(state.config),
        "parent_checkpoint": to_checkpoint(state.parent_config) if state.parent_config else None,
        "interrupts": [to_interrupt(interrupt) for interrupt in state.interrupts],
    }


def to_listed_state(state: StateSnapshot | BrokenState, redact: Redact) -> dict[str, Any]:
    """Return a state of a list as JSON; one that cannot be read or shown costs only itself."""
    if isinstance(state, BrokenState):
        return _to_broken_state(state.config, redact(state.reason))
    try:
        return to_thread_state(state, redact)
    except AmbiguousKeys as error:
        broken = _to_broken_state(state.config, redact(str(error)))
        return {**broken, "created_at": state.created_at}


def _to_broken_state(config: Mapping[str, Any], reason: str) -> dict[str, Any]:
    return {
        "values": None,
        "next": [],
        "tasks": [],
        "metadata": {},
        "created_at": None,
        "checkpoint": to_checkpoint(config),
        "parent_checkpoint": None,
        "interrupts": [],
        "unreadable": reason,
    }


def to_checkpoint(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a state is stored."""
    at = config["configurable"]
    return {
        "thread_id": at["thread_id"],
        "checkpoint_ns": at.get("checkpoint_ns", ""),
        "checkpoint_id": at.get("checkpoint_id"),
        "checkpoint_map": at.get("checkpoint_map"),
    }


def to_interrupt(interrupt: Interrupt[Any]) -> dict[str, Any]:
    """Return a question as JSON."""
    shown = {"id": interrupt.id, "value": as_json(interrupt.value)}
    if interrupt.response_schema is not None:
        shown["response_schema"] = as_json(interrupt.response_schema)
    return shown


def _to_task(task: PregelTask, redact: Redact) -> dict[str, Any]:
    inner = task.state.config if isinstance(task.state, StateSnapshot) else task.state
    return {
        "id": task.id,
        "name": task.name,
        "error": redact(_error(task.error)) if task.error is not None else None,
        "interrupts": [to_interrupt(interrupt) for interrupt in task.interrupts],
        "checkpoint": to_checkpoint(inner) if inner is not None else None,
        "state": to_thread_state(task.state, redact)
        if isinstance(task.state, StateSnapshot)
        else None,
        "result": as_json(own_writes(task.result)),
    }


def _error(error: object) -> str:
    """Return what a task raised: an exception, or what the saver stored of one."""
    if isinstance(error, BaseException):
        return named_error(error)
    return str(error)
