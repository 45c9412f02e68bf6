"""Two questions of one node: it runs again from its beginning with each answer."""

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [
    Example({"topic": "x", "level": 2}, answers=["Ann", 41]),
    Example({"topic": "x"}, answers=[None, {}]),
]


class State(BaseModel):
    topic: str
    level: int = 1
    saw: str = ""


def ask(state: State) -> dict[str, str]:
    name = interrupt("Your name?")
    age = interrupt({"question": "Your age?", "name": name})
    return {"saw": f"{seen(state)}: {seen([name, age])}"}


builder = StateGraph(State)
builder.add_node(ask)
builder.add_edge(START, "ask")
builder.add_edge("ask", END)
graph = builder.compile()
