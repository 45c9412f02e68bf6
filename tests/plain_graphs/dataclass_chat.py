"""A conversation in a dataclass, and a Pydantic context that nodes read beside it."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from pydantic import BaseModel

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"messages": [{"role": "user", "content": "hi"}]}, context={"system": "Be brief."}),
    Example({"messages": "hi", "turns": 3}),
    Example({}),
]


class Context(BaseModel):
    system: str = "Be kind."


@dataclass
class State:
    messages: Annotated[list[AnyMessage], add_messages] = field(default_factory=list)
    turns: int = 0


def answer(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    text = f"{seen(runtime.context)}: {seen(state)}"
    return {"messages": [AIMessage(text, id=f"answer-{state.turns}")], "turns": state.turns + 1}


builder = StateGraph(State, context_schema=Context)
builder.add_node(answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
