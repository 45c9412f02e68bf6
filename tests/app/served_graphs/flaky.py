"""Two branches; one of them fails the first time it is asked by a name."""

from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.app.served_graphs.calls import call, call_flaky


class Input(BaseModel):
    name: str


class Output(BaseModel):
    answer: str


class State(TypedDict, total=False):
    name: str
    times: Annotated[dict[str, int], by_branch]
    answer: str


async def steady(state: State) -> State:
    return {"times": {"steady": call(f"{state['name']}:steady")}}


async def flaky(state: State) -> State:
    return {"times": {"flaky": call_flaky(f"{state['name']}:flaky")}}


async def combine(state: State) -> State:
    return {"answer": ", ".join(f"{name} {times}" for name, times in state["times"].items())}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(steady), Branch(flaky)], join=combine)
graph = builder.compile(name="flaky")
