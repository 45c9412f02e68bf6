"""A TypedDict whose parts are models and dataclasses: nodes get dicts, as JSON has them."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"person": {"name": "Ann", "level": "high"}, "places": [{"city": "Rome"}]}),
    Example({"people": {"a": {"name": "Ann"}, "b": {"name": "Bob", "level": "low"}}}),
    Example({"places": [{"city": "Rome", "tags": ["old"]}, {"city": "Oslo"}], "maybe": None}),
]


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Person(BaseModel):
    name: str
    level: Level = Level.LOW


@dataclass
class Place:
    city: str
    tags: list[str] = field(default_factory=list)


class State(TypedDict, total=False):
    person: Person
    people: dict[str, Person]
    places: list[Place]
    maybe: Person | None
    saw: str
    names: list[str]


def look(state: State) -> State:
    return {"saw": seen(state)}


def name(state: State) -> dict[str, Any]:
    places: Any = state.get("places", [])
    return {"names": [place["city"] for place in places]}


builder = StateGraph(State)
builder.add_sequence([look, name])
builder.add_edge(START, "look")
builder.add_edge("name", END)
graph = builder.compile()
