"""A dataclass state whose `__post_init__` makes the object of the JSON that it is given."""

from dataclasses import dataclass
from typing import Any

from langgraph.graph import START, StateGraph
from pydantic import BaseModel

INPUT = {"person": {"name": "Ann"}}


class Person(BaseModel):
    name: str


@dataclass
class State:
    person: Person
    greeting: str = ""

    def __post_init__(self) -> None:
        self.person = Person.model_validate(self.person)


def greet(state: State) -> dict[str, Any]:
    return {"greeting": f"Hello {state.person.name}"}


builder = StateGraph(State)
builder.add_node(greet)
builder.add_edge(START, "greet")
graph = builder.compile()
