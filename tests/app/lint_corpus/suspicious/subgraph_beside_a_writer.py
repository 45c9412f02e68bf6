"""A sub-graph that returns the whole state once it holds it, beside a node that writes to it."""

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "extract, research"


class State(TypedDict, total=False):
    topic: str
    facts: str
    terms: str


def search(state: State) -> State:
    return {"facts": "found"}


def extract(state: State) -> State:
    return {"terms": "ebb"}


research = StateGraph(State).add_node(search).add_edge(START, "search").compile()

builder = StateGraph(State)
builder.add_node("research", research)
builder.add_node(extract)
builder.add_edge(START, "research")
builder.add_edge(START, "extract")
graph = builder.compile()
