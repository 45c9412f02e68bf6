"""Small graphs to try the kit on: branches that succeed, fail or wait, and a join that tells."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, outcomes
from graphs.kit.round.gates import Gates

THREAD: RunnableConfig = {"configurable": {"thread_id": "1"}}

Graph: TypeAlias = CompiledStateGraph[Any, Any, Any, Any]


class State(TypedDict, total=False):
    """What the tests' branches share, and what their join saw of it."""

    text: str
    failing: list[str]
    results: Annotated[dict[str, str], by_branch]
    summary: str | None
    seen: dict[str, str]
    statuses: dict[str, str]


PATIENCE = 40.0
"""Seconds that a run may take; a branch that it must not wait for takes 60 at least."""

Work: TypeAlias = Callable[..., Awaitable[State]]


def succeeds(name: str, *, seconds: float = 0) -> Work:
    """A node that writes the text under its own name, unless the state wants it to fail."""

    async def work(state: State) -> State:
        await asyncio.sleep(seconds)
        if name in state.get("failing", []):
            raise RuntimeError(f"{name} broke")
        return {"results": {name: state.get("text", "")}}

    work.__name__ = name
    return work


def fails(name: str, error: Exception | None = None, *, seconds: float = 0) -> Work:
    async def work(_: State) -> State:
        await asyncio.sleep(seconds)
        raise error or RuntimeError(f"{name} broke")

    work.__name__ = name
    return work


def returns(name: str, result: Any) -> Callable[..., Awaitable[Any]]:
    async def work(_: State) -> Any:
        return result

    work.__name__ = name
    return work


async def join(state: State) -> State:
    """Tell what the join saw, each time it runs."""
    return {
        "seen": dict(state.get("results", {})),
        "statuses": {name: outcome["status"] for name, outcome in outcomes(state).items()},
    }


def fan_out_of(
    *branches: Branch, saver: BaseCheckpointSaver[Any] | None = None, **options: Any
) -> Graph:
    """Compile a graph of one fan-out."""
    builder = StateGraph(State)
    add_fan_out(builder, branches, join=options.pop("join", join), **options)
    return builder.compile(checkpointer=saver)


async def settle(graph: Graph, values: Any, config: RunnableConfig | None = None) -> Any:
    """Run a graph that must not wait for its slow branches, nor leave a task behind."""
    before = asyncio.all_tasks()
    async with asyncio.timeout(PATIENCE):
        state = await graph.ainvoke(values, config)
    assert asyncio.all_tasks() == before
    return state


def gates_of(graph: Graph, join: str = "join") -> Gates:
    """Return the gates of a graph's fan-out: nothing public leads to them."""
    node: Any = graph.builder.nodes[join].runnable
    gates: Gates = inspect.getclosurevars(node.afunc).nonlocals["fan_out"].gates
    return gates


def chain(name: str, *, length: int = 2, work: Work | None = None) -> Graph:
    """A sub-graph of nodes one after another; the last one works, or writes under its name."""

    async def step(state: State) -> State:
        return {}

    async def last(state: State) -> State:
        return {"results": {name: state["text"]}}

    steps = [f"{name}{index}" for index in range(length)]
    builder = StateGraph(State)
    for here, before in zip(steps, [START, *steps], strict=False):
        builder.add_node(here, (work or last) if here == steps[-1] else step)
        builder.add_edge(before, here)
    return builder.compile(name=name)


def sequence_of_two(saver: BaseCheckpointSaver[Any] | None = None) -> Graph:
    """Two fan-outs that share a key, one after the other."""

    class Sequence(State, total=False):
        early: list[str]

    async def early(state: Sequence) -> Sequence:
        return {"early": list(state.get("results", {}))}

    builder = StateGraph(Sequence)
    add_fan_out(builder, [Branch(succeeds("a"))], join=early, target=None)
    second = [Branch(succeeds("c")), Branch(succeeds("b"), required=False)]
    add_fan_out(builder, second, join=join, source="early")
    return builder.compile(checkpointer=saver)
