"""An agent that calls tools until it needs none, with LangGraph's own tool node."""

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

INPUT = {"messages": [{"role": "user", "content": "weather?"}]}


@tool
def weather(town: str) -> str:
    """Say what the weather is."""
    return f"rain in {town}"


def agent(state: MessagesState) -> dict[str, list[AnyMessage]]:
    if len(state["messages"]) > 1:
        return {"messages": [AIMessage("It rains.")]}
    call = {"name": "weather", "args": {"town": "Ghent"}, "id": "1", "type": "tool_call"}
    return {"messages": [AIMessage("", tool_calls=[call])]}


builder = StateGraph(MessagesState)
builder.add_node(agent)
builder.add_node("tools", ToolNode([weather]))
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", tools_condition)
builder.add_edge("tools", "agent")
graph = builder.compile()
