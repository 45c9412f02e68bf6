"""A node that steers by Command and says in its type where to."""

from typing import Literal

from langgraph.graph import START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

INPUT = {"question": "2+2"}


class State(TypedDict, total=False):
    question: str
    answer: str


def triage(state: State) -> Command[Literal["calculate", "converse"]]:
    return Command(goto="calculate" if state["question"][0].isdigit() else "converse")


def calculate(state: State) -> State:
    return {"answer": "4"}


def converse(state: State) -> State:
    return {"answer": "hello"}


builder = StateGraph(State)
for node in (triage, calculate, converse):
    builder.add_node(node)
builder.add_edge(START, "triage")
graph = builder.compile()
