"""A node makes the object from the JSON under an annotation of its own; the others read it."""

from typing import Any

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

INPUT = {"person": {"name": "Ann"}}


class Person(BaseModel):
    name: str


class Request(TypedDict):
    person: dict[str, Any]


class State(TypedDict, total=False):
    person: Person
    greeting: str


def parse(state: Request) -> State:
    return {"person": Person.model_validate(state["person"])}


def greet(state: State) -> State:
    return {"greeting": f"Hello {state['person'].name}"}


builder = StateGraph(State, input_schema=Request)
builder.add_node(parse)
builder.add_node(greet)
builder.add_edge(START, "parse")
builder.add_edge("parse", "greet")
graph = builder.compile()
