"""Graphs whose second part a test holds, so that it can end the service before that."""

import operator
from typing import Annotated, Any

from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import RetryPolicy
from typing_extensions import TypedDict

from tests.app.at_work import at_work, wait_while_held


async def part(name: str) -> str:
    with at_work(name):
        await wait_while_held(name)
    return name


@task
async def early(name: str) -> str:
    return await part(f"{name}:early")


@task
async def later(name: str) -> str:
    return await part(f"{name}:later")


@entrypoint()
async def calls(name: str) -> list[str]:
    return [await early(name), await later(name)]


class State(TypedDict, total=False):
    name: str
    notes: Annotated[list[str], operator.add]


async def first(state: State) -> State:
    return {"notes": [await part(f"{state['name']}:early")]}


async def second(state: State) -> State:
    return {"notes": [await part(f"{state['name']}:later")]}


def graph_around(name: str, node: Any, *, checkpointer: bool | None = None) -> Any:
    builder = StateGraph(State)
    builder.add_node(name, node)
    builder.add_edge(START, name)
    return builder.compile(checkpointer=checkpointer)


_inner = StateGraph(State)
for _node in (first, second):
    _inner.add_node(_node)
    _inner.add_edge(START, _node.__name__)
_deep = graph_around("deep", _inner.compile(checkpointer=True), checkpointer=True)
stateful = graph_around("team", _deep)


class Flaky:
    """A node that fails the first time."""

    times = 0

    async def __call__(self, state: State) -> State:
        self.times += 1
        if self.times == 1:
            raise ConnectionError("no line")
        return {"notes": [await part("flaky:again")]}


async def after(state: State) -> State:
    return {"notes": [await part("flaky:after")]}


_flaky = StateGraph(State)
_policy = RetryPolicy(initial_interval=0, backoff_factor=0, jitter=False, max_attempts=9)
_flaky.add_node("team", graph_around("two", Flaky()), retry_policy=_policy)
_flaky.add_node(after)
_flaky.add_edge(START, "team")
_flaky.add_edge("team", "after")
flaky = _flaky.compile()
