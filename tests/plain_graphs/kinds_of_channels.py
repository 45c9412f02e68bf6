"""Channels named in the annotation: one that forgets after a step, one that is not stored."""

from typing import Annotated

from langgraph.channels import EphemeralValue, LastValue, UntrackedValue
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"last": "l"}), Example({"last": "l", "brief": "b", "unstored": "u"})]


class State(TypedDict, total=False):
    last: Annotated[str, LastValue]
    brief: Annotated[str, EphemeralValue]
    unstored: Annotated[str, UntrackedValue]
    saw: str
    saw_later: str


def look(state: State) -> State:
    return {"saw": seen(state)}


def look_later(state: State) -> State:
    return {"saw_later": seen(state)}


builder = StateGraph(State)
builder.add_sequence([look, look_later])
builder.add_edge(START, "look")
builder.add_edge("look_later", END)
graph = builder.compile()
