"""A state with total=False that inherits from two others; an empty input is an input, too."""

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "tides", "depth": 2, "tags": []})]


class Question(TypedDict, total=False):
    topic: str
    depth: int


class Labels(TypedDict, total=False):
    tags: list[str]


class State(Question, Labels, total=False):
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
