"""The node a join becomes: it runs once per round, and reads the verdict from the outcomes."""

from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from graphs.kit.errors import KitError
from graphs.kit.nodes import Node, call, injected_into, return_hint_of
from graphs.kit.outcomes import OUTCOMES_KEY, BranchOutcome, Round, has_result
from graphs.kit.rounds import FanOut, gate_key
from graphs.kit.schemas import read, replace

JoinNode = Callable[[Any, RunnableConfig, Runtime[Any]], Awaitable[Any]]

_MOST_CAUSES = 5
"""More failed branches than this are counted, not named."""


class RequiredBranchFailed(Exception):
    """A branch the join cannot do without has no result; `outcomes` holds the ones concerned."""

    def __init__(self, join: str, outcomes: Mapping[str, BranchOutcome]) -> None:
        self.join = join
        self.outcomes = dict(outcomes)
        super().__init__(f"{join!r} did not run: {_name_causes(outcomes)}")


def join_node(fan_out: FanOut, join: Node) -> JoinNode:
    """Wrap a join so that it sees this round only, and not at all when a required branch failed."""
    node = join  # LangGraph looks for sub-graphs among the variables `run` itself reads
    wanted = injected_into(node)

    async def run(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> Any:
        entry = _complete_round(fan_out, read(state, OUTCOMES_KEY) or {})
        fan_out.gates.forget(gate_key(runtime, entry["round"]))
        failed = {
            name: outcome
            for name, outcome in entry["branches"].items()
            if outcome["required"] and not has_result(outcome)
        }
        if failed:
            raise RequiredBranchFailed(fan_out.name, failed)
        seen = replace(state, OUTCOMES_KEY, {fan_out.name: entry})
        return await call(node, wanted, seen, config, runtime)

    run.__annotations__["return"] = return_hint_of(node)  # what LangGraph draws its edges from
    return run


def _complete_round(fan_out: FanOut, rounds: Mapping[str, Round]) -> Round:
    """Return the round with its branches in declaration order; raise KitError if some are missing.

    They are when something else leads to the join, or leads to some of its branches only.
    """
    entry = rounds.get(fan_out.name)
    known = entry["branches"] if entry is not None else {}
    missing = [name for name in fan_out.names if name not in known]
    if entry is None or missing:
        raise KitError(
            f"join {fan_out.name!r} was reached without its branches {missing}: only they may lead "
            f"to it, and all of them start together"
        )
    return {**entry, "branches": {name: known[name] for name in fan_out.names}}


def _name_causes(outcomes: Mapping[str, BranchOutcome]) -> str:
    """Name the branches that failed; those cancelled on their account only where none did."""
    causes = {name: o for name, o in outcomes.items() if o["status"] != "cancelled"} or outcomes
    named = [
        f"required branch {name!r} ended as {outcome['status']}" + _name_error(outcome)
        for name, outcome in islice(causes.items(), _MOST_CAUSES)
    ]
    if len(causes) > _MOST_CAUSES:
        named.append(f"and {len(causes) - _MOST_CAUSES} more")
    return "; ".join(named)


def _name_error(outcome: BranchOutcome) -> str:
    error = outcome["error"]
    return "" if error is None else f" ({error['type']}: {error['message']})"
