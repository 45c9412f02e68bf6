"""The flaky graph without the kit."""

from operator import or_
from typing import Annotated

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.app.served_graphs.calls import call, call_flaky


class Input(BaseModel):
    name: str


class Output(BaseModel):
    answer: str


class State(TypedDict, total=False):
    name: str
    times: Annotated[dict[str, int], or_]
    answer: str


async def steady(state: State) -> State:
    return {"times": {"steady": call(f"plain:{state['name']}:steady")}}


async def flaky(state: State) -> State:
    return {"times": {"flaky": call_flaky(f"plain:{state['name']}:flaky")}}


async def combine(state: State) -> State:
    times = sorted(state["times"].items(), reverse=True)
    return {"answer": ", ".join(f"{name} {count}" for name, count in times)}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
for node in (steady, flaky, combine):
    builder.add_node(node)
builder.add_edge(START, "steady")
builder.add_edge(START, "flaky")
builder.add_edge(["steady", "flaky"], "combine")
builder.add_edge("combine", END)
graph = builder.compile(name="plain_flaky")
