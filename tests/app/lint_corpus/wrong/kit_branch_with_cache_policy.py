"""A cache policy keeps the branch's failure and repeats it when all is well again."""

import operator
from typing import Annotated

from langgraph.cache.memory import InMemoryCache
from langgraph.graph import StateGraph
from langgraph.types import CachePolicy
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "flaky"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def join(state: State) -> State:
    return {"log": ["join"]}


calls: list[str] = []


def flaky(state: State) -> State:
    calls.append("call")
    if len(calls) == 1:
        raise ConnectionError("down for a moment")
    return {"log": ["flaky"]}


builder = StateGraph(State)
builder.set_node_defaults(cache_policy=CachePolicy())
add_fan_out(builder, [Branch(flaky, required=False)], join=join)
graph = builder.compile(cache=InMemoryCache())


async def goes_wrong() -> bool:
    await graph.ainvoke({"topic": "tides"})
    again = await graph.ainvoke({"topic": "tides"})
    return len(calls) == 1 and "flaky" not in again["log"]
