"""A context that a request may leave out: its defaults apply."""

from dataclasses import dataclass

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "x"}), Example({"topic": "x"}, context={"depth": 3})]


@dataclass
class Context:
    depth: int = 1


class State(TypedDict, total=False):
    topic: str
    saw: str


def look(state: State, runtime: Runtime[Context]) -> State:
    return {"saw": seen(runtime.context)}


builder = StateGraph(State, context_schema=Context)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
