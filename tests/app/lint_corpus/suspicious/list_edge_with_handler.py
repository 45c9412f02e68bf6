"""A list edge whose failing start is stood in for by a handler that only returns."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "join"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def fails(state: State) -> State:
    raise ValueError("down")


def stand_in(state: State) -> State:
    return {"log": ["stand_in"]}


def works(state: State) -> State:
    return {"log": ["works"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
builder.add_node(fails, error_handler=stand_in)
builder.add_node(works)
builder.add_node(join)
builder.add_edge(START, "fails")
builder.add_edge(START, "works")
builder.add_edge(["fails", "works"], "join")
graph = builder.compile()
