"""A graph that a node calls, with a state that shares no key with its parent's."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"question": "why?"}), Example({"question": "why?", "options": {"deep": True}})]


class Search(BaseModel):
    query: str
    options: dict[str, Any] = {}
    hits: list[str] = []


class State(TypedDict, total=False):
    question: str
    options: dict[str, Any]
    answer: str


def look_up(state: Search) -> dict[str, Any]:
    return {"hits": [seen(state)]}


search = StateGraph(Search).add_node(look_up).add_edge(START, "look_up").compile()


async def answer(state: State) -> State:
    request: Any = {"query": state["question"], "options": state.get("options", {})}
    result = await search.ainvoke(request)
    return {"answer": f"{result['hits']}"}


builder = StateGraph(State)
builder.add_node(answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
