"""A node that fails, and a handler that goes on in its place."""

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"topic": "tides"}), Example({"topic": "fine"})]


class State(TypedDict, total=False):
    topic: str
    saw: str
    error: str


async def fetch(state: State) -> State:
    if state["topic"] != "fine":
        raise ConnectionError(f"no {state['topic']} today")
    return {"saw": seen(state)}


def handle(state: State, error: NodeError) -> Command[str]:
    return Command(update={"error": f"{error.node}: {error.error}", "saw": seen(state)}, goto=END)


builder = StateGraph(State)
builder.add_node(fetch, error_handler=handle)
builder.add_edge(START, "fetch")
builder.add_edge("fetch", END)
graph = builder.compile()
