"""A branch that fans out again, and a list edge that brings both depths together."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def single(state: State) -> State:
    return {"log": ["single"]}


def first(state: State) -> State:
    return {"log": ["first"]}


def second(state: State) -> State:
    return {"log": ["second"]}


def inner_join(state: State) -> State:
    return {"log": ["inner_join"]}


def outer(state: State) -> State:
    return {"log": ["outer"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (single, outer, first, second, inner_join, join):
    builder.add_node(node)
builder.add_edge(START, "single")
builder.add_edge(START, "outer")
for branch in ("first", "second"):
    builder.add_edge("outer", branch)
    builder.add_edge(branch, "inner_join")
builder.add_edge(["single", "inner_join"], "join")
graph = builder.compile()
