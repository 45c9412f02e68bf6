"""Nodes that write subclasses of what the output declares: all of their fields go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example

EXAMPLES = [Example({"topic": "tides"})]


class Finding(BaseModel):
    title: str


class WebFinding(Finding):
    url: str


class Report(BaseModel):
    best: Finding
    others: dict[str, list[Finding]]


@dataclass
class Source:
    name: str


@dataclass
class Book(Source):
    pages: int


class Question(TypedDict):
    topic: str


class Answer(TypedDict, total=False):
    best: Finding
    others: list[Finding]
    report: Report
    source: Source
    talk: Sequence[BaseMessage]
    extra: dict[str, Any]


class State(Question, Answer):
    pass


def search(state: State) -> Answer:
    web = WebFinding(title=state["topic"], url="https://web.example")
    call = {"name": "find", "args": {"x": 1}, "id": "c", "type": "tool_call"}
    return {
        "best": web,
        "others": [web, Finding(title="plain")],
        "report": Report(best=web, others={"web": [web]}),
        "source": Book("Tides", 300),
        "talk": [HumanMessage("hi", id="1"), AIMessage("hello", id="2", tool_calls=[call])],
        "extra": {"finding": web, "message": AIMessage("nested", id="3")},
    }


builder = StateGraph(State, input_schema=Question, output_schema=Answer)
builder.add_node(search)
builder.add_edge(START, "search")
builder.add_edge("search", END)
graph = builder.compile()
