"""A sub-graph is handed the request's JSON by a parent that annotates it as it is."""

from typing import Any

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

NODE = "research/search"
INPUT = {"source": {"url": "https://example.org"}}


class Source(BaseModel):
    url: str


class Search(TypedDict, total=False):
    source: Source
    facts: str


class State(TypedDict, total=False):
    source: dict[str, Any]
    facts: str


def search(state: Search) -> Search:
    return {"facts": state["source"].url}


research = StateGraph(Search).add_node(search).add_edge(START, "search").compile()

builder = StateGraph(State)
builder.add_node("research", research)
builder.add_edge(START, "research")
graph = builder.compile()
