"""A record of what really ran, by a callback that knows nothing of the service.

It notes each execution of a node: the way to it, when it began, when and how it ended, and what
its models used.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration
from langgraph.graph import START

_HANDLER = "__error_handler__"


@dataclass
class Execution:
    """One execution of a node; moments in seconds of the monotonic clock."""

    path: tuple[str, ...]
    began: float
    ended: float | None = None
    how: str = ""


@dataclass(eq=False)
class Heard(BaseCallbackHandler):
    """Notes what it hears; `forget` it before each run."""

    run_inline = True

    executions: dict[UUID, Execution] = field(default_factory=dict)
    tokens: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    """Input and output of all models, by the path of the node that asked."""

    forgot: float = 0.0
    """When the test began to listen: the run began later."""

    began: float = 0.0
    """When the graph began: the run began before."""

    _asking: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    def forget(self) -> None:
        self.executions, self._asking = {}, {}
        self.tokens = defaultdict(lambda: [0, 0])
        self.forgot, self.began = time.monotonic(), 0.0

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: UUID, tags: Any = None, **kwargs: Any
    ) -> None:
        self.began = self.began or time.monotonic()
        known = kwargs.get("metadata") or {}
        name = kwargs.get("name")
        is_node = any(tag.startswith("graph:step:") for tag in tags or ())
        if is_node and name == known["langgraph_node"] and name != START:
            path = _path_of(known["langgraph_checkpoint_ns"])
            self.executions[run_id] = Execution(path, time.monotonic())

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self._end(run_id, "returned")

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._end(run_id, type(error).__name__)

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, **kwargs: Any
    ) -> None:
        self._asking[run_id] = _path_of(kwargs["metadata"]["langgraph_checkpoint_ns"])

    def on_llm_end(self, response: Any, *, run_id: UUID, **kwargs: Any) -> None:
        [[generation]] = response.generations
        assert isinstance(generation, ChatGeneration)
        usage = getattr(generation.message, "usage_metadata", None) or {}
        sums = self.tokens[self._asking.pop(run_id)]
        sums[0] += usage.get("input_tokens", 0)
        sums[1] += usage.get("output_tokens", 0)

    def _end(self, run_id: UUID, how: str) -> None:
        if (execution := self.executions.get(run_id)) is not None:
            execution.ended, execution.how = time.monotonic(), how


def _path_of(ns: str) -> tuple[str, ...]:
    """Return the nodes that lead to a task; an error handler is heard inside the node it is for."""
    names = [part.rpartition(":")[0] or part for part in ns.split("|") if not part.isdigit()]
    if names[-1].startswith(_HANDLER):
        del names[-2]
    return tuple(names)


HEARD = Heard()
