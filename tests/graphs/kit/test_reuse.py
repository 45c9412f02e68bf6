"""A retry hands down what settled: those branches return it without work, the others run."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph

from graphs.kit import Branch, RequiredBranchFailed, add_fan_out, first
from tests.graphs.kit.small_graphs import (
    THREAD,
    Graph,
    State,
    Work,
    chain,
    fan_out_of,
    gates_of,
    join,
    returns,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio


async def keys_of(graph: Graph, config: RunnableConfig | None = None) -> dict[str, list[str]]:
    """Run a graph and return the keys of every branch's outcomes, by its name."""
    keys: dict[str, list[str]] = {}
    stream: Any = graph.astream({"text": "t"}, config, stream_mode="custom", subgraphs=True)
    async for _, event in stream:
        if event["event"] == "fanjoin.outcome":
            keys.setdefault(event["branch"], []).append(event["key"])
    return keys


def distinct(keys: dict[str, list[str]]) -> set[str]:
    return {key for named in keys.values() for key in named}


def reusing(updates: Any) -> RunnableConfig:
    return {"configurable": {"fanjoin": {"reuse": updates}}}


class Counting:
    """Branches that count their runs; `b` breaks the first time."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()

    def work(self, name: str) -> Work:
        async def run(state: State) -> State:
            self.ran[name] += 1
            if name == "b" and self.ran["b"] == 1:
                raise RuntimeError
            return {"results": {name: f"{name} of {state['text']}"}}

        run.__name__ = name
        return run

    async def join(self, state: State) -> State:
        self.ran["join"] += 1
        return await join(state)

    def graph(self, **options: Any) -> Graph:
        branches = [Branch(self.work("a")), Branch(self.work("b"))]
        return fan_out_of(*branches, join=self.join, **options)


async def test_only_what_failed_runs_again_and_then_the_join() -> None:
    counting = Counting()
    graph = counting.graph()
    with pytest.raises(RequiredBranchFailed):
        await graph.ainvoke({"text": "t"})
    keys = await keys_of(counting.graph())
    counting.ran.clear()
    counting.ran["b"] = 1

    state = await settle(graph, {"text": "t"}, reusing({keys["a"][0]: {"results": {"a": "kept"}}}))

    assert counting.ran == {"b": 2, "join": 1}
    assert state["seen"] == {"a": "kept", "b": "b of t"}
    assert state["statuses"] == {"a": "cached", "b": "ok"}


async def test_a_reused_branch_has_no_attempt_and_counts_for_the_quorum() -> None:
    graph = fan_out_of(Branch(succeeds("a")), Branch(succeeds("slow", seconds=60)), until=first())
    keys = await keys_of(graph)
    config = reusing({keys["slow"][0]: {"results": {"slow": "kept"}}})

    events: list[Any] = [event async for event in graph.astream({}, config, stream_mode="custom")]

    slow = next(e for e in events if e["branch"] == "slow")
    assert (slow["event"], slow["status"], slow["attempts"]) == ("fanjoin.outcome", "cached", 0)
    assert len(gates_of(graph)) == 0


async def test_keys_are_the_same_in_every_run_and_differ_within_one() -> None:
    graph = fan_out_of(Branch(succeeds("a")), Branch(succeeds("b")), saver=InMemorySaver())

    first_run = await keys_of(graph, THREAD)

    assert len(distinct(first_run)) == 2
    assert await keys_of(graph, THREAD) == first_run
    assert await keys_of(graph, {"configurable": {"thread_id": "other"}}) == first_run


def twice(sub: Graph) -> Graph:
    """A loop that passes a sub-graph two times."""

    class Loop(State, total=False):
        turn: int

    async def turn(state: Loop) -> Loop:
        return {"turn": state.get("turn", 0) + 1}

    def again(state: Loop) -> str:
        return "sub" if state["turn"] < 2 else "__end__"

    builder = StateGraph(Loop)
    builder.add_node("sub", sub)
    builder.add_node("turn", turn)
    builder.add_edge(START, "sub")
    builder.add_edge("sub", "turn")
    builder.add_conditional_edges("turn", again, ["sub", "__end__"])
    return builder.compile()


async def test_a_loop_around_a_sub_graph_gives_each_turn_its_keys() -> None:
    inner = StateGraph(State)
    add_fan_out(inner, [Branch(succeeds("a"))], join=join)
    graph = twice(inner.compile())

    keys = await keys_of(graph)

    assert len(distinct(keys)) == 2
    assert await keys_of(graph) == keys


@pytest.mark.parametrize("is_called", [False, True], ids=["as the node", "by a function"])
async def test_a_fan_out_inside_a_branch_reuses_what_it_settled(is_called: bool) -> None:
    counting = Counting()
    inner = StateGraph(State)
    add_fan_out(inner, [Branch(counting.work("a"))], join=returns("close", {}))
    sub = inner.compile(name="sub")

    async def calls(state: State) -> State:
        return {"results": (await sub.ainvoke(state))["results"]}

    graph = fan_out_of(Branch(calls if is_called else sub, name="outer", writes=["results"]))
    keys = await keys_of(graph)
    counting.ran.clear()
    state = await settle(graph, {"text": "t"}, reusing({keys["a"][0]: {"results": {"a": "kept"}}}))

    assert counting.ran == {}
    assert state["seen"] == {"a": "kept"}


@pytest.mark.parametrize("is_branch", [True, False], ids=["in a branch", "in a plain node"])
async def test_a_graph_that_a_function_calls_again_has_other_keys(is_branch: bool) -> None:
    inner = StateGraph(State)
    add_fan_out(inner, [Branch(succeeds("a"))], join=returns("close", {}))
    sub = inner.compile()

    async def calls(state: State) -> State:
        await sub.ainvoke(state)
        await asyncio.gather(*(sub.ainvoke({"text": str(number)}) for number in range(3)))
        return {}

    plain = StateGraph(State)
    plain.add_node("calls", calls)
    plain.add_edge(START, "calls")
    graph = fan_out_of(Branch(calls)) if is_branch else plain.compile()

    keys = await keys_of(graph)

    assert len(set(keys["a"])) == 4
    assert await keys_of(graph) == keys


async def test_a_sub_graphs_update_is_handed_down_as_it_left() -> None:
    graph = fan_out_of(Branch(chain("sub"), writes=["results"]), Branch(succeeds("b")))
    keys = await keys_of(graph)

    state = await settle(
        graph, {"text": "t"}, reusing({keys["sub"][0]: {"results": {"sub": "kept"}}})
    )

    assert state["seen"] == {"sub": "kept", "b": "t"}


@pytest.mark.parametrize("garbage", ["text", {"results": "text"}])
async def test_what_is_no_update_fails_the_branch(garbage: Any) -> None:
    graph = fan_out_of(Branch(succeeds("a")))
    keys = await keys_of(graph)

    with pytest.raises(RequiredBranchFailed, match="TypeError"):
        await settle(graph, {"text": "t"}, reusing({keys["a"][0]: garbage}))


async def test_a_key_nobody_knows_changes_nothing() -> None:
    graph = fan_out_of(Branch(succeeds("a")))

    state = await settle(graph, {"text": "t"}, reusing({"a@1": {"results": {"a": "kept"}}}))

    assert state["seen"] == {"a": "t"}
