"""One branch asks a question while its sibling finishes."""

from typing import Annotated, Any

from langgraph.graph import StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class State(TypedDict, total=False):
    more: dict[str, Any]
    results: Annotated[dict[str, str], by_branch]
    answer: str


async def sure(state: State) -> State:
    return {"results": {"sure": "yes"}}


async def unsure(state: State) -> State:
    return {"results": {"unsure": interrupt({"question": "may I?", **state.get("more", {})})}}


async def combine(state: State) -> State:
    return {"answer": str(state["results"])}


builder = StateGraph(State)
add_fan_out(builder, [Branch(sure), Branch(unsure)], join=combine)
graph = builder.compile(name="asks")
