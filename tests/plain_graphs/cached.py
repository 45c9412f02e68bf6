"""A node behind LangGraph's cache: it runs once for each input."""

import itertools

from langgraph.cache.memory import InMemoryCache
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"number": 2}), Example({"number": 3}), Example({"number": 2})]

calls = itertools.count(1)


class Input(TypedDict):
    number: int


class Output(TypedDict, total=False):
    answer: int
    call: int
    saw: str


class State(Input, Output):
    pass


async def compute(state: Input) -> Output:
    return {"answer": state["number"] ** 2, "call": next(calls)}


async def look(state: State) -> Output:
    return {"saw": seen(state)}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
builder.add_node(compute, cache_policy=CachePolicy())
builder.add_node(look)
builder.add_edge(START, "compute")
builder.add_edge("compute", "look")
builder.add_edge("look", END)
graph = builder.compile(cache=InMemoryCache())
