"""A graph with a context_schema whose node looks for its context in the config."""

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "dig"


class Context(TypedDict, total=False):
    depth: int


class State(TypedDict, total=False):
    topic: str
    answer: str


def dig(state: State, config: RunnableConfig) -> State:
    settings = config.get("configurable", {})
    return {"answer": f"{settings['thread_id']} {settings.get('depth', 1)}"}


builder = StateGraph(State, Context)
builder.add_node(dig)
builder.add_edge(START, "dig")
graph = builder.compile()
