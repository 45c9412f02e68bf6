"""A small graph that fans out, with a sub-graph as one of its branches."""

import operator
from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    notes: Annotated[dict[str, str], operator.or_]
    size: int


async def left(state: State) -> State:
    return {"notes": {"left": "x" * 5_000}}


async def inner(state: State) -> State:
    return {"notes": {"right": "y" * 5_000}}


async def join(state: State) -> State:
    return {"size": len(state["notes"])}


def fan_out(saver: BaseCheckpointSaver[Any]) -> CompiledStateGraph[Any, Any, Any, Any]:
    sub = StateGraph(State)
    sub.add_node(inner)
    sub.add_edge(START, "inner")
    builder = StateGraph(State)
    builder.add_node(left)
    builder.add_node("right", sub.compile())
    builder.add_node(join)
    builder.add_edge(START, "left")
    builder.add_edge(START, "right")
    builder.add_edge(["left", "right"], "join")
    builder.add_edge("join", END)
    return builder.compile(checkpointer=saver)


def thread(key: str) -> RunnableConfig:
    return {"configurable": {"thread_id": key}}
