"""LangGraph's timeout on a branch ends the whole run, even when the branch is not required."""

import operator
from typing import Annotated

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "left, right"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
builder.set_node_defaults(timeout=5)
add_fan_out(builder, [Branch(left), Branch(right)], join=join)
graph = builder.compile()
