"""The node a join becomes: it runs once per round, and reads the verdict from the outcomes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from graphs.kit.errors import KitError
from graphs.kit.policy.items import item_name
from graphs.kit.policy.nodes import Node, call, injected_into, return_hint_of
from graphs.kit.round.rounds import FanOut, gate_key
from graphs.kit.round.verdicts import check_round
from graphs.kit.state.outcomes import OUTCOMES_KEY, Round
from graphs.kit.state.schemas import read, replace

JoinNode = Callable[[Any, RunnableConfig, Runtime[Any]], Awaitable[Any]]


def join_node(fan_out: FanOut, join: Node) -> JoinNode:
    """Wrap a join so that it sees this round only, and runs only when the round lets it."""
    node = join  # LangGraph looks for sub-graphs among the variables `run` itself reads
    wanted = injected_into(node)

    async def run(state: Any, config: RunnableConfig, runtime: Runtime[Any]) -> Any:
        entry = _complete_round(fan_out, read(state, OUTCOMES_KEY) or {})
        fan_out.gates.forget(gate_key(runtime, entry["round"]))
        check_round(fan_out.name, fan_out.until, entry["branches"])
        seen = replace(state, OUTCOMES_KEY, {fan_out.name: entry})
        return await call(node, wanted, seen, config, runtime)

    run.__annotations__["return"] = return_hint_of(node)  # what LangGraph draws its edges from
    return run


def _complete_round(fan_out: FanOut, rounds: Mapping[str, Round]) -> Round:
    """Return the round with its branches in their order; raise KitError if some are missing.

    They are when something else leads to the join, or leads to some of its branches only.
    """
    entry = rounds.get(fan_out.name)
    known = entry["branches"] if entry is not None else {}
    names = _names(fan_out, entry)
    missing = [name for name in names if name not in known]
    if entry is None or missing:
        raise KitError(
            f"join {fan_out.name!r} was reached without its branches {missing}: only they may lead "
            f"to it, and all of them start together"
        )
    return {**entry, "branches": {name: known[name] for name in names}}


def _names(fan_out: FanOut, entry: Round | None) -> list[str]:
    if entry is None or entry["items"] is None:
        return fan_out.names
    return [item_name(fan_out.names[0], index) for index in range(entry["items"])]
