"""One branch per word, the first answer of two, and both in one graph."""

import asyncio
from typing import Annotated

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, by_item, first


class Input(BaseModel):
    words: list[str] = Field(examples=[["one", "three"]])


class Output(BaseModel):
    lengths: list[int]
    winner: dict[str, str]


class State(TypedDict, total=False):
    words: list[str]
    lengths: Annotated[list[int], by_item]
    winner: Annotated[dict[str, str], by_branch]


class Word(TypedDict):
    word: str


def words_of(state: State) -> list[Word]:
    return [{"word": word} for word in state["words"]]


async def measure(word: Word) -> dict[str, int]:
    if word["word"] == "broken":
        raise ValueError("cannot measure it")
    return {"lengths": len(word["word"])}


async def gather(state: State) -> State:
    return {}


async def quick(state: State) -> State:
    return {"winner": {"quick": "I won"}}


async def slow(state: State) -> State:
    await asyncio.Event().wait()  # for ever: it loses, or the run does not end
    return {"winner": {"slow": "I lost"}}


async def finish(state: State) -> State:
    return {}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    Branch(measure, required=False),
    over=words_of,
    join=gather,
    max_at_once=2,
    target=None,
)
add_fan_out(builder, [Branch(quick), Branch(slow)], join=finish, until=first(), source="gather")
graph = builder.compile(name="many")
