"""A Pydantic state, of which LangGraph makes the objects that its annotations promise."""

from datetime import date
from typing import Any

from langgraph.graph import START, StateGraph
from pydantic import BaseModel

INPUT = {"person": {"name": "Ann", "born": "2001-05-02"}}


class Person(BaseModel):
    name: str
    born: date


class State(BaseModel):
    person: Person
    greeting: str = ""


def greet(state: State) -> dict[str, Any]:
    return {"greeting": f"Hello {state.person.name}, born in {state.person.born.year}"}


builder = StateGraph(State)
builder.add_node(greet)
builder.add_edge(START, "greet")
graph = builder.compile()
