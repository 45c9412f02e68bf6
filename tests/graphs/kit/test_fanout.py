"""A fan-out in its graph: what is drawn, what is refused, where it may stand."""

import asyncio
import operator
from typing import Annotated, Literal

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from graphs.kit import Branch, KitError, add_fan_out, by_branch
from tests.graphs.kit.small_graphs import (
    Graph,
    State,
    chain,
    fails,
    fan_out_of,
    join,
    returns,
    sequence_of_two,
    succeeds,
)

pytestmark = pytest.mark.anyio


def edges_of(graph: Graph, *, xray: bool = False) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.get_graph(xray=xray).edges}


def test_every_branch_and_the_join_are_drawn() -> None:
    graph = fan_out_of(Branch(succeeds("a")), Branch(succeeds("b")))

    assert edges_of(graph) == {
        ("__start__", "a"),
        ("__start__", "b"),
        ("a", "join"),
        ("b", "join"),
        ("join", "__end__"),
    }


def test_a_fan_out_needs_a_branch() -> None:
    with pytest.raises(KitError, match="has no branches"):
        fan_out_of()


@pytest.mark.parametrize("other", ["a", "join"])
def test_two_nodes_of_one_name_are_refused(other: str) -> None:
    with pytest.raises(KitError, match=rf"names \['{other}'\] more than once"):
        fan_out_of(Branch(succeeds("a")), Branch(succeeds("b"), name=other))


def test_writing_a_key_the_state_lacks_is_refused() -> None:
    with pytest.raises(KitError, match=r"writes \['sumary'\], which the state lacks"):
        fan_out_of(Branch(succeeds("a"), writes=["sumary"]))
    with pytest.raises(KitError, match=r"writes \['sumary'\], which the state lacks"):
        fan_out_of(Branch(succeeds("a"), fallback={"sumary": ""}))


def test_a_fallback_value_that_a_key_cannot_hold_is_refused() -> None:
    with pytest.raises(KitError, match=r"by_branch: return .* as its fallback"):
        fan_out_of(Branch(succeeds("a"), fallback={"results": "none"}))


async def test_a_fan_out_may_start_from_any_node() -> None:
    builder = StateGraph(State)
    builder.add_node("plan", returns("plan", {"text": "planned"}))
    builder.add_edge(START, "plan")
    add_fan_out(builder, [Branch(succeeds("a")), Branch(succeeds("b"))], join=join, source="plan")

    state = await builder.compile().ainvoke({})

    assert state["seen"] == {"a": "planned", "b": "planned"}


async def test_two_fan_outs_side_by_side_each_join_their_own() -> None:
    class Both(State, total=False):
        left: list[str]
        right: list[str]
        more: Annotated[dict[str, str], by_branch]

    async def left(state: Both) -> Both:
        return {"left": sorted(state["results"])}

    async def right(state: Both) -> Both:
        return {"right": sorted(state["more"])}

    builder = StateGraph(Both)
    add_fan_out(builder, [Branch(succeeds("a")), Branch(succeeds("b"))], join=left)
    c = Branch(returns("c", {"more": {"c": "c"}}))
    add_fan_out(builder, [c, Branch(fails("d"), required=False)], join=right)

    state = await builder.compile().ainvoke({"text": "t"})

    assert state["left"] == ["a", "b"]
    assert state["right"] == ["c"]


async def test_two_fan_outs_in_sequence_share_a_key() -> None:
    state = await sequence_of_two().ainvoke({"text": "t"})

    assert state["early"] == ["a"]
    assert list(state["seen"]) == ["a", "c", "b"]
    assert state["statuses"] == {"c": "ok", "b": "ok"}


def loop(turns: int) -> Graph:
    class Loop(State, total=False):
        turn: int
        history: Annotated[list[dict[str, str]], operator.add]

    async def begin(state: Loop) -> Loop:
        turn = state.get("turn", 0) + 1
        return {"turn": turn, "text": f"turn {turn}", "failing": ["b"] if turn == 2 else []}

    async def close(state: Loop) -> Command[Literal["begin", "__end__"]]:
        goto: Literal["begin", "__end__"] = "begin" if state["turn"] < turns else "__end__"
        return Command(update={"history": [dict(state["results"])]}, goto=goto)

    builder = StateGraph(Loop)
    builder.add_node("begin", begin)
    builder.add_edge(START, "begin")
    branches = [Branch(succeeds("a")), Branch(succeeds("b"), required=False)]
    add_fan_out(builder, branches, join=close, source="begin", target=None)
    return builder.compile()


async def test_each_round_of_a_loop_has_its_own_results() -> None:
    state = await loop(3).ainvoke({})

    assert state["history"] == [
        {"a": "turn 1", "b": "turn 1"},
        {"a": "turn 2"},
        {"a": "turn 3", "b": "turn 3"},
    ]


def test_where_a_join_may_go_is_drawn() -> None:
    assert {("close", "begin"), ("close", "__end__")} <= edges_of(loop(1))


async def test_unequal_depth_runs_a_plain_join_twice_and_a_fan_outs_once() -> None:
    runs: list[str] = []

    async def count_and_join(state: State) -> State:
        runs.append("join")
        return await join(state)

    plain = StateGraph(State)
    for name in ("short", "long", "longer"):
        plain.add_node(name, returns(name, {}))
    plain.add_node("join", count_and_join)
    for start, end in [
        (START, "short"),
        (START, "long"),
        ("long", "longer"),
        ("short", "join"),
        ("longer", "join"),
        ("join", END),
    ]:
        plain.add_edge(start, end)
    await plain.compile().ainvoke({})
    assert runs == ["join", "join"]

    runs.clear()
    short, deep = Branch(succeeds("short")), Branch(chain("long"), writes=["results"])
    state = await fan_out_of(short, deep, join=count_and_join).ainvoke({"text": "t"})

    assert runs == ["join"]
    assert state["seen"] == {"short": "t", "long": "t"}


async def test_a_superstep_is_a_barrier_between_nodes_and_not_between_branches() -> None:
    second_step = asyncio.Event()

    async def quick(state: State) -> State:
        return {"results": {"quick": "done"}}

    async def then(state: State) -> None:
        second_step.set()

    async def slow(state: State) -> State:
        async with asyncio.timeout(0.5):
            await second_step.wait()  # ends only while the other path is a step ahead
        return {"results": {"slow": "done"}}

    plain = StateGraph(State)
    branch = StateGraph(State)
    for builder in (plain, branch):
        builder.add_node(quick)
        builder.add_node(then)
        builder.add_edge(START, "quick")
        builder.add_edge("quick", "then")
    plain.add_node(slow)
    plain.add_edge(START, "slow")
    with pytest.raises(TimeoutError):
        await plain.compile().ainvoke({})

    graph = fan_out_of(Branch(branch.compile(name="path"), writes=["results"]), Branch(slow))
    state = await graph.ainvoke({})

    assert state["seen"] == {"quick": "done", "slow": "done"}
