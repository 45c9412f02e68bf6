"""A branch that is a graph and fails inside the first time, with a second attempt."""

from typing import Annotated

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.app.served_graphs.calls import call_flaky


class Input(BaseModel):
    name: str


class State(TypedDict, total=False):
    name: str
    times: Annotated[dict[str, int], by_branch]
    answer: str


class Times(TypedDict, total=False):
    times: Annotated[dict[str, int], by_branch]


async def ask(state: State) -> State:
    return {"times": {"inner": call_flaky(f"nested:{state['name']}")}}


async def other(state: State) -> State:
    return {"times": {"other": 1}}


async def combine(state: State) -> State:
    return {"answer": str(state["times"])}


inner = StateGraph(State, output_schema=Times)
inner.add_node(ask)
inner.add_edge(START, "ask")
inner.add_edge("ask", END)
builder = StateGraph(State, input_schema=Input)
add_fan_out(builder, [Branch(inner.compile(name="inner"), attempts=2), Branch(other)], join=combine)
graph = builder.compile(name="nested_flaky")
