"""A conversation with keys of its own beside the messages."""

from typing import Any

from langchain_core.messages import AIMessage, SystemMessage
from langgraph.graph import END, START, MessagesState, StateGraph

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"messages": [{"role": "user", "content": "hi"}]}),
    Example({"messages": [{"role": "user", "content": "hi"}], "summary": "so far", "turns": 4}),
    Example({"summary": "only this"}),
]


class State(MessagesState):
    summary: str
    turns: int


def summarize(state: State) -> dict[str, Any]:
    texts = [str(message.content) for message in state["messages"]]
    return {"summary": " / ".join(texts), "turns": state.get("turns", 0) + 1}


def answer(state: State) -> dict[str, Any]:
    return {"messages": [SystemMessage("noted", id="note"), AIMessage(seen(state), id="answer")]}


builder = StateGraph(State)
builder.add_sequence([summarize, answer])
builder.add_edge(START, "summarize")
builder.add_edge("answer", END)
graph = builder.compile()
