"""A fan-out that a router may choose, with branches of unequal depth."""

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


def fan_out(state: State) -> State:
    return {"log": ["fan_out"]}


def choose(state: State) -> str:
    return "fan_out" if state["topic"] else "join"


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (fan_out, short, first, second, join):
    builder.add_node(node)
builder.add_conditional_edges(START, choose, ["fan_out", "join"])
builder.add_edge("fan_out", "short")
builder.add_edge("fan_out", "first")
builder.add_edge("first", "second")
builder.add_edge("short", "join")
builder.add_edge("second", "join")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(result["log"].count("join") == 2)
