"""Nodes that write and say where to go on, in one Command."""

import operator
from typing import Annotated, Literal

from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"amount": 5}), Example({"amount": 500}), Example({"amount": -1})]


class State(TypedDict, total=False):
    amount: int
    path: Annotated[list[str], operator.add]


def triage(state: State) -> Command[Literal["small", "large", "__end__"]]:
    if state["amount"] < 0:
        return Command(update={"path": ["refused"]}, goto="__end__")
    return Command(
        update={"path": [seen(state)]}, goto="small" if state["amount"] < 100 else "large"
    )


def small(state: State) -> State:
    return {"path": [f"small {seen(state)}"]}


def large(state: State) -> Command[Literal["small"]]:
    halves = [Send("small", {"amount": state["amount"] // 2}) for _ in range(2)]
    return Command(update={"amount": 0, "path": ["large"]}, goto=halves)


builder = StateGraph(State)
builder.add_node(triage)
builder.add_node(small)
builder.add_node(large)
builder.add_edge(START, "triage")
graph = builder.compile()
