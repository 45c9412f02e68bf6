"""A Pydantic output schema: it is checked, and what the nodes wrote goes out by field name."""

from datetime import date
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "tides", "skip": True})]


class Source(BaseModel):
    title: str = Field(alias="Title")
    hidden: int = Field(default=1, exclude=True)


class Question(TypedDict, total=False):
    topic: str
    skip: bool


class Answer(BaseModel):
    user_text: str = Field(alias="userText")
    day: date | None = None
    sources: list[Source] = []
    optional: str = "the default"


class State(Question, total=False):
    user_text: str
    day: Any
    sources: list[dict[str, Any]]
    optional: str


def write(state: State) -> State:
    if state.get("skip"):
        return {"user_text": "short"}
    return {
        "user_text": state["topic"],
        "day": "2026-11-30",
        "sources": [{"Title": "Tides", "more": [1]}],
        "optional": "written",
    }


builder = StateGraph(State, input_schema=Question, output_schema=Answer)
builder.add_node(write)
builder.add_edge(START, "write")
builder.add_edge("write", END)
graph = builder.compile()
