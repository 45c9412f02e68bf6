"""The keys of branches in a run that a crash interrupts are those of an undisturbed one."""

from contextlib import aclosing
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, StateGraph

from graphs.kit import Branch, add_fan_out
from tests.graphs.kit.small_graphs import Graph, State, join, returns, succeeds

pytestmark = pytest.mark.anyio

ROUNDS = 3
OUTCOMES = 4 * ROUNDS
THREAD = "t"
GIVEN = {"text": "t", "turns": 0}


class Turns(State, total=False):
    turns: int


def looping(saver: InMemorySaver) -> Graph:
    """A loop of two branches, one with two fan-outs of its own."""

    async def turn(state: Turns) -> Turns:
        return {"turns": state.get("turns", 0) + 1}

    def again(state: Turns) -> str:
        return "more" if state["turns"] < ROUNDS else END

    inner = StateGraph(State)
    add_fan_out(inner, [Branch(succeeds("x"))], join=returns("between", {}))
    add_fan_out(inner, [Branch(succeeds("y"))], source="between", join=join)
    builder = StateGraph(Turns)
    builder.add_node("more", returns("more", {}))
    builder.set_entry_point("more")
    branches = [Branch(succeeds("a")), Branch(inner.compile(), name="sub", writes=["results"])]
    add_fan_out(builder, branches, source="more", join=turn)
    builder.add_conditional_edges("turn", again, ["more", END])
    return builder.compile(checkpointer=saver)


async def steps_made(graph: Graph) -> int:
    """Return what the service sends: how many steps the checkpoints of the run say."""
    at: Any = {"configurable": {"thread_id": THREAD}}
    steps = [one.metadata async for one in graph.aget_state_history(at)]
    first = next(step for step in steps if step and step["source"] == "input")
    assert steps[0] is not None
    return steps[0]["step"] + 1 - first["step"]


async def keys_until(
    graph: Graph, given: Any, most: int, fanjoin: dict[str, Any] | None = None
) -> list[str]:
    """Return the keys of the first outcomes, and stop the run there as a crash does."""
    config: RunnableConfig = {"configurable": {"thread_id": THREAD, "fanjoin": fanjoin}}
    keys: list[str] = []
    stream: Any = graph.astream(
        given, config, stream_mode="custom", subgraphs=True, durability="sync"
    )
    async with aclosing(stream) as events:
        async for _, event in events:
            if event["event"] == "fanjoin.outcome":
                keys.append(event["key"])
                if len(keys) == most:
                    break
    return keys


async def test_every_branch_has_its_key_wherever_a_crash_comes() -> None:
    undisturbed = set(await keys_until(looping(InMemorySaver()), GIVEN, OUTCOMES + 1))
    assert len(undisturbed) == OUTCOMES

    for before in range(1, OUTCOMES):
        graph = looping(InMemorySaver())
        await keys_until(graph, GIVEN, OUTCOMES + 1)  # the thread has steps already
        keys = await keys_until(graph, GIVEN, before)
        made = {"steps_made": await steps_made(graph)}
        keys += await keys_until(graph, None, OUTCOMES + 1, made)

        assert set(keys) == undisturbed
