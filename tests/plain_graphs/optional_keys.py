"""Keys that may be absent, keys that may be null, and the difference between the two."""

from typing import Any, NotRequired

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides"}),
    Example({"topic": "tides", "style": None, "length": None}),
    Example({"topic": "tides", "style": "dry", "length": 3}),
]


class State(TypedDict):
    topic: str
    style: NotRequired[str | None]
    length: NotRequired[int | None]
    never_written: NotRequired[float]
    written_as_null: NotRequired[str | None]
    saw: NotRequired[str]


def write(state: State) -> dict[str, Any]:
    return {"saw": seen(state), "written_as_null": None}


builder = StateGraph(State)
builder.add_node(write)
builder.add_edge(START, "write")
builder.add_edge("write", END)
graph = builder.compile()
