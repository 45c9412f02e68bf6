"""Two sub-graphs that both own the key `answer`."""

from langgraph.errors import InvalidUpdateError
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

NODE = "guess, look_up"


class State(TypedDict, total=False):
    topic: str
    answer: str


class Output(TypedDict):
    answer: str


def recall(state: State) -> State:
    return {"answer": "recalled"}


def search(state: State) -> State:
    if state.get("topic"):
        return {"answer": "found"}
    return {"answer": "not found"}


guess = StateGraph(State, output_schema=Output).add_node(recall).add_edge(START, "recall")
look_up = StateGraph(State, output_schema=Output).add_node(search).add_edge(START, "search")

builder = StateGraph(State)
builder.add_node("guess", guess.compile())
builder.add_node("look_up", look_up.compile())
builder.add_edge(START, "guess")
builder.add_edge(START, "look_up")
graph = builder.compile()


async def goes_wrong() -> bool:
    try:
        await graph.ainvoke({"topic": "tides"})
    except InvalidUpdateError as error:
        return "answer" in str(error)
    return False
