"""Two fan-outs in a row; a branch of the first, without which it goes on, fails the first time."""

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
    seen: list[str]
    written: str
    answer: str


async def steady(state: State) -> State:
    return {"times": {"steady": call(f"{state['name']}:steady")}}


async def flaky(state: State) -> State:
    return {"times": {"flaky": call_flaky(f"{state['name']}:flaky")}}


async def gather(state: State) -> State:
    return {"seen": list(state["times"])}


async def write(state: State) -> State:
    return {"written": f"from {' and '.join(state['seen'])}"}


async def finish(state: State) -> State:
    return {"answer": state["written"]}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(steady), Branch(flaky, required=False)], join=gather)
add_fan_out(builder, [Branch(write)], source="gather", join=finish)
graph = builder.compile(name="builds_on")
