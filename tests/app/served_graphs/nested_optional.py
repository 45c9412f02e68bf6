"""A branch that is a fan-out with an optional part, which fails the first time."""

from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.app.served_graphs.calls import call_flaky


class Input(BaseModel):
    name: str = Field(examples=["anybody"])
    insists: bool = False
    """Without the optional part the branch fails, and is tried again."""


class State(TypedDict, total=False):
    name: str
    insists: bool
    parts: Annotated[dict[str, int], by_branch]
    gathered: Annotated[dict[str, list[str]], by_branch]
    answer: str


class Parts(TypedDict):
    gathered: dict[str, list[str]]


async def flaky(state: State) -> State:
    return {"parts": {"flaky": call_flaky(f"optional:{state['name']}")}}


async def steady(state: State) -> State:
    return {"parts": {"steady": 1}}


async def settle(state: State) -> Parts:
    if state.get("insists") and "flaky" not in state["parts"]:
        raise ConnectionError("a part is missing")
    return {"gathered": {"inner": list(state["parts"])}}


async def other(state: State) -> State:
    return {"gathered": {"other": []}}


async def combine(state: State) -> State:
    return {"answer": " ".join(state["gathered"]["inner"])}


inner = StateGraph(State, output_schema=Parts)
add_fan_out(inner, [Branch(flaky, required=False), Branch(steady)], join=settle)
builder = StateGraph(State, input_schema=Input)
add_fan_out(builder, [Branch(inner.compile(name="inner"), attempts=2), Branch(other)], join=combine)
graph = builder.compile(name="nested_optional")
