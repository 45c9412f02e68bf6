"""A bare edge beside a longer way: the join runs at once and again."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "join"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def research(state: State) -> State:
    return {"log": ["research"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
builder.add_node(research)
builder.add_node(join)
builder.add_edge(START, "research")
builder.add_edge(START, "join")
builder.add_edge("research", "join")
graph = builder.compile()
