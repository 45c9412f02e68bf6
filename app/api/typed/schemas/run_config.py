"""LangGraph's config, as far as a caller may set it for a run."""

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.graphs.contracts import require_plain

_RESERVED = re.compile(
    r"__.*|fanjoin.*|langgraph_.*|checkpoint(_.*|er)?|thread_id|run_id|graph_id|assistant_id"
)
"""What LangGraph or the service sets; from a caller it would be another thread, or a false run."""

_STEP_TAG = "graph:step:"
"""LangGraph's own tag, by which the report recognizes a node."""

_Key = Annotated[str, StringConstraints(min_length=1, max_length=255)]

_Tag = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class RunConfig(BaseModel):
    """What nodes find in their config besides what LangGraph puts there."""

    model_config = ConfigDict(extra="forbid")

    configurable: dict[_Key, Any] = Field(
        default_factory=dict, max_length=64, description='`config["configurable"]` of every node.'
    )
    tags: list[_Tag] = Field(default_factory=list, max_length=64, description="For tracing.")
    metadata: dict[_Key, Any] = Field(
        default_factory=dict, max_length=64, description="For tracing, and in checkpoints."
    )
    recursion_limit: int | None = Field(
        default=None, ge=1, le=100_000, description="The most steps; see FANJOIN_RECURSION_LIMIT."
    )
    max_concurrency: int | None = Field(
        default=None, ge=1, le=10_000, description="The most nodes at the same time."
    )

    @model_validator(mode="after")
    def _refuse_reserved_names(self) -> Self:
        for place, names in (("configurable", self.configurable), ("metadata", self.metadata)):
            for name in names:
                if _RESERVED.fullmatch(name):
                    raise ValueError(f"{place}.{name} is reserved: the service sets it")
        for tag in self.tags:
            if tag.startswith(_STEP_TAG):
                raise ValueError(f"the tag {tag!r} is reserved: LangGraph sets it")
        return self

    def as_json(self) -> dict[str, Any]:
        """Return the config as it was sent.

        Raises:
            InvalidInput: it holds NaN or an infinity.
        """
        sent = self.model_dump(exclude_unset=True, exclude_none=True)
        require_plain(sent, "config")
        return sent
