"""A list edge from nodes that a goto may choose or leave out."""

import operator
from typing import Annotated, Literal

from langgraph.graph import START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

NODE = "join"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def short(state: State) -> State:
    return {"log": ["short"]}


def first(state: State) -> State:
    return {"log": ["first"]}


def choose(state: State) -> Command[Literal["short", "first"]]:
    return Command(goto="short")


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (choose, short, first, join):
    builder.add_node(node)
builder.add_edge(START, "choose")
builder.add_edge(["short", "first"], "join")
graph = builder.compile()
