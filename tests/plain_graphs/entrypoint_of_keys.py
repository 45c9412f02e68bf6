"""An entrypoint that takes an object, and gets the JSON itself: LangGraph makes no model of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langgraph.func import entrypoint
from pydantic import BaseModel, Field

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "tides", "depth": 2}),
    Example({"topic": "tides"}, plain={"topic": "tides", "depth": 1}),
]


class Input(BaseModel):
    topic: str = Field(min_length=1)
    depth: int = 1


@dataclass
class Brief:
    text: str
    saw: str


@entrypoint()
def graph(given: Input) -> Brief:
    sent: Any = given
    return Brief(f"On {sent['topic']}", seen(given))
