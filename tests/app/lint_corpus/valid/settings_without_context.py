"""A graph from before context_schema, whose settings come in the config."""

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    answer: str


def dig(state: State, config: RunnableConfig) -> State:
    return {"answer": str(config["configurable"].get("depth", 1))}


builder = StateGraph(State)
builder.add_node(dig)
builder.add_edge(START, "dig")
graph = builder.compile()
