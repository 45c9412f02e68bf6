"""A sub-graph that steers its parent, and a node that steers to the end: no annotation needed."""

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

INPUT = {"question": "why?"}


class State(TypedDict, total=False):
    question: str
    answer: str


def hand_off(state: State) -> Command[str]:
    return Command(goto="expert", graph=Command.PARENT)


def expert(state: State) -> Command[str]:
    return Command(update={"answer": "because"}, goto=END)


desk = StateGraph(State).add_node(hand_off).add_edge(START, "hand_off").compile()

builder = StateGraph(State)
builder.add_node("desk", desk, destinations=("expert",))
builder.add_node(expert)
builder.add_edge(START, "desk")
graph = builder.compile()
