"""A fan-out as LangGraph's own documentation writes it: a list edge and `operator.add`."""

import operator
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    word: str
    parts: Annotated[list[str], operator.add]
    answer: str


async def left(state: State) -> State:
    return {"parts": ["left"]}


def right(state: State) -> State:
    if state["word"] == "break":
        raise RuntimeError("right broke")
    return {"parts": ["right"]}


async def join(state: State) -> State:
    return {"answer": " ".join(sorted(state["parts"]))}


class Input(TypedDict):
    word: str


class Output(TypedDict):
    answer: str


builder = StateGraph(State, input_schema=Input, output_schema=Output)
builder.add_node(left)
builder.add_node(right)
builder.add_node(join)
builder.add_edge(START, "left")
builder.add_edge(START, "right")
builder.add_edge(["left", "right"], "join")
builder.add_edge("join", END)
graph = builder.compile()
