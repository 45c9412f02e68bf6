"""A graph within a graph asks; its parent goes on with the answer."""

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x"}, answers=[{"approved": True}]),
    Example({"topic": "x"}, answers=[None]),
]


class State(TypedDict, total=False):
    topic: str
    approval: str
    letter: str


def ask(state: State) -> State:
    return {"approval": seen(interrupt({"about": state["topic"]}))}


def write(state: State) -> State:
    return {"letter": seen(state)}


approve = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()

builder = StateGraph(State)
builder.add_node("approve", approve)
builder.add_node(write)
builder.add_edge(START, "approve")
builder.add_edge("approve", "write")
builder.add_edge("write", END)
graph = builder.compile()
