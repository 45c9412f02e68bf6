"""Two fan-outs, one behind the other, with a third inside: a test holds it in the second."""

from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.app.at_work import at_work, wait_while_held
from tests.app.served_graphs.calls import call, call_flaky


class Input(BaseModel):
    name: str = Field(examples=["anybody"])


class Output(BaseModel):
    answer: str


class State(TypedDict, total=False):
    name: str
    times: Annotated[dict[str, int], by_branch]
    parts: Annotated[dict[str, int], by_branch]
    answer: str


class Parts(TypedDict, total=False):
    times: Annotated[dict[str, int], by_branch]


async def early(state: State) -> State:
    return {"times": {"early": call(f"stages:{state['name']}:early")}}


async def steady(state: State) -> State:
    return {"times": {"steady": call(f"stages:{state['name']}:steady")}}


async def breaks(state: State) -> State:
    who = f"{state['name']}:breaks"
    with at_work(who):
        await wait_while_held(who)
        return {"times": {"breaks": call_flaky(f"stages:{who}")}}


async def part(state: State) -> State:
    return {"parts": {"part": call(f"stages:{state['name']}:part")}}


async def later(state: State) -> State:
    who = f"{state['name']}:later"
    with at_work(who):
        await wait_while_held(who)
        return {"parts": {"later": call(f"stages:{who}")}}


async def collect(state: State) -> State:
    return {}


async def close(state: State) -> Parts:
    return {"times": dict(state["parts"])}


async def middle(state: State) -> State:
    return {}


async def finish(state: State) -> State:
    return {
        "answer": ", ".join(f"{name} {times}" for name, times in sorted(state["times"].items()))
    }


inner = StateGraph(State, output_schema=Parts)
add_fan_out(inner, [Branch(part)], join=collect)
add_fan_out(inner, [Branch(later)], source="collect", join=close)
builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(early)], join=middle)
second = [Branch(steady), Branch(inner.compile(name="inner"), name="inner"), Branch(breaks)]
add_fan_out(builder, second, source="middle", join=finish)
graph = builder.compile(name="stages")
