"""A Pydantic input schema makes no date of a text: the node reads by the state's annotation."""

from datetime import date

from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

NODE = "tell"
INPUT = {"day": "2030-05-02"}


class Input(BaseModel):
    day: date


class State(TypedDict, total=False):
    day: date
    year: int


def tell(state: State) -> State:
    return {"year": state["day"].year}


builder = StateGraph(State, input_schema=Input)
builder.add_node(tell)
builder.add_edge(START, "tell")
graph = builder.compile()
