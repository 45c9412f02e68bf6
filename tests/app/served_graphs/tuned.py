"""A graph whose requests may set a context."""

from dataclasses import dataclass

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict


@dataclass
class Context:
    tone: str = "plain"


class State(TypedDict, total=False):
    answer: str


async def speak(state: State, runtime: Runtime[Context]) -> State:
    return {"answer": runtime.context.tone}


builder = StateGraph(State, context_schema=Context)
builder.add_node(speak)
builder.add_edge(START, "speak")
builder.add_edge("speak", END)
graph = builder.compile()
