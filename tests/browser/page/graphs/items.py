"""Twenty items at once, and three steps for each."""

import operator
from itertools import pairwise
from typing import Annotated

from langgraph.graph import START, StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out


class Input(BaseModel):
    """How many items there are."""

    items: int = Field(default=20, examples=[20])


class Output(BaseModel):
    """How many came back."""

    done: list[int]


class Item(TypedDict, total=False):
    number: int
    done: Annotated[list[int], operator.add]


class State(TypedDict, total=False):
    items: int
    done: Annotated[list[int], operator.add]


async def first(state: Item) -> Item:
    return {}


async def second(state: Item) -> Item:
    return {}


async def third(state: Item) -> Item:
    return {"done": [state["number"]]}


steps = StateGraph(Item)
steps.add_node(first)
steps.add_node(second)
steps.add_node(third)
for source, target in pairwise([START, "first", "second", "third"]):
    steps.add_edge(source, target)
study = steps.compile(name="study")


def items_of(state: State) -> list[Item]:
    return [{"number": number} for number in range(state["items"])]


async def collect(state: State) -> State:
    return {}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, Branch(study, name="study", writes=["done"]), over=items_of, join=collect)
graph = builder.compile(name="items")
