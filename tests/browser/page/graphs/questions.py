"""A graph that asks: its question, and the schema of the answer, try to run something."""

from typing import Any

from langgraph.graph import StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict

from tests.browser.page.hostile_text import HOSTILE


class State(TypedDict, total=False):
    answer: Any


async def ask(state: State) -> State:
    schema = {"title": HOSTILE[0], "description": HOSTILE[2], "enum": [HOSTILE[1], "yes"]}
    question = {"question": "".join(HOSTILE), HOSTILE[0]: [*HOSTILE], "schema": schema}
    return {"answer": interrupt(question)}


builder = StateGraph(State)
builder.add_node(ask)
builder.set_entry_point("ask")
graph = builder.compile(name="questions")
