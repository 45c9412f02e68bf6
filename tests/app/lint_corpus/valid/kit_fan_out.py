"""The kit's fan-out beside a plain node of the same superstep that leads to the same join."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def join(state: State) -> State:
    return {"log": ["join"]}


def beside(state: State) -> State:
    return {"log": ["beside"]}


builder = StateGraph(State)
builder.add_node(beside)
add_fan_out(builder, [Branch(left), Branch(right, required=False)], join=join)
builder.add_edge(START, "beside")
builder.add_edge("beside", "join")
graph = builder.compile()
