"""One branch of a fan-out: its node and its policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.runnables import Runnable
from langgraph.graph.state import CompiledStateGraph

from graphs.kit.errors import KitError
from graphs.kit.policy.attempts import AttemptPolicy, RetryOn
from graphs.kit.policy.caches import BranchCache
from graphs.kit.policy.nodes import Node, is_async, name_of, output_keys, returns_every_key


@dataclass(frozen=True)
class Branch:
    """One node that runs beside its siblings, and what becomes of the run when it fails.

    `required` left open means required where the join waits for all, optional under any other
    `until=`. `timeout` is in seconds per attempt, `attempts` counts all of them. `fallback` is a
    state update, or a node that returns one, used when every attempt failed. `writes` names the
    state keys a sub-graph owns, since a sub-graph returns every key it knows. A sub-graph is given
    the state without the results this branch wrote by branch in an earlier round. `cache` keeps
    the updates of its own node's successes, and answers with them.
    """

    node: Node
    name: str = ""
    required: bool | None = None
    timeout: float | None = None
    attempts: int = 1
    retry_on: RetryOn | None = None
    fallback: Mapping[str, Any] | Node | None = None
    writes: Sequence[str] | None = None
    cache: BranchCache | None = None

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", name_of(self.node))
        _check(self)

    @property
    def has_fallback(self) -> bool:
        return self.fallback is not None

    @cached_property
    def has_sub_graph(self) -> bool:
        return any(isinstance(node, CompiledStateGraph) for node in (self.node, self.fallback))

    @property
    def attempt_policy(self) -> AttemptPolicy:
        return AttemptPolicy(self.attempts, self.timeout, self.retry_on)

    def owned_keys(self, node: Node) -> Sequence[str] | None:
        """The keys a node's result is cut to, or None when it returns only its own."""
        return output_keys(node) if self.writes is None else self.writes

    def describe(self) -> dict[str, Any]:
        """Say in JSON what callers may know of the policy."""
        return {
            "timeout": self.timeout,
            "attempts": self.attempts,
            "has_fallback": self.has_fallback,
            "has_cache": self.cache is not None,
            "writes": None if (owned := self.owned_keys(self.node)) is None else list(owned),
        }


def _check(branch: Branch) -> None:
    name = branch.name
    if branch.attempts < 1:
        raise KitError(f"branch {name!r}: attempts={branch.attempts} must be at least 1")
    if branch.timeout is not None and branch.timeout <= 0:
        raise KitError(f"branch {name!r}: timeout={branch.timeout} must be above 0 seconds")
    if branch.timeout is not None and not is_async(branch.node):
        raise KitError(
            f"branch {name!r} has a timeout but is a plain function, which cannot be stopped: "
            f"make it `async def`"
        )
    if (
        branch.has_fallback
        and not isinstance(branch.fallback, (Mapping, Runnable))
        and not callable(branch.fallback)
    ):
        raise KitError(
            f"branch {name!r}: fallback={branch.fallback!r} is neither a node nor a state update: "
            f"say fallback={{<state key>: …}}"
        )
    for node in (branch.node, branch.fallback):
        if branch.writes is None and returns_every_key(node):
            raise KitError(
                f"branch {name!r} is a sub-graph that returns its whole state: say which keys are "
                f"its own with Branch(…, writes=[…]), or give it an output_schema"
            )
