"""A key of the input that a TypedDict annotates as a model: the node gets a dict."""

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

NODE = "greet"
INPUT = {"person": {"name": "Ann"}}


class Person(BaseModel):
    name: str


class State(TypedDict, total=False):
    person: Person
    greeting: str
    length: int


def greet(state: State) -> State:
    return {"greeting": f"Hello {state['person'].name}"}


def measure(state: State) -> State:
    return {"length": len(state["greeting"])}


builder = StateGraph(State)
builder.add_node(greet)
builder.add_node(measure)
builder.add_edge(START, "greet")
builder.add_edge("greet", "measure")
graph = builder.compile()
