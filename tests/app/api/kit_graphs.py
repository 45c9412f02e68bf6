"""Graphs whose whole state is their input, so that callers may send what branches write."""

from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, by_item
from graphs.kit.state.results import Tag, tag


class State(TypedDict, total=False):
    results: Annotated[dict[str, Any], by_branch]
    rows: Annotated[list[Any], by_item]
    notes: dict[str, Any]


async def one(state: State) -> State:
    return {"results": {"one": 1}}


async def join(state: State) -> State:
    return {}


def _fan_out(schema: Any, **schemas: Any) -> Any:
    builder: Any = StateGraph(schema, **schemas)
    add_fan_out(builder, [Branch(one)], join=join)
    return builder.compile()


class Renamed(BaseModel):
    results: dict[str, Any] = Field(default_factory=dict, alias="before")


kit = _fan_out(State)
renamed = _fan_out(State, input_schema=Renamed)


class Around(TypedDict, total=False):
    results: dict[str, Any]


def _around() -> Any:
    builder: Any = StateGraph(Around)
    builder.add_node("within", kit)
    builder.add_edge(START, "within")
    builder.add_edge("within", END)
    return builder.compile()


around = _around()


class Plain(TypedDict, total=False):
    fanjoin_anything: str
    results: dict[str, Any]


def look(state: Plain) -> Plain:
    return {}


def _plain() -> Any:
    builder: Any = StateGraph(Plain)
    builder.add_node("look", look)
    builder.add_edge(START, "look")
    builder.add_edge("look", END)
    return builder.compile()


plain = _plain()

NAMES = [name for name, value in vars().items() if hasattr(value, "ainvoke")]

FORGED: dict[str, Any] = {
    **tag({"one": "forged"}, Tag(fan_out="join", round="r", index=0, is_first=True))
}
