"""A fan-out as its nodes see it: its name, its branches, its rounds."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from langgraph.channels.base import BaseChannel
from langgraph.channels.last_value import LastValue
from langgraph.runtime import Runtime

from graphs.kit.branches import Branch
from graphs.kit.conditions import Gates
from graphs.kit.results import ByBranch


class RoundPlace(NamedTuple):
    """Where a branch is at work: its round, its own namespace, and its round's gate."""

    id: str
    ns: str
    key: Hashable


@dataclass(frozen=True)
class FanOut:
    """The branches that lead to one join; it goes by the join's name."""

    name: str
    branches: Sequence[Branch]
    channels: Mapping[str, BaseChannel[Any, Any, Any]]
    """The graph's channels, still growing while the graph is being built."""

    state_schema: type[Any]
    is_first: bool = False
    """Whether it leads from START, which a run passes once."""

    fail_fast: bool = False
    gates: Gates = field(default_factory=Gates)

    @cached_property
    def names(self) -> list[str]:
        """The branches' names, in declaration order."""
        return [branch.name for branch in self.branches]

    def index(self, name: str) -> int:
        """The branch's place among its siblings."""
        return self._places[name]

    def is_by_branch(self, key: str) -> bool:
        """Whether a state key keeps its results by branch."""
        return isinstance(self.channels.get(key), ByBranch)

    def is_plain(self, key: str) -> bool:
        """Whether a state key holds one value and has no reducer."""
        return isinstance(self.channels.get(key), LastValue)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}


def round_of(runtime: Runtime[Any]) -> RoundPlace:
    """Return the current task's round: all tasks of a superstep share a checkpoint id."""
    info = runtime.execution_info
    if info is None:
        raise RuntimeError("a branch runs only inside a LangGraph run")
    return RoundPlace(info.checkpoint_id, info.checkpoint_ns, gate_key(runtime, info.checkpoint_id))


def gate_key(runtime: Runtime[Any], round_id: str) -> Hashable:
    """Tell apart two runs that forked from one checkpoint and so share a round id."""
    return runtime.control, round_id
