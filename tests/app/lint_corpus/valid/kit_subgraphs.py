"""Sub-graphs on the parent's whole state as branches: the kit cuts each to the keys it owns."""

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    facts: str
    terms: str
    brief: str


def search(state: State) -> State:
    return {"facts": "found"}


def extract(state: State) -> State:
    return {"terms": "ebb"}


def synthesize(state: State) -> State:
    return {"brief": state["facts"] + state["terms"]}


research = StateGraph(State).add_node(search).add_edge(START, "search").compile(name="research")
glossary = StateGraph(State).add_node(extract).add_edge(START, "extract").compile(name="glossary")

builder = StateGraph(State)
add_fan_out(
    builder,
    [Branch(research, writes=["facts"]), Branch(glossary, writes=["terms"])],
    join=synthesize,
)
graph = builder.compile()
