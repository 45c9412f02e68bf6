"""An agent that calls tools until it needs none, with LangGraph's tool node."""

from typing import Any

from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from tests.plain_graphs.examples import Example
from tests.plain_graphs.scripted_model import ScriptedModel

EXAMPLES = [
    Example({"messages": [{"role": "user", "content": "tides"}]}),
    Example({"messages": ["tides"]}),
]


@tool
def look_up(query: str) -> str:
    """Look something up."""
    return f"all about {query}"


@tool(response_format="content_and_artifact")
def count(query: str) -> tuple[str, dict[str, int]]:
    """Count letters."""
    return f"{len(query)} letters", {"letters": len(query)}


@tool
def break_down(query: str) -> str:
    """Fail."""
    raise ValueError(f"no {query} today")


model = ScriptedModel().bind_tools([look_up, count, break_down])


async def agent(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model.ainvoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node(agent)
builder.add_node("tools", ToolNode([look_up, count, break_down], handle_tool_errors=True))
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", tools_condition)
builder.add_edge("tools", "agent")
graph = builder.compile()
