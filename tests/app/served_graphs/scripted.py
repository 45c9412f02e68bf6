"""Three branches that do as the input tells them."""

import asyncio
from typing import Annotated, Any, Literal

from langgraph.graph import StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, outcomes
from tests.app.at_work import at_work, wait_while_held

Behaviour = Literal["ok", "fail", "nap", "stall", "nan", "big", "odd"]


class Input(BaseModel):
    must: Behaviour = "ok"
    may: Behaviour = "ok"
    join: Behaviour = "ok"
    name: str = "x"


class Output(BaseModel):
    answer: str
    value: float | None = None


class State(TypedDict, total=False):
    must: Behaviour
    may: Behaviour
    join: Behaviour
    name: str
    results: Annotated[dict[str, Any], by_branch]
    answer: str
    value: float


async def act(behaviour: Behaviour, who: str) -> Any:
    with at_work(who):
        await wait_while_held(who)
        match behaviour:
            case "fail":
                raise ValueError(f"{who} broke")
            case "nap":
                await asyncio.sleep(0.2)
            case "stall":
                await asyncio.Event().wait()
            case "big":
                return "x" * 200_000
            case "odd":
                return {"object": object(), "number": float("inf")}
        return f"{who} did it"


async def must(state: State) -> State:
    return {"results": {"must": await act(state["must"], f"{state['name']}:must")}}


async def may(state: State) -> State:
    return {"results": {"may": await act(state["may"], f"{state['name']}:may")}}


async def also(state: State) -> State:
    return {"results": {"also": await act("ok", f"{state['name']}:also")}}


async def combine(state: State) -> State:
    await act(state["join"], f"{state['name']}:join")
    missing = [name for name, outcome in outcomes(state).items() if outcome["status"] != "ok"]
    answer = f"{', '.join(state['results'])}; missing: {missing}"
    return (
        {"answer": answer, "value": float("nan")} if state["join"] == "nan" else {"answer": answer}
    )


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    [Branch(must, timeout=50), Branch(may, required=False), Branch(also)],
    join=combine,
)
graph = builder.compile(name="scripted")
