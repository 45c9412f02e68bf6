"""Two tasks: the smallest fan-out. Two tasks work on one text, a join puts both together.

    START ─┬─> count ───┐
           └─> reverse ─┴─> combine ─> END

It asks no model: what is measured with it is what Fanjoin itself costs.
"""

from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class Input(BaseModel):
    """A text to work on."""

    text: str = Field(min_length=1, max_length=10_000, examples=["many hands make light work"])


class Output(BaseModel):
    """What both tasks found, in one sentence."""

    answer: str


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    text: str
    results: Annotated[dict[str, str], by_branch]
    answer: str


async def count(state: State) -> State:
    return {"results": {"count": f"{len(state['text'].split())} words"}}


async def reverse(state: State) -> State:
    return {"results": {"reverse": state["text"][::-1]}}


async def combine(state: State) -> State:
    results = state["results"]
    return {"answer": f"{results['count']}, backwards: {results['reverse']}"}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(count), Branch(reverse)], join=combine)
graph = builder.compile(name="two_tasks")
