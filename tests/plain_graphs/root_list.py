"""A state that is a list, with a reducer: LangGraph calls it the root."""

import operator
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example([{"a": 1}]), Example([]), Example([1, None, "x"])]


def count(state: Any) -> list[object]:
    return [len(state)]


def see(state: Any) -> list[object]:
    return [seen(state)]


numbers: Any = Annotated[list[object], operator.add]
builder: StateGraph[Any, Any, Any, Any] = StateGraph(numbers)
for node in (count, see):
    builder.add_node(node)
    builder.add_edge(START, node.__name__)
    builder.add_edge(node.__name__, END)
graph = builder.compile()
