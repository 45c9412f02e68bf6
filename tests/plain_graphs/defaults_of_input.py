"""An input schema with defaults: what a request leaves out is added once, as JSON."""

from datetime import date
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field, SecretStr
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

DEFAULTS: dict[str, Any] = {
    "tone": "dry",
    "limits": {"words": 100, "lines": None},
    "since": "2026-01-31",
    "key": "s3cret default",
    "raw": "bytes",
    "tags": ["a", "b"],
    "note": None,
}
EXAMPLES = [
    Example({"topic": "tides"}, plain={"topic": "tides", **DEFAULTS}),
    Example(
        {"topic": "tides", "tone": "warm", "limits": {"words": 5}, "key": "s3cret", "raw": "r"},
        plain={
            "topic": "tides",
            **DEFAULTS,
            "tone": "warm",
            "limits": {"words": 5},
            "key": "s3cret",
            "raw": "r",
        },
    ),
]


class Limits(BaseModel):
    words: int = 100
    lines: int | None = None


class Request(BaseModel):
    topic: str
    tone: str = "dry"
    limits: Limits = Limits()
    since: date = date(2026, 1, 31)
    key: SecretStr = SecretStr("s3cret default")
    raw: bytes = b"bytes"
    tags: list[str] = Field(default_factory=lambda: ["a", "b"])
    note: str | None = None


class State(TypedDict, total=False):
    topic: str
    tone: str
    limits: Any
    since: Any
    key: Any
    raw: Any
    tags: list[str]
    note: str | None
    saw: str


class Result(TypedDict, total=False):
    saw: str


def look(state: State) -> Result:
    return {"saw": seen(state)}


builder = StateGraph(State, input_schema=Request, output_schema=Result)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
