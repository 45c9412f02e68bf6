"""Two nodes answer one conversation side by side: messages have a reducer."""

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import START, MessagesState, StateGraph

INPUT = {"messages": ["hello"]}


def poet(state: MessagesState) -> dict[str, list[AnyMessage]]:
    return {"messages": [AIMessage("a verse")]}


def critic(state: MessagesState) -> dict[str, list[AnyMessage]]:
    return {"messages": [AIMessage("a remark")]}


builder = StateGraph(MessagesState)
builder.add_node(poet)
builder.add_node(critic)
builder.add_edge(START, "poet")
builder.add_edge(START, "critic")
graph = builder.compile()
