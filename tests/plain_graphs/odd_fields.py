"""Fields that change what Pydantic writes: excluded, read from JSON text, serialized otherwise."""

from datetime import datetime
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field, Json, computed_field, field_serializer
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example(
        {
            "hidden": "h",
            "settings": '{"depth": 2}',
            "when": "2026-11-30T12:00:00Z",
            "box": {"hidden": "b", "width": 2},
        }
    ),
]


class Box(BaseModel):
    hidden: str = Field(exclude=True)
    width: int

    @computed_field  # type: ignore[prop-decorator]  # as Pydantic documents it
    @property
    def area(self) -> int:
        return self.width**2


class Request(BaseModel):
    hidden: str = Field(exclude=True)
    settings: Json[dict[str, int]]
    when: datetime
    box: Box

    @field_serializer("when")
    def to_year(self, when: datetime) -> str:
        return str(when.year)


class State(TypedDict, total=False):
    hidden: str
    settings: Any
    when: Any
    box: Any
    saw: str


def look(state: State) -> State:
    return {"saw": seen(state)}


builder = StateGraph(State, input_schema=Request)
builder.add_node(look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
