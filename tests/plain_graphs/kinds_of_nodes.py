"""Nodes of every form: sync, async, an object, a lambda, a chain, a partial, one by a name."""

import operator
from functools import partial
from typing import Annotated, Any

from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"})]


class State(TypedDict, total=False):
    topic: str
    path: Annotated[list[str], operator.add]


class Writer:
    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, state: State) -> State:
        return {"path": [f"{self.name} {seen(state)}"]}


def sync(state: State) -> State:
    return {"path": ["sync"]}


async def async_node(state: State) -> State:
    return {"path": ["async"]}


def nothing(state: State) -> None:
    """Write nothing."""


def named(state: State, *, name: str) -> State:
    return {"path": [name]}


def to_text(state: Any) -> str:
    return str(state["topic"]).upper()


def to_path(text: str) -> State:
    return {"path": [text]}


sequence: list[Any] = [
    sync,
    async_node,
    nothing,
    ("an object", Writer("object")),
    ("a chain", RunnableLambda(to_text) | to_path),
    ("a partial", partial(named, name="partial")),
    ("a lambda", lambda state: {"path": ["lambda"]}),
]
builder = StateGraph(State)
builder.add_sequence(sequence)
builder.add_edge(START, "sync")
builder.add_edge("a lambda", END)
graph = builder.compile()
