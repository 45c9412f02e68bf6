"""A node that asks, goes on with the answer, and asks once more."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

NOTHING: list[Any] = [None, {}, [], False, 0, ""]
EXAMPLES = [
    *(Example({"topic": "x"}, answers=[answer, "yes"]) for answer in NOTHING),
    Example({"topic": "x"}, answers=[{"name": "ann", "tags": [1, 2.5, None]}, True]),
    Example({"topic": "x"}, answers=["é\u0000", {"": None}]),
]


class State(TypedDict, total=False):
    topic: str
    first: str
    second: str


def ask(state: State) -> State:
    first = interrupt({"question": f"What about {state['topic']}?"})
    return {"first": seen(first)}


def ask_again(state: State) -> State:
    return {"second": seen(interrupt("Sure?"))}


builder = StateGraph(State)
builder.add_sequence([ask, ask_again])
builder.add_edge(START, "ask")
builder.add_edge("ask_again", END)
graph = builder.compile()
