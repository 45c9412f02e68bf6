"""A node that fails the first time: its retry policy tries it again, on the same input."""

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import RetryPolicy
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": ""})]


class State(TypedDict, total=False):
    topic: str
    saw: str


async def fetch(state: State, runtime: Runtime[None]) -> State:
    assert runtime.execution_info is not None
    if runtime.execution_info.node_attempt == 1:
        raise ConnectionError("not yet")
    return {"saw": f"{seen(state)}, attempt {runtime.execution_info.node_attempt}"}


builder = StateGraph(State)
once_more = RetryPolicy(initial_interval=0, jitter=False, max_attempts=2)
builder.add_node(fetch, retry_policy=once_more)
builder.add_edge(START, "fetch")
builder.add_edge("fetch", END)
graph = builder.compile()
