"""A hundred branches at once; one of them fails, and is optional."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.app.at_work import at_work, wait_while_held

NAMES = [f"part_{number:03}" for number in range(100)]


class Input(BaseModel):
    """How it goes."""

    failing: str = Field(default="part_042", examples=["part_042"])


class Output(BaseModel):
    """How many parts there are."""

    parts: int


class State(TypedDict, total=False):
    failing: str
    made: Annotated[dict[str, int], by_branch]
    parts: int


def part(name: str) -> Callable[[State], Awaitable[State]]:
    async def work(state: State) -> State:
        with at_work(f"wide:{name}"):
            await wait_while_held(f"wide:{name}")
        if state["failing"] == name:
            raise ValueError(f"{name} broke")
        return {"made": {name: 1}}

    work.__name__ = name
    return work


async def collect(state: State) -> State:
    return {"parts": len(state["made"])}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(part(name), required=False) for name in NAMES], join=collect)
graph = builder.compile(name="wide")
