"""A state that is a NamedTuple."""

from typing import Any, NamedTuple

from langgraph.graph import END, START, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "tides", "depth": 2})]


class State(NamedTuple):
    topic: str
    depth: int = 1
    saw: str = ""


def see(state: Any) -> Any:
    return {"saw": seen(state)}


schema: Any = State
builder: StateGraph[Any, Any, Any, Any] = StateGraph(schema)
builder.add_node(see)
builder.add_edge(START, "see")
builder.add_edge("see", END)
graph = builder.compile()
