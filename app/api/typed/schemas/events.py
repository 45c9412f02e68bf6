"""The events of a stream, as callers see them: docs/events.md explains them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.api.problems import Problem
from app.api.typed.schemas.reports import BranchError, Report, ReportRow
from app.api.typed.schemas.runs import Interrupt
from app.runs.run import RunStatus


class _AsText:
    """Describes data as what stands on the `data` line: the text of its JSON."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        inner = handler(schema)
        return {"type": "string", "contentMediaType": "application/json", "contentSchema": inner}


class Place(BaseModel):
    """Which row of the report an event is about, and where it belongs."""

    id: str
    name: str
    kind: Literal["branch", "join", "node"]
    parent: str | None
    item: int | None
    label: str | None


class RunStart(BaseModel):
    """A run has begun, or was taken up after a restart (`attempt` 2 and more)."""

    run_id: str
    graph_id: str
    thread_id: str | None
    attempt: int
    started_at: datetime = Field(description="What all milliseconds count from.")
    branches: list[str]
    joins: list[str]


class Queued(Place):
    """A branch or node is to run."""

    queued_at_ms: float


class Started(Place):
    """A branch or node begins to work; an item once it has its slot among its siblings."""

    started_ms: float
    queued_ms: float
    attempt: int


class JoinStart(Place):
    """A join begins."""

    started_ms: float


class NextAttempt(BaseModel):
    """A further attempt begins."""

    id: str
    attempt: int
    started_ms: float
    error: BranchError | None = Field(description="That of the attempt before.")


class Text(BaseModel):
    """A piece of what a model says or thinks."""

    branch: str = Field(description="The id of its row.")
    attempt: int
    text: str


class Custom(BaseModel):
    """What a node wrote to the stream."""

    branch: str | None = Field(description="The id of its row; null outside a node.")
    name: str | None = Field(description="That of a dispatched event.")
    data: Any


class Ended(ReportRow):
    """The row of the report, and what a recovery needs besides."""

    ns: str = Field(description="LangGraph's checkpoint_ns of the task.")
    reuse: dict[str, Any] | None = None


class OutputData(BaseModel):
    """The graph's output."""

    output: Any


class EndData(BaseModel):
    """How the run ended."""

    status: RunStatus
    degraded: bool
    error: Problem | None
    interrupts: list[Interrupt]
    next: list[str]


class _Event(BaseModel):
    """One event; ids rise within a run."""

    id: str


class RunStarted(_Event):
    """The first event of each attempt of a run."""

    event: Literal["run_started"]
    data: Annotated[RunStart, _AsText()]


class BranchQueued(_Event):
    """A branch or node waits."""

    event: Literal["branch_queued"]
    data: Annotated[Queued, _AsText()]


class BranchStarted(_Event):
    """A branch or node works."""

    event: Literal["branch_started"]
    data: Annotated[Started, _AsText()]


class BranchAttempt(_Event):
    """A branch or node is tried again."""

    event: Literal["branch_attempt"]
    data: Annotated[NextAttempt, _AsText()]


class TokenEvent(_Event):
    """What a model says."""

    event: Literal["token"]
    data: Annotated[Text, _AsText()]


class ReasoningEvent(_Event):
    """What a model thinks before it answers."""

    event: Literal["reasoning"]
    data: Annotated[Text, _AsText()]


class CustomEvent(_Event):
    """What a node wrote with the stream writer, or dispatched."""

    event: Literal["custom"]
    data: Annotated[Custom, _AsText()]


class BranchFinished(_Event):
    """A branch or node has ended."""

    event: Literal["branch_finished"]
    data: Annotated[Ended, _AsText()]


class JoinStarted(_Event):
    """A join works."""

    event: Literal["join_started"]
    data: Annotated[JoinStart, _AsText()]


class JoinFinished(_Event):
    """A join has ended."""

    event: Literal["join_finished"]
    data: Annotated[Ended, _AsText()]


class OutputEvent(_Event):
    """The answer of a run that succeeded."""

    event: Literal["output"]
    data: Annotated[OutputData, _AsText()]


class ReportEvent(_Event):
    """The report; not sent with `?report=none`."""

    event: Literal["report"]
    data: Annotated[Report, _AsText()]


class EndEvent(_Event):
    """Always the last event."""

    event: Literal["end"]
    data: Annotated[EndData, _AsText()]


class StreamEvent(
    RootModel[
        Annotated[
            RunStarted
            | BranchQueued
            | BranchStarted
            | BranchAttempt
            | TokenEvent
            | ReasoningEvent
            | CustomEvent
            | BranchFinished
            | JoinStarted
            | JoinFinished
            | OutputEvent
            | ReportEvent
            | EndEvent,
            Field(discriminator="event"),
        ]
    ]
):
    """One event of a stream; `event` says which."""


STREAM_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"model": StreamEvent, "description": "The events, as they come."}
}
"""What the routes of a stream answer; their response class is `EventStream`."""
