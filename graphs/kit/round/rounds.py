"""A fan-out as its nodes see it: its name, its branches, its rounds."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from langgraph.channels.base import BaseChannel
from langgraph.channels.last_value import LastValue
from langgraph.runtime import Runtime

from graphs.kit.errors import KitError
from graphs.kit.policy.branches import Branch
from graphs.kit.policy.choices import Choice
from graphs.kit.policy.conditions import ALL, Condition, Tally
from graphs.kit.policy.items import Width, item_name
from graphs.kit.round.gates import Gate, Gates
from graphs.kit.state.by_branch import ByBranch
from graphs.kit.state.results import Results
from graphs.kit.state.schemas import without_outcomes


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

    until: Condition = ALL
    fail_fast: bool = False
    choice: Choice | None = None
    width: Width | None = None
    """Set when there is one branch, over the items of a list."""

    gates: Gates = field(default_factory=Gates)

    @cached_property
    def names(self) -> list[str]:
        """The branches' names, in declaration order."""
        return [branch.name for branch in self.branches]

    def index(self, name: str) -> int:
        """The branch's place among its siblings."""
        return self._places[name]

    def requires(self, branch: Branch) -> bool:
        """Whether the join cannot do without this branch."""
        if branch.required is None:
            return self.until.is_required_by_default
        return branch.required

    def gate(
        self, place: RoundPlace, state: Any, deadline: float | None, items: int | None = None
    ) -> Gate | None:
        """Return the round's gate, or None where nothing could hold or end a branch.

        `deadline` is the request's own, in epoch seconds; `items` is how many the round has.
        """
        if deadline is None and not self._needs_gate:
            return None
        gate = self.gates.get(place.key)
        if gate is None:
            gate = self.gates.add(place.key, self._new_gate(state, items))
            gate.start_clock(deadline)
            gate.close_if_decided()
        return gate

    @cached_property
    def _needs_gate(self) -> bool:
        is_limited = self.choice is not None or self.width is not None
        return is_limited or self.fail_fast or self.until is not ALL

    def _new_gate(self, state: Any, items: int | None) -> Gate:
        if self.width is not None:
            (branch,) = self.branches
            names = [item_name(branch.name, index) for index in range(items or 0)]
            tally = Tally(len(names), frozenset(names if self.requires(branch) else ()))
            slots = asyncio.Semaphore(self.width.max_at_once)
            return Gate(self.until, tally, self.fail_fast, slots=slots)
        if self.choice is None:
            return Gate(self.until, Tally(len(self.branches), self._required), self.fail_fast)
        chosen = self.choice.names(without_outcomes(state), self.name, self.names)
        tally = Tally(len(chosen), self._required & chosen)
        return Gate(self.until, tally, self.fail_fast, chosen=chosen)

    def is_by_round(self, key: str) -> bool:
        """Whether a state key stores what branches write by round."""
        return isinstance(self.channels.get(key), Results)

    def values_of(self, branch: Branch, key: str, value: Any) -> Mapping[str, Any]:
        """Return what a write to a key by round adds; raise TypeError when the key refuses it."""
        channel = self.channels[key]
        if not isinstance(channel, Results):
            raise KitError(f"{key!r} has neither the by_branch nor the by_item reducer")
        return channel.values_of(key, branch.name, value)

    def is_by_branch(self, key: str) -> bool:
        """Whether a state key keeps its results by branch."""
        return isinstance(self.channels.get(key), ByBranch)

    def is_plain(self, key: str) -> bool:
        """Whether a state key holds one value and has no reducer."""
        return isinstance(self.channels.get(key), LastValue)

    @cached_property
    def _required(self) -> frozenset[str]:
        return frozenset(branch.name for branch in self.branches if self.requires(branch))

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
