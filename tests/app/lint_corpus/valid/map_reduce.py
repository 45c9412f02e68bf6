"""One node per item by Send; their results meet in a reducer."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

INPUT = {"items": ["a", "b", "c"]}


class State(TypedDict, total=False):
    items: list[str]
    lengths: Annotated[list[int], operator.add]
    total: int


class Item(TypedDict):
    item: str


def spread(state: State) -> list[Send]:
    return [Send("measure", {"item": item}) for item in state["items"]]


def measure(state: Item) -> State:
    return {"lengths": [len(state["item"])]}


def total(state: State) -> State:
    return {"total": sum(state["lengths"])}


builder = StateGraph(State)
builder.add_node(measure)
builder.add_node(total)
builder.add_conditional_edges(START, spread, ["measure"])
builder.add_edge("measure", "total")
graph = builder.compile()
