"""A router sends each request down a way of its own, of unequal length, to one end."""

from typing import Literal

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

INPUT = {"question": "why?"}


class State(TypedDict, total=False):
    question: str
    facts: str
    answer: str


def choose(state: State) -> Literal["look_up", "answer"]:
    return "look_up" if state["question"].startswith("why") else "answer"


def look_up(state: State) -> State:
    return {"facts": "some"}


def answer(state: State) -> State:
    return {"answer": state.get("facts", "none")}


builder = StateGraph(State)
builder.add_node(look_up)
builder.add_node(answer)
builder.add_conditional_edges(START, choose)
builder.add_edge("look_up", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
