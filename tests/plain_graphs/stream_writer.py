"""Nodes that report progress by the stream writer: any value, none of them the kit's."""

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"})]


class State(TypedDict, total=False):
    topic: str
    saw: str


async def work(state: State, runtime: Runtime[None]) -> State:
    for value in ("text", 1, None, ["list"], {"event": "mine", "ns": 3}, {"progress": 0.5}):
        runtime.stream_writer(value)
    return {"topic": state["topic"].upper()}


def work_more(state: State) -> State:
    get_stream_writer()({"object": object(), "topic": state["topic"]})
    return {"saw": seen(state)}


builder = StateGraph(State)
builder.add_node(work)
builder.add_node(work_more)
builder.add_edge(START, "work")
builder.add_edge("work", "work_more")
builder.add_edge("work_more", END)
graph = builder.compile()
