"""An input with a field of every kind; the answer is what was sent."""

from datetime import date
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict


class Place(BaseModel):
    """Where it is."""

    city: str = Field(min_length=2)
    floor: int = 0


class Input(BaseModel):
    """A field of every kind."""

    words: str = Field(min_length=3, examples=["tidal power"])
    count: int = Field(ge=1, le=9, examples=[3])
    share: float | None = None
    kind: Literal["short", "long"] = "short"
    is_new: bool = Field(default=False)
    day: date = Field(examples=["2026-12-01"])
    tags: list[str] = Field(default=[], examples=[["sea", "moon"]])
    places: list[Literal["north", "south"]] = ["north"]
    home: Place | None = None
    office: Place = Place(city="Brest")
    more: dict[str, Any] = {}


class State(TypedDict, total=False):
    words: str
    count: int
    share: float | None
    kind: str
    is_new: bool
    day: date
    tags: list[str]
    places: list[str]
    home: Any
    office: Any
    more: dict[str, Any]
    answer: str


class Output(BaseModel):
    """What was sent, in one line."""

    answer: str


async def repeat(state: State) -> State:
    return {"answer": f"{state['words']} {state['count']} {state['kind']} {state['tags']}"}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
builder.add_node(repeat)
builder.add_edge(START, "repeat")
builder.add_edge("repeat", END)
graph = builder.compile(name="strict")
