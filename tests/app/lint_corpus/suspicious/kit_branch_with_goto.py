"""A branch whose author steers by Command."""

from langgraph.graph import StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "right"


class State(TypedDict, total=False):
    topic: str
    answer: str
    remark: str


def left(state: State) -> State:
    return {"answer": "left"}


def right(state: State) -> Command[str]:
    return Command(goto="join")


def join(state: State) -> State:
    return {}


builder = StateGraph(State)
add_fan_out(builder, [Branch(left), Branch(right)], join=join)
graph = builder.compile()
