"""Branches of unequal depth before a join that waits for all of them by name."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def short(state: State) -> State:
    return {"log": ["short"]}


def first(state: State) -> State:
    return {"log": ["first"]}


def second(state: State) -> State:
    return {"log": ["second"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (short, first, second, join):
    builder.add_node(node)
builder.add_edge(START, "short")
builder.add_edge(START, "first")
builder.add_edge("first", "second")
builder.add_edge(["short", "second"], "join")
graph = builder.compile()
