"""A sub-graph that a Pydantic parent hands its objects: a TypedDict is then true to its word."""

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

INPUT = {"source": {"url": "https://example.org"}}


class Source(BaseModel):
    url: str


class Search(TypedDict, total=False):
    source: Source
    facts: str


class Facts(TypedDict):
    facts: str


class State(BaseModel):
    source: Source
    facts: str = ""


def search(state: Search) -> Search:
    return {"facts": state["source"].url}


research = (
    StateGraph(Search, output_schema=Facts).add_node(search).add_edge(START, "search").compile()
)

builder = StateGraph(State)
builder.add_node("research", research)
builder.add_edge(START, "research")
graph = builder.compile()
