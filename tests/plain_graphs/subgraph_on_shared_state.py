"""A graph within a graph, on the same keys."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "tides", "notes": ["first"]})]


class State(TypedDict, total=False):
    topic: str
    draft: str
    notes: Annotated[list[str], operator.add]


class Inner(TypedDict, total=False):
    topic: str
    draft: str
    attempts: int


def draft(state: Inner) -> Inner:
    return {"draft": f"On {state['topic']}", "attempts": 1}


def polish(state: Inner) -> Inner:
    return {"draft": f"{state['draft']}, polished: {seen(state)}"}


inner = StateGraph(Inner)
inner.add_sequence([draft, polish])
inner.add_edge(START, "draft")


def note(state: State) -> State:
    return {"notes": [seen(state)]}


builder = StateGraph(State)
builder.add_node("write", inner.compile())
builder.add_node(note)
builder.add_edge(START, "write")
builder.add_edge("write", "note")
builder.add_edge("note", END)
graph = builder.compile()
