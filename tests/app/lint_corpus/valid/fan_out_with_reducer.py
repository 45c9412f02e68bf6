"""Three branches of one depth write one key that has a reducer."""

import operator
from typing import Annotated

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def short(state: State) -> State:
    return {"log": ["short"]}


def first(state: State) -> State:
    return {"log": ["first"]}


def second(state: State) -> State:
    return {"log": ["second"]}


def join(state: State) -> State:
    return {"log": ["join"]}


builder = StateGraph(State)
for node in (short, first, second, join):
    builder.add_node(node)
for branch in ("short", "first", "second"):
    builder.add_edge(START, branch)
    builder.add_edge(branch, "join")
graph = builder.compile()
