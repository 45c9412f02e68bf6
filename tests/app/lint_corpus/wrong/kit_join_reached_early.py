"""An edge that leads to the join before its branches have run."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, KitError, add_fan_out

NODE = "join"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def join(state: State) -> State:
    return {"log": ["join"]}


def prepare(state: State) -> State:
    return {"log": ["prepare"]}


builder = StateGraph(State)
builder.add_node(prepare)
builder.add_edge(START, "prepare")
add_fan_out(builder, [Branch(left), Branch(right)], join=join, source="prepare")
builder.add_edge(START, "join")
graph = builder.compile()


async def goes_wrong() -> bool:
    try:
        await graph.ainvoke({"topic": "tides"})
    except KitError as error:
        return "reached without its branches" in str(error)
    return False
