"""Shares a thread with `tally`: doubles its count, in a node of the same name and of another kind.

Its `add` is deferred, so LangGraph cannot read what `tally` stores for its own.
"""

import operator
from typing import Annotated

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    count: Annotated[int, operator.add]
    thread_id: str


async def double(state: State, config: RunnableConfig) -> State:
    return {"count": state.get("count", 0), "thread_id": config["configurable"]["thread_id"]}


async def add(state: State) -> State:
    return {}


builder = StateGraph(State)
builder.add_node(double)
builder.add_node(add, defer=True)
builder.add_edge(START, "double")
builder.add_edge("double", "add")
graph = builder.compile(name="doubles")
