"""Models that allow what they do not declare, and one that is nothing but a dict."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"settings": {"depth": 1, "unknown": [1, None]}}),
    Example({"settings": {}, "free": {"any": {"thing": 1}}, "closed": {"n": 1}}),
]


class Settings(BaseModel):
    model_config = ConfigDict(extra="allow")

    depth: int = 0


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int


class State(TypedDict, total=False):
    settings: Settings
    free: dict[str, Any]
    closed: Closed
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
