"""A fan-out that ends early keeps its promises wherever it stands."""

import asyncio
import operator
from contextlib import suppress
from typing import Annotated, Any, Literal

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send

from graphs.kit import Branch, QuorumNotMet, add_fan_out, deadline, quorum
from graphs.kit.policy.conditions import Condition
from tests.graphs.kit.small_graphs import (
    THREAD,
    State,
    fan_out_of,
    gates_of,
    join,
    returns,
    settle,
    succeeds,
)

pytestmark = pytest.mark.anyio

CONDITIONS = [quorum(2), deadline(seconds=0.4)]
EACH = pytest.mark.parametrize("until", CONDITIONS, ids=["quorum", "deadline"])


def branches() -> list[Branch]:
    """Two that succeed, unless the state wants them to fail, and one that is slow to."""
    slow = Branch(succeeds("never", seconds=60))
    return [Branch(succeeds("a")), slow, Branch(succeeds("b"))]


def racing(builder: StateGraph[Any, Any, Any, Any], until: Condition, **options: Any) -> None:
    add_fan_out(builder, branches(), until=until, **options)


def ended(until: Condition) -> dict[str, str]:
    late = "timeout" if until == CONDITIONS[1] else "cancelled"
    return {"a": "ok", "never": late, "b": "ok"}


@EACH
async def test_inside_a_sub_graph(until: Condition) -> None:
    inner = StateGraph(State)
    racing(inner, until, join=join)
    outer = Branch(inner.compile(name="inner"), writes=["results", "statuses"])

    graph = fan_out_of(outer, Branch(succeeds("c")), join=returns("close", {}))
    state = await settle(graph, {"text": "t"})

    assert state["results"] == {"a": "t", "b": "t", "c": "t"}
    assert state["statuses"] == ended(until)
    assert len(gates_of(inner.compile())) == len(gates_of(graph, "close")) == 0


@EACH
async def test_in_two_instances_of_one_sub_graph_at_once(until: Condition) -> None:
    class Both(State, total=False):
        all_statuses: Annotated[list[dict[str, str]], operator.add]

    async def close(state: Both) -> Both:
        return {"all_statuses": [(await join(state))["statuses"]]}

    inner = StateGraph(Both)
    racing(inner, until, join=close)
    sub = inner.compile()

    async def instance(state: Both) -> Both:
        return {"all_statuses": (await sub.ainvoke(state))["all_statuses"]}

    builder = StateGraph(Both)
    builder.add_node("instance", instance)
    builder.add_conditional_edges(
        START, lambda _: [Send("instance", {"text": text}) for text in "xyz"], ["instance"]
    )

    state = await settle(builder.compile(), {})

    assert state["all_statuses"] == [ended(until)] * 3
    assert len(gates_of(sub, "close")) == 0


@EACH
async def test_after_another_fan_out(until: Condition) -> None:
    builder = StateGraph(State)
    add_fan_out(builder, [Branch(succeeds("early"))], join=returns("middle", {}), target=None)
    racing(builder, until, join=join, source="middle")

    state = await settle(builder.compile(), {"text": "t"})

    assert state["seen"] == {"early": "t", "a": "t", "b": "t"}
    assert state["statuses"] == ended(until)


@EACH
async def test_in_a_loop(until: Condition) -> None:
    class Loop(State, total=False):
        turns: Annotated[list[dict[str, str]], operator.add]

    async def close(state: Loop) -> Command[Literal["begin", "__end__"]]:
        is_last = len(state.get("turns", [])) == 2
        goto: Literal["begin", "__end__"] = "__end__" if is_last else "begin"
        return Command(update={"turns": [(await join(state))["statuses"]]}, goto=goto)

    builder = StateGraph(Loop)
    builder.add_node("begin", returns("begin", {}))
    builder.add_edge(START, "begin")
    racing(builder, until, join=close, source="begin", target=None)
    graph = builder.compile()

    state = await settle(graph, {"text": "t"})

    assert state["turns"] == [ended(until)] * 3
    assert len(gates_of(graph, "close")) == 0


@EACH
async def test_on_a_thread_used_again_when_nobody_succeeds(until: Condition) -> None:
    graph = fan_out_of(*branches(), until=until, saver=InMemorySaver())

    await settle(graph, {"text": "first"}, THREAD)
    with suppress(QuorumNotMet):
        await settle(graph, {"text": "second", "failing": ["a", "b"]}, THREAD)

    assert (await graph.aget_state(THREAD)).values["results"] == {}


@EACH
async def test_when_the_branches_begin_one_after_another(until: Condition) -> None:
    graph = fan_out_of(*branches()[::2], until=until)

    state = await settle(graph, {"text": "t"}, {"max_concurrency": 1})

    assert state["seen"] == {"a": "t", "b": "t"}
    assert len(gates_of(graph)) == 0


@EACH
async def test_in_many_runs_at_once(until: Condition) -> None:
    graph = fan_out_of(*branches(), until=until, saver=InMemorySaver())

    async def run(number: int) -> Any:
        config: RunnableConfig = {"configurable": {"thread_id": str(number)}}
        return await graph.ainvoke({"text": str(number)}, config)

    states = await asyncio.gather(*(run(number) for number in range(20)))

    assert [state["seen"] for state in states] == [
        {"a": str(number), "b": str(number)} for number in range(20)
    ]
    assert len(gates_of(graph)) == 0
