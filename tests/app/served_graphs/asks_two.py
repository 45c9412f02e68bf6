"""Two branches ask a question each while their sibling finishes."""

from typing import Annotated

from langgraph.graph import StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class State(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]
    answer: str


async def sure(state: State) -> State:
    return {"results": {"sure": "yes"}}


async def where(state: State) -> State:
    return {"results": {"where": interrupt("where?")}}


async def when(state: State) -> State:
    return {"results": {"when": interrupt("when?")}}


async def combine(state: State) -> State:
    return {"answer": ", ".join(f"{name} {state['results'][name]}" for name in state["results"])}


builder = StateGraph(State)
add_fan_out(builder, [Branch(sure), Branch(where), Branch(when)], join=combine)
graph = builder.compile(name="asks_two")
