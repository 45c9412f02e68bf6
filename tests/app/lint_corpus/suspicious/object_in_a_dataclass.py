"""LangGraph calls a dataclass state with the JSON as it is: a list of dicts, not of places."""

from dataclasses import dataclass, field

from langgraph.graph import START, StateGraph

NODE = "travel"
INPUT = {"places": [{"city": "Ghent"}]}


@dataclass
class Place:
    city: str


@dataclass
class State:
    places: list[Place]
    cities: list[str] = field(default_factory=list)


def travel(state: State) -> dict[str, list[str]]:
    return {"cities": [place.city for place in state.places]}


builder = StateGraph(State)
builder.add_node(travel)
builder.add_edge(START, "travel")
graph = builder.compile()
