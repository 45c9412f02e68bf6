"""What a request that starts runs may ask for besides its input."""

from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.api.fields import CheckpointParam, JsonBody, Metadata, Name, ThreadId
from app.api.typed.schemas.run_config import RunConfig

_DAY_MS = 24 * 60 * 60 * 1000


class RunOptions(JsonBody):
    """What a request may ask for besides its input."""

    deadline_ms: int | None = Field(
        default=None,
        gt=0,
        le=_DAY_MS,
        description=(
            "Stop every branch after this many milliseconds; the join runs with the results so far."
        ),
    )
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
        description="Fork: continue from this checkpoint of the thread; `input` may then be null.",
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
        checkpoint = info.data.get("checkpoint")
        chosen = info.data.get("checkpoint_id") or (checkpoint and checkpoint.checkpoint_id)
        if value is None and not chosen:
            raise ValueError("null continues from a checkpoint: name one with checkpoint_id")
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
