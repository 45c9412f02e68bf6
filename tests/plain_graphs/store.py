"""Nodes that read and write LangGraph's store."""

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"user": "ann", "fact": {"likes": "tea"}}),
    Example({"user": "bob", "fact": {"text": "é\u2028", "number": 2**60, "list": [None, 1.5]}}),
]


class State(TypedDict, total=False):
    user: str
    fact: dict[str, object]
    saw: str
    facts: int


async def remember(state: State, *, store: BaseStore) -> None:
    await store.aput(("facts", state["user"]), "latest", dict(state["fact"]))


async def recall(state: State, runtime: Runtime[None]) -> State:
    assert runtime.store is not None
    facts = await runtime.store.asearch(("facts", state["user"]))
    return {"saw": seen([item.value for item in facts]), "facts": len(facts)}


builder = StateGraph(State)
builder.add_node(remember)
builder.add_node(recall)
builder.add_edge(START, "remember")
builder.add_edge("remember", "recall")
builder.add_edge("recall", END)
graph = builder.compile()
