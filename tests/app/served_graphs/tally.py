"""Counts the runs on a thread."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    count: Annotated[int, operator.add]


async def add(state: State) -> State:
    return {"count": 1}


builder = StateGraph(State)
builder.add_node(add)
builder.add_edge(START, "add")
builder.add_edge("add", END)
graph = builder.compile(name="tally")
