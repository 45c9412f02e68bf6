"""A conversation: echoes the last message."""

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph


async def echo(state: MessagesState) -> dict[str, list[AIMessage]]:
    last = state["messages"][-1]
    return {"messages": [AIMessage(f"{last.type} said {last.content}")]}


builder = StateGraph(MessagesState)
builder.add_node(echo)
builder.add_edge(START, "echo")
builder.add_edge("echo", END)
graph = builder.compile()
