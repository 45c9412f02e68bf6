"""Messages that operator.add appends, as older tutorials have them."""

import operator
from collections.abc import Sequence
from typing import Annotated, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example(
        {"messages": [{"role": "user", "content": "hi", "id": "m1"}]},
        plain={"messages": [HumanMessage("hi", id="m1")]},
    ),
    Example({"messages": ["hi"]}, plain={"messages": [HumanMessage("hi")]}),
    Example({"messages": "hi"}, plain={"messages": [HumanMessage("hi")]}),
    Example(
        {"messages": {"type": "system", "content": "Be brief."}},
        plain={"messages": [SystemMessage("Be brief.")]},
    ),
    Example({"messages": []}),
]


class State(TypedDict, total=False):
    messages: Annotated[Sequence[BaseMessage], operator.add]
    saw: str


def ask(state: State) -> dict[str, Any]:
    call = {"name": "find", "args": {"query": "tides"}, "id": f"call-{len(state['messages'])}"}
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    message = AIMessage("", tool_calls=[call], usage_metadata=usage)
    return {"messages": [message], "saw": seen(state)}


def find(state: State) -> dict[str, Any]:
    request = state["messages"][-1]
    assert isinstance(request, AIMessage)
    call = request.tool_calls[0]
    text = f"all of {call['args']['query']}"
    return {"messages": [ToolMessage(text, tool_call_id=call["id"], artifact={"rows": 3})]}


builder = StateGraph(State)
builder.add_sequence([ask, find])
builder.add_edge(START, "ask")
builder.add_edge("find", END)
graph = builder.compile()
