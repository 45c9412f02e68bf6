"""A thread's entries: every run that ends well adds its name once, whatever was killed meanwhile.

    START ─┬─> quick ─┐
           ├─> slow ──┼─> combine ─> END
           └─> moody ─┘

`moody` asks where the run is to ask, and fails once where it is to fail.
"""

import asyncio
import operator
import os
from pathlib import Path
from typing import Annotated, Literal

from langgraph.graph import StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.e2e.killable.starts import note


class Input(BaseModel):
    name: str
    kind: Literal["plain", "asks", "fails"] = "plain"
    pace: float = 0.1


class Output(BaseModel):
    results: dict[str, str]


class State(TypedDict, total=False):
    name: str
    kind: str
    pace: float
    results: Annotated[dict[str, str], by_branch]
    entries: Annotated[list[str], operator.add]


async def quick(state: State) -> State:
    note(state["name"], "quick")
    return {"results": {"quick": state["name"]}}


async def slow(state: State) -> State:
    note(state["name"], "slow")
    await asyncio.sleep(state["pace"])
    return {"results": {"slow": state["name"]}}


async def moody(state: State) -> State:
    note(state["name"], "moody")
    if state["kind"] == "asks":
        return {"results": {"moody": interrupt({"of": state["name"]})}}
    if state["kind"] == "fails":
        _fail_once(state["name"])
    return {"results": {"moody": "content"}}


async def combine(state: State) -> State:
    note(state["name"], "combine")
    mood = state["results"]["moody"]
    return {"entries": [f"{state['name']}:{mood}"]}


def _fail_once(name: str) -> None:
    mark = Path(os.environ["KILLABLE_LOG"]).with_name(f"{name}.failed")
    if not mark.exists():
        mark.touch()
        raise RuntimeError(f"{name} fails once")


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(quick), Branch(slow), Branch(moody)], join=combine)
graph = builder.compile(name="diary")
