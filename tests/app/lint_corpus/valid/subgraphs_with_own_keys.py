"""Two sub-graphs side by side, of unequal depth within: each returns the key it owns."""

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    notes: str
    facts: str
    terms: str


class Facts(TypedDict):
    facts: str


class Terms(TypedDict):
    terms: str


def search(state: State) -> State:
    return {"notes": "found"}


def summarise(state: State) -> State:
    return {"facts": state["notes"]}


def extract(state: State) -> State:
    return {"terms": "ebb"}


research = StateGraph(State, output_schema=Facts).add_sequence([search, summarise])
research.add_edge(START, "search")
glossary = StateGraph(State, output_schema=Terms).add_node(extract).add_edge(START, "extract")

builder = StateGraph(State)
builder.add_node("research", research.compile())
builder.add_node("glossary", glossary.compile())
builder.add_edge(START, "research")
builder.add_edge(START, "glossary")
graph = builder.compile()
