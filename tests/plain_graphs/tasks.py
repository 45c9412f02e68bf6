"""A node that calls tasks of the functional API, side by side."""

from langgraph.func import task
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from tests.plain_graphs.examples import Example, seen

EXAMPLES = [Example({"numbers": [1, 2, 3]}), Example({"numbers": []})]


class State(TypedDict, total=False):
    numbers: list[int]
    squares: list[int]
    saw: str


@task
async def square(number: int) -> int:
    return number**2


async def compute(state: State) -> State:
    futures = [square(number) for number in state["numbers"]]
    return {"squares": [await future for future in futures], "saw": seen(state)}


builder = StateGraph(State)
builder.add_node(compute)
builder.add_edge(START, "compute")
builder.add_edge("compute", END)
graph = builder.compile()
