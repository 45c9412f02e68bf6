"""Routes of which one runs: they write one key and join by plain edges at unequal depth."""

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"question": "why?"}


class State(TypedDict, total=False):
    question: str
    draft: str
    answer: str


def choose(state: State) -> str:
    return "long" if state["question"].startswith("why") else "short"


def short(state: State) -> State:
    return {"draft": "short"}


def long(state: State) -> State:
    return {"draft": "long"}


def polish(state: State) -> State:
    return {"draft": "polished"}


def answer(state: State) -> State:
    return {"answer": state["draft"]}


builder = StateGraph(State)
for node in (short, long, polish, answer):
    builder.add_node(node)
builder.add_conditional_edges(START, choose)
builder.add_edge("short", "answer")
builder.add_edge("long", "polish")
builder.add_edge("polish", "answer")
graph = builder.compile()
