"""A join that steers by Command and says in its type where to."""

from typing import Literal

from langgraph.graph import StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    answer: str
    remark: str


def left(state: State) -> State:
    return {"answer": "left"}


def right(state: State) -> State:
    return {"remark": "right"}


def join(state: State) -> Command[Literal["check"]]:
    return Command(goto="check")


def check(state: State) -> State:
    return {"remark": "checked"}


builder = StateGraph(State)
builder.add_node(check)
add_fan_out(builder, [Branch(left), Branch(right)], join=join, target=None)
graph = builder.compile()
