"""A plain way beside the fan-out, longer than a branch, into its join."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

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


def first(state: State) -> State:
    return {"log": ["first"]}


def second(state: State) -> State:
    return {"log": ["second"]}


builder = StateGraph(State)
builder.add_node(first)
builder.add_node(second)
builder.add_edge(START, "first")
builder.add_edge("first", "second")
add_fan_out(builder, [Branch(left), Branch(right)], join=join)
builder.add_edge("second", "join")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(sorted(result["log"]) == ["first", "join", "join", "left", "right", "second"])
