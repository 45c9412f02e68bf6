"""A branch of the kit reads by the state's annotation, too."""

from enum import Enum

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "left"
INPUT = {"level": "low"}


class Level(Enum):
    LOW = "low"


class State(TypedDict, total=False):
    level: Level
    answer: str
    remark: str


def left(state: State) -> State:
    return {"answer": state["level"].value}


def right(state: State) -> State:
    return {"remark": "right"}


def join(state: State) -> State:
    return {"answer": state["remark"] + state["answer"]}


builder = StateGraph(State)
add_fan_out(builder, [Branch(left), Branch(right)], join=join)
graph = builder.compile()
