"""A dataclass state, with a reducer, defaults and a factory; its parts are dataclasses, too."""

import operator
from dataclasses import dataclass, field
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides"}),
    Example({"topic": "tides", "place": {"city": "Ghent", "tags": ["old"]}, "notes": ["first"]}),
]


@dataclass
class Place:
    city: str
    tags: list[str] = field(default_factory=list)


@dataclass
class State:
    topic: str
    place: Place | None = None
    depth: int = 2
    extras: list[str] = field(default_factory=lambda: ["extra"])
    notes: Annotated[list[str], operator.add] = field(default_factory=list)


def look(state: State) -> dict[str, Any]:
    return {"notes": [seen(state)], "depth": state.depth + 1}


def place(state: State) -> dict[str, Any]:
    return {"notes": [seen(state)], "place": Place("Bruges", ["wet"])}


builder = StateGraph(State)
builder.add_node(look)
builder.add_node("find_place", place)
builder.add_edge(START, "look")
builder.add_edge("look", "find_place")
builder.add_edge("find_place", END)
graph = builder.compile()
