"""A Pydantic input for a TypedDict state, and nodes that see only the part they declare."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides", "part": {"name": "n"}}),
    Example({"topic": "tides", "part": {}}),
]


class Part(BaseModel):
    name: str = "unnamed"


class Request(BaseModel):
    topic: str
    part: Part


class State(TypedDict, total=False):
    topic: str
    part: Any
    as_model: str
    as_dict: str


def with_model(state: Request) -> State:
    return {"as_model": seen(state)}


def with_dict(state: State) -> State:
    return {"as_dict": seen(state)}


builder = StateGraph(State, input_schema=Request)
builder.add_node(with_model)
builder.add_node(with_dict)
builder.add_edge(START, "with_model")
builder.add_edge("with_model", "with_dict")
builder.add_edge("with_dict", END)
graph = builder.compile()
