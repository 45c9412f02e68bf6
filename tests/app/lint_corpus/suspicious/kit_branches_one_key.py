"""Two branches of the kit whose authors return one key without reducer."""

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "left, right"


class State(TypedDict, total=False):
    topic: str
    answer: str
    remark: str


def left(state: State) -> State:
    return {"answer": "left"}


def right(state: State) -> State:
    return {"answer": "right"}


def join(state: State) -> State:
    return {}


builder = StateGraph(State)
add_fan_out(builder, [Branch(left), Branch(right)], join=join)
graph = builder.compile()
