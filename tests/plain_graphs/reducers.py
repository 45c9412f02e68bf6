"""Reducers of every kind: lists that grow, dicts that merge, a best value, one overwritten."""

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import Overwrite
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"words": ["a"], "votes": {"ann": 1}, "best": 3, "latest": ["x"]}),
    Example({"words": [], "votes": {}, "best": -1}),
    Example({"words": ["only"]}),
]


def keep_greater(old: int, new: int) -> int:
    return max(old, new)


class State(TypedDict, total=False):
    words: Annotated[list[str], operator.add]
    votes: Annotated[dict[str, int], operator.or_]
    best: Annotated[int, keep_greater]
    latest: Annotated[list[str], operator.add]
    saw: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"words": ["left"], "votes": {"left": 1}, "best": 2, "saw": [seen(state)]}


def right(state: State) -> State:
    return {"words": ["right"], "votes": {"right": 2}, "best": 7}


def restart(state: State) -> dict[str, Any]:
    return {"latest": Overwrite(["fresh"]), "saw": [seen(state)]}


builder = StateGraph(State)
for node in (left, right, restart):
    builder.add_node(node)
builder.add_edge(START, "left")
builder.add_edge(START, "right")
builder.add_edge(["left", "right"], "restart")
builder.add_edge("restart", END)
graph = builder.compile()
