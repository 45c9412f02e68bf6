"""An error handler is never asked: the kit has already made an outcome of the failure."""

import operator
from typing import Annotated

from langgraph.graph import StateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out

NODE = "fails"


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]


def join(state: State) -> State:
    return {"log": ["join"]}


def fails(state: State) -> State:
    raise ValueError("down")


def handler(state: State) -> State:
    return {"log": ["handler"]}


builder = StateGraph(State)
builder.set_node_defaults(error_handler=handler)
add_fan_out(builder, [Branch(fails, required=False)], join=join)
graph = builder.compile()


async def goes_wrong() -> bool:
    result = await graph.ainvoke({"topic": "tides"})
    return bool(sorted(result["log"]) == ["join"])
