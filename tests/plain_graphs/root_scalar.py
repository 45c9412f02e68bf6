"""A state that is one number."""

from typing import Any

from langgraph.graph import END, START, StateGraph

from tests.plain_graphs.examples import Example

EXAMPLES = [Example(1), Example(0), Example(-3)]


def increment(state: Any) -> Any:
    return state + 1


number: Any = int
builder: StateGraph[Any, Any, Any, Any] = StateGraph(number)
builder.add_sequence([("once", increment), ("twice", increment)])
builder.add_edge(START, "once")
builder.add_edge("twice", END)
graph = builder.compile()
