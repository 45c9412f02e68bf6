"""What stays inside a branch: an exit asked for by a library, a fallback that never answers."""

import asyncio
import sys
from typing import Annotated, Any

import pytest
from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, BranchOutcome, add_fan_out, by_branch, outcomes

pytestmark = pytest.mark.anyio


class State(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]
    seen: dict[str, BranchOutcome]


async def join(state: State) -> State:
    return {"seen": dict(outcomes(state))}


async def outcome_of(branch: Branch) -> BranchOutcome:
    builder = StateGraph(State)
    add_fan_out(builder, [branch], join=join)
    state: dict[str, Any] = await builder.compile().ainvoke({})
    outcome: BranchOutcome = state["seen"][branch.name]
    return outcome


async def test_exit_of_a_node_is_a_failure_of_its_branch() -> None:
    async def leave(state: State) -> State:
        sys.exit(3)

    outcome = await outcome_of(Branch(leave, required=False))

    assert outcome["status"] == "failed"
    assert outcome["error"] == {"type": "SystemExit", "message": "3"}


async def test_fallback_has_no_longer_than_an_attempt() -> None:
    async def fail(state: State) -> State:
        raise ValueError("broken")

    async def hang(state: State) -> State:
        await asyncio.sleep(60)
        return {}

    outcome = await outcome_of(Branch(fail, required=False, timeout=0.05, fallback=hang))

    assert outcome["status"] == "failed"
    assert outcome["error"] is not None
    assert "its fallback failed too: TimeoutError" in outcome["error"]["message"]
