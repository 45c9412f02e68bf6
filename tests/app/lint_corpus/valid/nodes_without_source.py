"""Nodes whose code cannot be read, or reads oddly: lambdas, partials, runnables, bound methods."""

import operator
from functools import partial
from typing import Annotated, Any

from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

INPUT = {"topic": "tides"}


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]
    answer: str


class Desk:
    def work(self, state: State) -> State:
        return {"log": ["bound method"]}


def named(state: State, *, name: str) -> State:
    return {"log": [name]}


def made_at_run_time() -> Any:
    namespace: dict[str, Any] = {}
    exec("def node(state): return {'answer': 'made'}", namespace)
    return namespace["node"]


def plain(state: State) -> State:
    update: State = {"answer": "plain"} if not state["topic"] else {}
    return update


nodes: dict[str, Any] = {
    "bound": Desk().work,
    "partial": partial(named, name="partial"),
    "runnable": RunnableLambda(plain),
    "lambda": lambda state: {"log": [state["topic"]]},
    "made": made_at_run_time(),
}
builder = StateGraph(State)
for name, node in nodes.items():
    builder.add_node(name, node)
for name in nodes:
    builder.add_edge(START, name)
graph = builder.compile()
