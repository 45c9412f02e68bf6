"""Branches side by side on a Pydantic state with reducers, and a join."""

import operator
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides"}),
    Example(
        {"topic": "tides", "notes": ["first"], "messages": [{"role": "user", "content": "hi"}]}
    ),
]


class State(BaseModel):
    topic: str
    notes: Annotated[list[str], operator.add] = []
    messages: Annotated[list[AnyMessage], add_messages] = []
    brief: str = ""


async def history(state: State) -> dict[str, Any]:
    return {"notes": [f"history {seen(state)}"]}


async def critics(state: State) -> dict[str, Any]:
    return {"notes": ["critics"], "messages": [AIMessage("no objection", id="critic")]}


async def join(state: State) -> dict[str, Any]:
    return {"brief": seen(state)}


builder = StateGraph(State)
builder.add_node(history)
builder.add_node(critics)
builder.add_node(join)
builder.add_edge(START, "history")
builder.add_edge(START, "critics")
builder.add_edge(["history", "critics"], "join")
builder.add_edge("join", END)
graph = builder.compile()
