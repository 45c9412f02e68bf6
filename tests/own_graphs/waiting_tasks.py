"""Waiting tasks: the form of `two_tasks`, with tasks that sleep as long as they are told to.

START ─┬─> left ──┐
       └─> right ─┴─> both ─> END
"""

import asyncio
from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class Input(BaseModel):
    """How long each task sleeps."""

    seconds: float


class Output(BaseModel):
    """Which tasks are done."""

    done: list[str]


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    seconds: float
    slept: Annotated[dict[str, float], by_branch]
    done: list[str]


async def left(state: State) -> State:
    await asyncio.sleep(state["seconds"])
    return {"slept": {"left": state["seconds"]}}


async def right(state: State) -> State:
    await asyncio.sleep(state["seconds"])
    return {"slept": {"right": state["seconds"]}}


async def both(state: State) -> State:
    return {"done": list(state["slept"])}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(left), Branch(right)], join=both)
graph = builder.compile(name="waiting_tasks")
