"""Annotations that are text until somebody reads them."""

from __future__ import annotations

import operator
from typing import Annotated, NotRequired, Required

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides"}),
    Example({"topic": "tides", "parts": [{"name": "a", "parts": [{"name": "b"}]}]}),
]


class Part(TypedDict):
    name: str
    parts: NotRequired[list[Part]]


class State(TypedDict, total=False):
    topic: Required[str]
    parts: list[Part]
    saw: Annotated[list[str], operator.add]


def look(state: State) -> dict[str, list[str]]:
    return {"saw": [seen(state)]}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
