"""A list edge from nodes that a router may choose or leave out."""

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


def choose(state: State) -> list[str]:
    return ["short"]


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (short, first, join):
    builder.add_node(node)
builder.add_conditional_edges(START, choose, ["short", "first"])
builder.add_edge(["short", "first"], "join")
graph = builder.compile()
