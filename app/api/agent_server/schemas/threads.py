"""A thread, in the Agent Server's words, so that its clients understand ours."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from langgraph.types import StateSnapshot
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.api.agent_server.schemas.thread_state import InterruptRead, to_interrupt
from app.api.fields import JsonBody, Name, ThreadId, few
from app.errors import InvalidInput
from app.graphs.wire import own_writes
from app.plain_json import as_json
from app.threads.search import ThreadSearch
from app.threads.thread import ThreadChange, ThreadRecord

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]

ThreadField = Literal[
    "thread_id", "created_at", "updated_at", "metadata", "status", "values", "interrupts"
]

ALL_FIELDS: tuple[ThreadField, ...] = get_args(ThreadField)

_GRAPH = "graph_id"

_OF_THE_STATE: frozenset[ThreadField] = frozenset({"values", "interrupts"})

Metadata = Annotated[dict[Name, JsonValue], Field(max_length=64), few(64)]
"""`graph_id` among them names the graph whose state the thread shows."""


class ThreadTtl(JsonBody):
    """How long to keep a thread."""

    ttl: float = Field(gt=0, le=100 * 366 * 24 * 60, description="Minutes from now.")
    strategy: Literal["delete", "keep_latest"] = Field(
        default="delete",
        description="`delete` removes the thread, `keep_latest` keeps only its latest checkpoint.",
    )


class ThreadCreate(JsonBody):
    """A new thread; a run with a new `thread_id` also creates one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"metadata": {}}]})

    thread_id: ThreadId | None = Field(
        default=None,
        description="Generated if omitted; at most 255 characters, and neither `~` nor `/`.",
    )
    metadata: Metadata = Field(default_factory=dict)
    if_exists: Literal["raise", "do_nothing"] = Field(
        default="raise",
        description="If the thread exists: `raise` returns 409, `do_nothing` returns the thread.",
    )
    ttl: ThreadTtl | None = None


class ThreadPatch(JsonBody):
    """What to change of a thread."""

    metadata: Metadata = Field(
        default_factory=dict, description="Merged into the existing metadata, key by key."
    )
    ttl: ThreadTtl | None = Field(default=None, description="By default left as it is.")


class ThreadQuery(BaseModel):
    """What to show of a thread besides."""

    model_config = ConfigDict(extra="forbid")

    include: Literal["ttl"] | None = None


class ThreadSearchBody(JsonBody):
    """Which threads to list."""

    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=1_000_000)
    metadata: Annotated[dict[Name, str | bool | int | float | None], few(16)] = Field(
        default_factory=dict, max_length=16, description="Each of these keys has this value."
    )
    ids: list[ThreadId] | None = Field(default=None, max_length=1000)
    status: ThreadStatus | None = None
    sort_by: Literal["thread_id", "status", "created_at", "updated_at"] = "updated_at"
    sort_order: Literal["asc", "desc"] = "desc"
    select: list[ThreadField] = Field(
        default_factory=lambda: list(ALL_FIELDS),
        description="The fields to show. Without `values` and `interrupts` no state is read.",
    )

    @property
    def wants_state(self) -> bool:
        return not _OF_THE_STATE.isdisjoint(self.select)


class ThreadTtlRead(BaseModel):
    """How long a thread is kept."""

    strategy: Literal["delete", "keep_latest"]
    ttl_minutes: float
    expires_at: datetime


class ThreadRead(BaseModel):
    """A thread as it stands."""

    thread_id: str
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any] = Field(description="With `graph_id`, once the thread has a graph.")
    status: ThreadStatus
    values: Any = Field(description="Its state; null where there is none.")
    interrupts: dict[str, list[InterruptRead]] = Field(description="Open questions by task id.")
    ttl: ThreadTtlRead | None = Field(default=None, description="With `include=ttl`.")
    unreadable: str | None = Field(
        default=None,
        description="After a change: why its state cannot be shown; there only then.",
    )


class ThreadSummary(BaseModel):
    """A thread in a list, with the selected fields."""

    thread_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    metadata: dict[str, Any] | None = None
    status: ThreadStatus | None = None
    values: Any = None
    interrupts: dict[str, list[InterruptRead]] | None = None
    unreadable: str | None = Field(
        default=None, description="Why the thread or its state cannot be shown; there only then."
    )


def to_change(
    owner: str, thread_id: str, metadata: dict[str, Any], ttl: ThreadTtl | None
) -> ThreadChange:
    """Return what to store of a thread; `graph_id` stands apart from the rest of the metadata."""
    return ThreadChange(
        owner,
        thread_id,
        metadata={key: value for key, value in metadata.items() if key != _GRAPH},
        graph_id=_graph_of(metadata),
        ttl_minutes=ttl.ttl if ttl is not None else None,
        ttl_strategy=ttl.strategy if ttl is not None else None,
    )


def to_search(owner: str, body: ThreadSearchBody) -> ThreadSearch:
    """Return which threads to look for."""
    _graph_of(body.metadata)
    return ThreadSearch(
        owner,
        metadata=body.metadata,
        ids=body.ids,
        status=body.status,
        sort_by=body.sort_by,
        is_ascending=body.sort_order == "asc",
        limit=body.limit,
        offset=body.offset,
    )


def _graph_of(metadata: dict[str, Any]) -> str | None:
    graph_id = metadata.get(_GRAPH)
    if graph_id is None or (isinstance(graph_id, str) and "\x00" not in graph_id):
        return graph_id
    message = "the id of a graph is a string without NUL"
    raise InvalidInput.at(f"metadata.{_GRAPH}", message, given=repr(graph_id)[:100])


def to_thread_read(record: ThreadRecord, state: StateSnapshot | None) -> dict[str, Any]:
    """Return a thread as JSON, with its state where there is one."""
    has_state = state is not None and state.created_at is not None
    graph = {"graph_id": record.graph_id} if record.graph_id is not None else {}
    return {
        "thread_id": record.thread_id,
        "created_at": record.created_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
        "metadata": {**record.metadata, **graph},
        "status": record.status,
        "values": as_json(own_writes(state.values)) if state and has_state else None,
        "interrupts": {
            task.id: [to_interrupt(interrupt) for interrupt in task.interrupts]
            for task in (state.tasks if state else ())
            if task.interrupts
        },
    }


def to_ttl(record: ThreadRecord) -> dict[str, Any] | None:
    """Return how long a thread is kept; None where nothing was set."""
    if record.expires_at is None:
        return None
    return {
        "strategy": record.ttl_strategy,
        "ttl_minutes": record.ttl_minutes,
        "expires_at": record.expires_at.isoformat(),
    }
