"""The function of a conditional edge reads by an annotation, too."""

from decimal import Decimal
from typing import Literal

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "choose"
INPUT = {"price": "1.50"}


class Offer(TypedDict):
    price: Decimal


class State(TypedDict, total=False):
    price: str
    answer: str


def choose(state: Offer) -> Literal["cheap", "dear"]:
    return "cheap" if state["price"].is_signed() else "dear"


def cheap(state: State) -> State:
    return {"answer": "cheap"}


def dear(state: State) -> State:
    return {"answer": "dear"}


builder = StateGraph(State)
builder.add_node(cheap)
builder.add_node(dear)
builder.add_conditional_edges(START, choose)
graph = builder.compile()
