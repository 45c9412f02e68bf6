"""LangGraph's config, as far as a caller may set it for a run."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.api.fields import JsonBody, few
from app.errors import InvalidInput
from app.plain_json import require_bounded

_RESERVED = re.compile(
    r"__.*|fanjoin.*|langgraph_.*|checkpoint(_.*|er)?|thread_id|run_id|graph_id|assistant_id"
)
"""What LangGraph or the service sets; from a caller it would be another thread, or a false run."""

_STEP_TAG = "graph:step:"
"""LangGraph's own tag, by which the report recognizes a node."""

_Key = Annotated[str, StringConstraints(min_length=1, max_length=255)]

_Tag = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class RunConfig(JsonBody):
    """What nodes find in their config besides what LangGraph puts there."""

    configurable: Annotated[dict[_Key, Any], few(64)] = Field(
        default_factory=dict, max_length=64, description='`config["configurable"]` of every node.'
    )
    tags: list[_Tag] = Field(default_factory=list, max_length=64, description="For tracing.")
    metadata: Annotated[dict[_Key, Any], few(64)] = Field(
        default_factory=dict, max_length=64, description="For tracing, and in checkpoints."
    )
    recursion_limit: int | None = Field(
        default=None, ge=1, le=100_000, description="The most steps; see FANJOIN_RECURSION_LIMIT."
    )
    max_concurrency: int | None = Field(
        default=None, ge=1, le=10_000, description="The most nodes at the same time."
    )

    def as_json(self) -> dict[str, Any]:
        """Return the config as it was sent.

        Raises:
            InvalidInput: it has a reserved name, or holds NaN or an infinity.
        """
        if reserved := list(self._reserved()):
            message = "reserved: LangGraph or the service sets it"
            raise InvalidInput([{"place": place, "message": message} for place in reserved])
        sent = self.model_dump(exclude_unset=True, exclude_none=True)
        require_bounded(sent, "config")
        return sent

    def _reserved(self) -> Iterator[str]:
        for part, names in (("configurable", self.configurable), ("metadata", self.metadata)):
            yield from (f"config.{part}.{name}" for name in names if _RESERVED.fullmatch(name))
        for number, tag in enumerate(self.tags):
            if tag.startswith(_STEP_TAG):
                yield f"config.tags.{number}"
