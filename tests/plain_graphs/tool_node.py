"""A client calls the tools itself: its message has the calls, the tool node answers them."""

from typing import Annotated, Any

from langchain_core.messages import ToolMessage
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command

from tests.plain_graphs.examples import Example


def calls(*tool_calls: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "assistant", "content": "", "id": "a", "tool_calls": tool_calls}]}


EXAMPLES = [
    Example(calls({"name": "add", "args": {"a": 1, "b": 2}, "id": "1", "type": "tool_call"})),
    Example(
        calls(
            {"name": "add", "args": {"a": 1, "b": 2}, "id": "1", "type": "tool_call"},
            {"name": "remember", "args": {"fact": "tides turn"}, "id": "2", "type": "tool_call"},
            {"name": "missing", "args": {}, "id": "3", "type": "tool_call"},
        )
    ),
]


class State(MessagesState):
    fact: str


@tool
def add(a: int, b: int, state: Annotated[dict[str, Any], InjectedState]) -> str:
    """Add two numbers."""
    return f"{a + b}, after {len(state['messages'])} messages"


@tool
def remember(fact: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Command[Any]:
    """Store a fact in the state."""
    done = ToolMessage("stored", tool_call_id=tool_call_id)
    return Command(update={"fact": fact, "messages": [done]})


builder = StateGraph(State)
builder.add_node("tools", ToolNode([add, remember]))
builder.add_edge(START, "tools")
builder.add_edge("tools", END)
graph = builder.compile()
