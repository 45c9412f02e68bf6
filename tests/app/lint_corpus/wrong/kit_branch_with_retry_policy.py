"""A retry policy never retries: the branch's node itself does not fail."""

import operator
from typing import Annotated

from langgraph.graph import StateGraph
from langgraph.types import RetryPolicy
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "counted"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def join(state: State) -> State:
    return {"log": ["join"]}


calls: list[str] = []


def counted(state: State) -> State:
    calls.append("call")
    raise ConnectionError("down")


builder = StateGraph(State)
builder.set_node_defaults(retry_policy=RetryPolicy(max_attempts=3, initial_interval=0.01))
add_fan_out(builder, [Branch(counted, required=False)], join=join)
graph = builder.compile()


async def goes_wrong() -> bool:
    await graph.ainvoke({"topic": "tides"})
    return len(calls) == 1
