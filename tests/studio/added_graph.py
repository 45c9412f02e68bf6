"""Word facts: a graph that a team adds to its copy of the project.

    START ─┬─> longest ─┐
           └─> number ──┴─> tell ─> END

Tests copy this file into a project's `graphs/`; nothing else knows it.
"""

from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class Input(BaseModel):
    """A text, best with a number in front."""

    text: str = Field(min_length=1, examples=["7 brave tailors"])


class Output(BaseModel):
    """What was found."""

    answer: str


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    text: str
    facts: Annotated[dict[str, str], by_branch]
    answer: str


async def longest(state: State) -> State:
    return {"facts": {"longest": max(state["text"].split(), key=len)}}


async def number(state: State) -> State:
    return {"facts": {"number": str(int(state["text"].split()[0]))}}


async def tell(state: State) -> State:
    return {"answer": ", ".join(f"{name} {fact}" for name, fact in state["facts"].items())}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(longest), Branch(number, required=False)], join=tell)
graph = builder.compile(name="word_facts")
