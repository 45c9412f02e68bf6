"""The node that revises a draft needs one first, which only the input can bring."""

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

NODE = "revise"
INPUT = {"draft": {"text": "Tides."}}


class Draft(BaseModel):
    text: str


class State(TypedDict, total=False):
    draft: Draft
    length: int


def revise(state: State) -> State:
    better = Draft(text=state["draft"].text * 2)
    return {"draft": better}


def measure(state: State) -> State:
    return {"length": len(state["draft"].text)}


builder = StateGraph(State)
builder.add_node(revise)
builder.add_node(measure)
builder.add_edge(START, "revise")
builder.add_edge("revise", "measure")
graph = builder.compile()
