"""A list edge from branches: its end runs beside the join, although a branch failed."""

import operator
from typing import Annotated

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "left, fails"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"log": ["left"]}


def join(state: State) -> State:
    return {"log": ["join"]}


def fails(state: State) -> State:
    raise ValueError("down")


def follower(state: State) -> State:
    return {"log": ["follower"]}


builder = StateGraph(State)
builder.add_node(follower)
add_fan_out(builder, [Branch(left), Branch(fails, required=False)], join=join)
builder.add_edge(["left", "fails"], "follower")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(sorted(result["log"]) == ["follower", "join", "left"])
