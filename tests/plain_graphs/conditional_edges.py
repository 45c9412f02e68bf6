"""Routers of every form: a name, several names, a mapping of answers, the end."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"kind": kind}) for kind in ("email", "both", "none")]


class State(TypedDict, total=False):
    kind: str
    path: Annotated[list[str], operator.add]


def receive(state: State) -> State:
    return {"path": [seen(state)]}


def choose(state: State) -> list[str] | str:
    if state["kind"] == "both":
        return ["write_email", "call"]
    return "write_email" if state["kind"] == "email" else END


def write_email(state: State) -> State:
    return {"path": ["email"]}


def call(state: State) -> State:
    return {"path": ["call"]}


def archive(state: State) -> State:
    return {"path": ["archived"]}


builder = StateGraph(State)
for node in (receive, write_email, call, archive):
    builder.add_node(node)
builder.add_edge(START, "receive")
builder.add_conditional_edges("receive", choose, ["write_email", "call", END])
builder.add_conditional_edges(
    "write_email", lambda state: state["kind"] == "both", {True: END, False: "archive"}
)
graph = builder.compile()
