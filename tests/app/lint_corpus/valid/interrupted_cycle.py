"""A conversation without end: a cycle of plain edges that stops before the person."""

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import START, MessagesState, StateGraph

INPUT = {"messages": [("user", "hello")]}


def agent(state: MessagesState) -> dict[str, list[AnyMessage]]:
    return {"messages": [AIMessage("yes?")]}


def person(state: MessagesState) -> None:
    return


builder = StateGraph(MessagesState)
builder.add_node(agent)
builder.add_node(person)
builder.add_edge(START, "agent")
builder.add_edge("agent", "person")
builder.add_edge("person", "agent")
graph = builder.compile(interrupt_before=["person"])
