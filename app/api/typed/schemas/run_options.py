"""What a request that starts runs may ask for besides its input."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.api.fields import CheckpointParam, JsonBody, Metadata, MomentText, Name, ThreadId
from app.api.typed.schemas.run_config import RunConfig
from app.crons.cron import Missed

_DAY_MS = 24 * 60 * 60 * 1000

_MONTH_SECONDS = 30 * 24 * 60 * 60

DeadlineField = Annotated[
    int | None,
    Field(
        gt=0,
        le=_DAY_MS,
        description=(
            "Stop every branch after this many milliseconds; the join runs with the results so far."
        ),
    ),
]


class RunOptions(JsonBody):
    """What a request may ask for besides its input."""

    deadline_ms: DeadlineField = None
    cache: Literal["use", "bypass"] = Field(
        default="use", description="`use` reads cached branch results, `bypass` ignores them."
    )
    config: RunConfig | None = Field(default=None, description="LangGraph's config for this run.")
    metadata: Metadata = Field(
        default_factory=dict, description="Labels to search runs by (`/runs/search`)."
    )


class ThreadOption(BaseModel):
    """On which thread to run."""

    thread_id: ThreadId | None = Field(
        default=None,
        description=(
            "Store the state on this thread; without it, no state remains after the run. A new "
            "thread's id has at most 255 characters, and neither `~` nor `/`."
        ),
    )
    checkpoint_id: Name | None = Field(
        default=None,
        description="Fork: continue from this checkpoint of the thread instead of its latest.",
    )
    checkpoint: CheckpointParam | None = Field(
        default=None, description="The same checkpoint, as a thread state returns it."
    )

    @field_validator("checkpoint")
    @classmethod
    def _require_one_of_the_thread(
        cls, chosen: CheckpointParam | None, info: ValidationInfo
    ) -> CheckpointParam | None:
        if chosen is None:
            return None
        if chosen.checkpoint_ns or chosen.checkpoint_map:
            raise ValueError("a run continues from a checkpoint of the graph, not of a sub-graph")
        if chosen.thread_id not in (None, info.data.get("thread_id")):
            raise ValueError("the checkpoint belongs to another thread")
        if info.data.get("checkpoint_id") not in (None, chosen.checkpoint_id):
            raise ValueError("checkpoint and checkpoint_id differ")
        return chosen

    @field_validator("input", check_fields=False)  # which comes with the graph
    @classmethod
    def _require_something_to_go_on_from(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.data.get("thread_id") is None:
            raise ValueError("null continues a thread: name it with thread_id")
        return value

    @model_validator(mode="after")
    def _require_a_thread(self) -> Self:
        if self.forks_from is not None and self.thread_id is None:
            raise ValueError("a checkpoint requires thread_id")
        return self

    @property
    def forks_from(self) -> str | None:
        """The checkpoint to go on from, by whichever name it was given."""
        return self.checkpoint_id or (self.checkpoint.checkpoint_id if self.checkpoint else None)


class BatchOption(BaseModel):
    """How to run many inputs."""

    max_concurrency: int = Field(default=8, ge=1, description="How many of them run at once.")


class BackgroundOption(BaseModel):
    """How to run in the background."""

    stream_tokens: bool = Field(default=False, description="Include token events.")


class QueueOption(BaseModel):
    """When a background run begins, where it cannot at once."""

    when_busy: Literal["reject", "enqueue"] = Field(
        default="reject",
        description=(
            "Where another run is using the thread: `reject` answers 409, `enqueue` lets this run "
            "wait for its turn. Runs that wait for a thread begin in the order of their requests."
        ),
    )
    after_seconds: float = Field(
        default=0,
        ge=0,
        le=_MONTH_SECONDS,
        allow_inf_nan=False,
        description="Begin after so many seconds at the earliest.",
    )


_Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$")]

ScheduleField = Annotated[
    _Text,
    Field(
        description=(
            "A cron expression: minute, hour, day of month, month, day of week; or `@hourly`, "
            "`@daily`, `@weekly`, `@monthly`, `@yearly`."
        )
    ),
]

ZoneField = Annotated[
    _Text, Field(description="The IANA time zone whose clocks it is read by: `Europe/Berlin`.")
]

MissedField = Annotated[
    Missed,
    Field(
        strict=False,
        description=(
            "What happens where ticks passed without a run: `once` runs the latest of them late, "
            "`skip` none."
        ),
    ),
]

PausedField = Annotated[bool, Field(description="Whether no tick runs until it is resumed.")]

EndField = Annotated[MomentText | None, Field(description="No tick after it runs.")]


class CronOption(BaseModel):
    """When to run."""

    schedule: ScheduleField
    timezone: ZoneField = "UTC"
    missed: MissedField = Missed.ONCE
    paused: PausedField = False
    end_at: EndField = None
