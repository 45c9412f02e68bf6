"""A state that is a conversation, as MessageGraph had it."""

from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from tests.plain_graphs.examples import Example

EXAMPLES = [
    Example([{"role": "user", "content": "tides", "id": "1"}]),
    Example([{"type": "human", "content": "a", "id": "1"}, ["system", "b"]][:1]),
]


def answer(messages: Any) -> list[Any]:
    return [AIMessage(f"On {messages[-1].content}", id=f"a{len(messages)}")]


conversation: Any = Annotated[list[AnyMessage], add_messages]
builder: StateGraph[Any, Any, Any, Any] = StateGraph(conversation)
builder.add_node("answer", RunnableLambda(answer))
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
