"""Two nodes one after the other, both behind LangGraph's own cache."""

from langgraph.cache.memory import InMemoryCache
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy
from typing_extensions import TypedDict


class Input(TypedDict):
    number: int


class State(TypedDict, total=False):
    number: int
    doubled: int
    answer: int


async def double(state: State) -> State:
    return {"doubled": state["number"] * 2}


async def again(state: State) -> State:
    return {"answer": state["doubled"] * 2}


builder = StateGraph(State, input_schema=Input)
builder.add_node(double, cache_policy=CachePolicy())
builder.add_node(again, cache_policy=CachePolicy())
builder.add_edge(START, "double")
builder.add_edge("double", "again")
builder.add_edge("again", END)
graph = builder.compile(cache=InMemoryCache(), name="remembers")
