"""LangGraph's trap: a list-edge join behind an error handler is armed and never runs."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    parts: Annotated[list[str], operator.add]
    answer: str


class Output(BaseModel):
    answer: str


async def good(state: State) -> State:
    return {"parts": ["good"]}


async def bad(state: State) -> State:
    raise RuntimeError("bad broke")


async def handle(state: State) -> State:
    return {"parts": ["handled"]}


async def join(state: State) -> State:
    return {"answer": " ".join(state["parts"])}


builder = StateGraph(State, output_schema=Output)
builder.add_node(good)
builder.add_node(bad, error_handler=handle)
builder.add_node(join)
builder.add_edge(START, "good")
builder.add_edge(START, "bad")
builder.add_edge(["good", "bad"], "join")
builder.add_edge("join", END)
graph = builder.compile()
