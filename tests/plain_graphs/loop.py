"""A loop that ends by a count; the request sets how many steps it may take."""

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example

EXAMPLES = [
    Example({"rounds": 3}),
    Example({"rounds": 40}, config={"recursion_limit": 50}),
    Example({"rounds": 4, "text": "…"}, config={"recursion_limit": 5, "tags": ["short"]}),
]


class State(TypedDict, total=False):
    rounds: int
    text: str
    limit: int


def write(state: State, config: RunnableConfig) -> State:
    text = state.get("text", "") + "."
    has_limit = "recursion_limit" in config and config["recursion_limit"] <= 50
    return {"text": text, "limit": config["recursion_limit"] if has_limit else 0}


builder = StateGraph(State)
builder.add_node(write)
builder.add_edge(START, "write")
builder.add_conditional_edges(
    "write", lambda state: END if len(state["text"]) >= state["rounds"] else "write"
)
graph = builder.compile()
