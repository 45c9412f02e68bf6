"""A good graph, two nodes of which call one graph with branches of unequal depth."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "research/join"


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


inner = StateGraph(State)
for node in (short, first, second, join):
    inner.add_node(node)
inner.add_edge(START, "short")
inner.add_edge(START, "first")
inner.add_edge("first", "second")
inner.add_edge("short", "join")
inner.add_edge("second", "join")
research = inner.compile()


async def call_research(state: State) -> State:
    result = await research.ainvoke({"topic": state["topic"]})
    return {"log": result["log"]}


builder = StateGraph(State)
builder.add_node("research", call_research)
builder.add_node("again", call_research)
builder.add_edge(START, "research")
builder.add_edge("research", "again")
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(result["log"].count("join") == 4)
