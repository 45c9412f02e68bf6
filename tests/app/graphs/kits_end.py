"""Two graphs at the kit's end of the wire: one sends what it is given, one shows what it gets."""

from typing import Annotated, Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.types import StreamWriter
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class Events(BaseModel):
    """What the node `send` is to send, each under its own namespace."""

    events: list[dict[str, Any]]


class EventsState(TypedDict, total=False):
    events: list[dict[str, Any]]


async def send(state: EventsState, config: RunnableConfig, writer: StreamWriter) -> EventsState:
    for event in state["events"]:
        writer({**event, "ns": config["configurable"]["checkpoint_ns"]})
    return {}


class Input(BaseModel):
    """Whether a branch is to fail until a retry hands its sibling's result down."""

    fails: bool = False


class State(TypedDict, total=False):
    fails: bool
    results: Annotated[dict[str, str], by_branch]
    config: Any


async def steady(state: State) -> State:
    return {"results": {"steady": "done"}}


async def show(state: State, config: RunnableConfig) -> State:
    given = config["configurable"].get("fanjoin")
    if state["fails"] and "reuse" not in (given or {}):
        raise RuntimeError("nothing to reuse")
    return {"config": given}


async def join(state: State) -> State:
    return {}


sender = StateGraph(EventsState, input_schema=Events)
sender.add_node(send)
sender.add_edge(START, "send")
sender.add_edge("send", END)

receiver = StateGraph(State, input_schema=Input)
add_fan_out(receiver, [Branch(steady), Branch(show)], join=join)
