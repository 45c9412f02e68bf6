"""Branches of unequal depth, and a good fan-out after their join, which only inherits the fault."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "join"


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


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def last(state: State) -> State:
    return {"log": ["last"]}


builder = StateGraph(State)
for node in (short, first, second, join, left, right, last):
    builder.add_node(node)
builder.add_edge(START, "short")
builder.add_edge(START, "first")
builder.add_edge("first", "second")
builder.add_edge("short", "join")
builder.add_edge("second", "join")
for branch in ("left", "right"):
    builder.add_edge("join", branch)
    builder.add_edge(branch, "last")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(result["log"].count("last") == 2)
