"""One task per item by Send, with a state of its own; a reducer gathers the results."""

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"subjects": ["tides", "moon", ""]}),
    Example({"subjects": [{"name": "tides", "weight": 1.5}]}),
    Example({"subjects": []}),
]


class State(TypedDict, total=False):
    subjects: list[Any]
    lines: Annotated[list[str], operator.add]
    best: str


class Item(TypedDict):
    subject: Any
    position: int


def spread(state: State) -> list[Send]:
    items = enumerate(state["subjects"])
    return [Send("write_line", {"subject": subject, "position": n}) for n, subject in items]


def write_line(state: Item) -> State:
    return {"lines": [seen(state)]}


def choose(state: State) -> State:
    return {"best": max(state["lines"], key=len)}


builder = StateGraph(State)
builder.add_node(write_line)
builder.add_node(choose)
builder.add_conditional_edges(START, spread, ["write_line"])
builder.add_edge("write_line", "choose")
builder.add_edge("choose", END)
graph = builder.compile()
