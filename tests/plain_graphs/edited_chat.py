"""A client edits a message by sending its id again, and removes one; so does a node."""

from typing import Any

from langchain_core.messages import AIMessage, RemoveMessage
from langgraph.graph import END, START, MessagesState, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example(
        {
            "messages": [
                {"role": "user", "content": "one", "id": "m1"},
                {"role": "user", "content": "two", "id": "m2"},
                {"role": "user", "content": "one, edited", "id": "m1"},
            ]
        }
    ),
    Example(
        {
            "messages": [
                {"role": "user", "content": "one", "id": "m1"},
                {"role": "user", "content": "two", "id": "m2"},
                {"type": "remove", "content": "", "id": "m1"},
            ]
        }
    ),
    Example(
        {
            "messages": [
                {"role": "user", "content": "one", "id": "m1"},
                {"type": "remove", "content": "", "id": "__remove_all__"},
                {"role": "user", "content": "all that is left", "id": "m9"},
            ]
        }
    ),
]


def answer(state: MessagesState) -> dict[str, Any]:
    return {"messages": [AIMessage(seen(state), id="answer")]}


def forget_first(state: MessagesState) -> dict[str, Any]:
    return {"messages": [RemoveMessage(id=str(state["messages"][0].id))]}


builder = StateGraph(MessagesState)
builder.add_sequence([answer, forget_first])
builder.add_edge(START, "answer")
builder.add_edge("forget_first", END)
graph = builder.compile()
