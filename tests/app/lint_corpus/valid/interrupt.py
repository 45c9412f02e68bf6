"""A branch that asks a person while its sibling works."""

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    approval: str
    draft: str
    letter: str


def ask(state: State) -> State:
    return {"approval": interrupt(f"May I write about {state['topic']}?")}


def draft(state: State) -> State:
    return {"draft": "text"}


def send(state: State) -> State:
    return {"letter": f"{state['draft']} {state['approval']}"}


builder = StateGraph(State)
for node in (ask, draft, send):
    builder.add_node(node)
builder.add_edge(START, "ask")
builder.add_edge(START, "draft")
builder.add_edge("ask", "send")
builder.add_edge("draft", "send")
graph = builder.compile()
