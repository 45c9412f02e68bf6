"""One TypedDict for everything, and a request that sends the one key it knows."""

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "cats"}),
    Example({"topic": "cats", "notes": ["earlier"]}),
    Example({"topic": "cats", "joke": "", "poem": "", "notes": [], "error": ""}),
    Example({"joke": "no topic", "topic": ""}),
]


class State(TypedDict):
    topic: str
    joke: str
    poem: str
    notes: Annotated[list[str], operator.add]
    error: str


def tell_joke(state: State) -> dict[str, Any]:
    return {"joke": f"A joke about {state['topic']}", "notes": [seen(state)]}


def write_poem(state: State) -> dict[str, Any]:
    return {"poem": f"A poem about {state['topic']}"}


def combine(state: State) -> dict[str, Any]:
    return {"notes": [f"{state['joke']} / {state['poem']}", seen(state)]}


builder = StateGraph(State)
builder.add_node(tell_joke)
builder.add_node(write_poem)
builder.add_node(combine)
builder.add_edge(START, "tell_joke")
builder.add_edge(START, "write_poem")
builder.add_edge(["tell_joke", "write_poem"], "combine")
builder.add_edge("combine", END)
graph = builder.compile()
