"""A Pydantic state: nodes get instances of it, with its defaults."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides"}),
    Example({"topic": "tides", "depth": 4, "tags": ["sea"]}),
]


class State(BaseModel):
    topic: str
    depth: int = 1
    tags: list[str] = []
    saw: str = ""
    title: str | None = None


def look(state: State) -> dict[str, Any]:
    return {"saw": seen(state), "depth": state.depth + 1}


def name(state: State) -> dict[str, Any]:
    return {"title": f"{state.topic} at {state.depth}", "saw": f"{state.saw} then {seen(state)}"}


builder = StateGraph(State)
builder.add_sequence([look, name])
builder.add_edge(START, "look")
builder.add_edge("name", END)
graph = builder.compile()
