"""Three branches and a graph as the fourth; each node says on disk that it begins.

The join of a run that is held waits until there is a file beside that of KILLABLE_LOG that ends in
`.go`.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.e2e.killable.starts import note


class Input(BaseModel):
    name: str
    pace: float = 1.0
    is_held: bool = False


class Output(BaseModel):
    answer: str


class State(TypedDict, total=False):
    name: str
    pace: float
    is_held: bool
    results: Annotated[dict[str, str], by_branch]
    answer: str


Node = Callable[[State], Awaitable[State]]


async def work(state: State, node: str, seconds: float) -> None:
    note(state["name"], node)
    await asyncio.sleep(seconds * state["pace"] * random.uniform(0.5, 1.5))


def branch(name: str, seconds: float) -> Branch:
    async def node(state: State) -> State:
        await work(state, name, seconds)
        return {"results": {name: name}}

    return Branch(node, name=name)


async def one(state: State) -> State:
    await work(state, "inner/one", 0.15)
    return {"name": state["name"]}


async def two(state: State) -> State:
    await work(state, "inner/two", 0.25)
    return {"results": {"inner": "inner"}}


async def combine(state: State) -> State:
    await work(state, "combine", 0.1)
    go = Path(os.environ["KILLABLE_LOG"]).with_suffix(".go")
    while state.get("is_held") and not go.exists():  # noqa: ASYNC110  # it comes from another process
        await asyncio.sleep(0.05)
    return {"answer": ", ".join(sorted(state["results"]))}


inner = StateGraph(State).add_node(one).add_node(two)
inner.add_edge(START, "one").add_edge("one", "two")

builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    [
        branch("quick", 0.1),
        branch("even", 0.3),
        branch("slow", 0.6),
        Branch(inner.compile(name="inner"), name="inner", writes=["results"]),
    ],
    join=combine,
)
graph = builder.compile(name="enduring")
