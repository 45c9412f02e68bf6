"""A short and a long branch with one plain edge each to the join."""

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


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (short, first, second, join):
    builder.add_node(node)
builder.add_edge(START, "short")
builder.add_edge(START, "first")
builder.add_edge("first", "second")
builder.add_edge("short", "join")
builder.add_edge("second", "join")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(result["log"].count("join") == 2)
