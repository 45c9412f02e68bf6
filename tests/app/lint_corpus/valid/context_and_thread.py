"""Context from the runtime; of the config only LangGraph's own keys, and the whole to hand on."""

from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


@dataclass
class Context:
    depth: int = 1


class State(TypedDict, total=False):
    topic: str
    answer: str


def dig(state: State, runtime: Runtime[Context]) -> State:
    return {"answer": str((runtime.context or Context()).depth)}


def sign(state: State, config: RunnableConfig) -> State:
    thread = config["configurable"].get("thread_id")
    child: RunnableConfig = {"configurable": {**config["configurable"], "depth": 1}}
    return {"answer": f"{state['answer']} {thread} {len(child)}"}


builder = StateGraph(State, Context)
builder.add_node(dig)
builder.add_node(sign)
builder.add_edge(START, "dig")
builder.add_edge("dig", "sign")
graph = builder.compile()
