"""A graph whose names, answers and errors all try to run something on the page that shows them."""

from typing import Annotated, Any

from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch
from tests.browser.page.hostile_text import HOSTILE

ON_NAME = "<img src=x onerror=document.title='ran'>"


class Input(BaseModel):
    """What a caller sends."""

    text: str = Field(examples=[HOSTILE[0]], description=HOSTILE[1])
    html: str = ""


class Output(BaseModel):
    """The same in every shape that the page shows in its own way."""

    plain: str
    listed: list[str]
    rows: list[dict[str, str]]
    html: str
    nested: dict[str, Any]


class State(TypedDict, total=False):
    text: str
    results: Annotated[dict[str, str], by_branch]
    plain: str
    listed: list[str]
    rows: list[dict[str, str]]
    html: str
    nested: dict[str, Any]


async def says(state: State) -> State:
    return {"results": {ON_NAME: state["text"]}}


async def breaks(state: State) -> State:
    raise ValueError("".join(HOSTILE))


async def join(state: State) -> State:
    text = state["text"]
    return {
        "plain": "\n\n".join([text, *HOSTILE]),
        "listed": [*HOSTILE],
        "rows": [{text: one} for one in HOSTILE],
        "html": f"<html><body>{state['html']}{''.join(HOSTILE)}<p>the mail</p></body></html>",
        "nested": {text: {"deep": {text: "[x](javascript:document.title='ran')"}}},
    }


builder = StateGraph(State, input_schema=Input, output_schema=Output)
branches = [Branch(says, name=ON_NAME), Branch(breaks, name="breaks", required=False)]
add_fan_out(builder, branches, join=join)
graph = builder.compile(name="hostile")
