"""A dataclass as context, with a part of its own."""

from dataclasses import dataclass, field

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x"}, context={"user": "ann"}),
    Example({"topic": "x"}, context={"user": "ann", "model": {"name": "big"}, "limit": 3}),
    Example({"topic": "x"}, context={"user": "", "limit": None}),
]


@dataclass
class Model:
    name: str = "small"
    temperature: float = 0.0


@dataclass
class Context:
    user: str
    model: Model = field(default_factory=Model)
    limit: int | None = None


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
