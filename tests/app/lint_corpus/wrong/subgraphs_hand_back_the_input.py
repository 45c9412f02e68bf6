"""Two sub-graphs on the parent's state: each returns the topic it was given."""

from langgraph.errors import InvalidUpdateError
from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from typing_extensions import TypedDict

NODE = "glossary, research"


class Input(BaseModel):
    topic: str


class State(TypedDict, total=False):
    topic: str
    facts: str
    terms: str


def search(state: State) -> State:
    return {"facts": "found"}


def extract(state: State) -> State:
    return {"terms": "ebb"}


research = StateGraph(State).add_node(search).add_edge(START, "search").compile()
glossary = StateGraph(State).add_node(extract).add_edge(START, "extract").compile()

builder = StateGraph(State, input_schema=Input)
builder.add_node("research", research)
builder.add_node("glossary", glossary)
builder.add_edge(START, "research")
builder.add_edge(START, "glossary")
graph = builder.compile()


async def goes_wrong() -> bool:
    try:
        await graph.ainvoke(Input(topic="tides"))
    except InvalidUpdateError as error:
        return "topic" in str(error)
    return False
