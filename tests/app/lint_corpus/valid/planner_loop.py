"""A planner fans out to two workers, a judge joins them and may send the work back."""

import operator
from typing import Annotated, Literal

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def planner(state: State) -> State:
    return {"log": ["planner"]}


def left(state: State) -> State:
    return {"log": ["left"]}


def right(state: State) -> State:
    return {"log": ["right"]}


def judge(state: State) -> State:
    return {"log": ["judge"]}


def is_good(state: State) -> Literal["planner", "__end__"]:
    return "__end__" if state["log"].count("judge") > 1 else "planner"


builder = StateGraph(State)
for node in (planner, left, right, judge):
    builder.add_node(node)
builder.add_edge(START, "planner")
for worker in ("left", "right"):
    builder.add_edge("planner", worker)
    builder.add_edge(worker, "judge")
builder.add_conditional_edges("judge", is_good)
graph = builder.compile()
