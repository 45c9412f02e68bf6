"""Two nodes of one step write a key that has no reducer, which only shows when it runs."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    answer: str


def say(what: str) -> Any:
    return {"answer": what}


async def one(state: State) -> Any:
    return say("one")


async def two(state: State) -> Any:
    return say("two")


builder = StateGraph(State)
for node in (one, two):
    builder.add_node(node)
    builder.add_edge(START, node.__name__)
    builder.add_edge(node.__name__, END)
graph = builder.compile()
