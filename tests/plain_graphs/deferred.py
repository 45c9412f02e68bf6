"""Branches of unequal depth, and a node that waits for all of them."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"})]


class State(TypedDict, total=False):
    topic: str
    notes: Annotated[list[str], operator.add]


def short(state: State) -> State:
    return {"notes": ["short"]}


def long(state: State) -> State:
    return {"notes": ["long"]}


def longer(state: State) -> State:
    return {"notes": ["longer"]}


def join(state: State) -> State:
    return {"notes": [seen(state)]}


builder = StateGraph(State)
builder.add_node(short)
builder.add_node(long)
builder.add_node(longer)
builder.add_node(join, defer=True)
builder.add_edge(START, "short")
builder.add_edge(START, "long")
builder.add_edge("long", "longer")
builder.add_edge("short", "join")
builder.add_edge("longer", "join")
builder.add_edge("join", END)
graph = builder.compile()
