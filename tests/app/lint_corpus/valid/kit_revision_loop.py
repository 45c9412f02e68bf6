"""A fan-out behind a step, whose join is asked again until a critic is content."""

import operator
from typing import Annotated, Literal

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def join(state: State) -> State:
    return {"log": ["join"]}


def prepare(state: State) -> State:
    return {"log": ["prepare"]}


def critic(state: State) -> State:
    return {"log": ["critic"]}


def revise(state: State) -> State:
    return {"log": ["revise"]}


def is_content(state: State) -> Literal["revise", "__end__"]:
    return "__end__" if state["log"].count("critic") > 1 else "revise"


builder = StateGraph(State)
for node in (prepare, critic, revise):
    builder.add_node(node)
builder.add_edge(START, "prepare")
add_fan_out(builder, [Branch(left), Branch(right)], join=join, source="prepare", target="critic")
builder.add_conditional_edges("critic", is_content)
builder.add_edge("revise", "join")
graph = builder.compile()
