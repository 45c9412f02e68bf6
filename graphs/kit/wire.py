"""What the service sends to the branches of a run: part of the wire between kit and service."""

from collections.abc import Mapping
from typing import Any, Literal

from langchain_core.runnables import RunnableConfig
from typing_extensions import TypedDict


class Request(TypedDict, total=False):
    """`config["configurable"]["fanjoin"]`; absent or null under Studio."""

    deadline: float | None
    """When the answer is due, in epoch seconds."""

    reuse: Mapping[str, Mapping[str, Any]] | None
    """State updates of an earlier run of the same input, by the branch's key."""

    steps_made: int | None
    """How many steps earlier attempts of this very run made, if it continues after a crash."""

    cache: Literal["bypass"] | None
    """`bypass`: caches are not read; successes are still stored in them."""


def request_of(config: RunnableConfig) -> Request:
    request: Request | None = config["configurable"].get("fanjoin")
    return request or {}
