"""A branch that is a graph of two steps, beside a plain one; made by an async factory."""

from typing import Annotated

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class State(TypedDict, total=False):
    word: str
    sources: str
    results: Annotated[dict[str, str], by_branch]
    answer: str


class Results(TypedDict, total=False):
    results: Annotated[dict[str, str], by_branch]


async def search(state: State) -> State:
    return {"sources": f"about {state['word']}"}


async def read(state: State) -> State:
    return {"results": {"research": f"read {state['sources']}"}}


async def guess(state: State) -> State:
    return {"results": {"guess": f"I think {state['word']}"}}


async def combine(state: State) -> State:
    return {"answer": "; ".join(state["results"].values())}


async def make_graph() -> CompiledStateGraph[State, None, State, State]:
    inner = StateGraph(State, output_schema=Results)
    inner.add_node(search)
    inner.add_node(read)
    inner.add_edge(START, "search")
    inner.add_edge("search", "read")
    inner.add_edge("read", END)
    builder = StateGraph(State)
    research = inner.compile(name="research")
    add_fan_out(builder, [Branch(research), Branch(guess)], join=combine)
    return builder.compile(name="nested")
