"""A TypedDict as context: nodes get the JSON of the request."""

from typing import NotRequired

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x"}, context={"user": "ann"}),
    Example({"topic": "x"}, context={"user": "ann", "model": {"name": "big"}, "limit": 3}),
    Example({"topic": "x"}, context={"user": "", "limit": None}),
]


class Model(TypedDict, total=False):
    name: str
    temperature: float


class Context(TypedDict):
    user: str
    model: NotRequired[Model]
    limit: NotRequired[int | None]


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
