"""One branch that says as many words as it is sent to, at its own pace."""

import asyncio
from typing import Annotated

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import StateGraph
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch


class Input(BaseModel):
    """How much it says."""

    tokens: int = Field(default=20, examples=[20])
    pause: float = 0


class Output(BaseModel):
    """How long that is."""

    length: int


class State(TypedDict, total=False):
    tokens: int
    pause: float
    words: Annotated[dict[str, int], by_branch]
    length: int


async def talk(state: State) -> State:
    message = AIMessage("word " * ((state["tokens"] + 1) // 2))
    model = GenericFakeChatModel(messages=iter([message]))
    length = 0
    async for chunk in model.astream("go"):
        length += len(chunk.text)
        await asyncio.sleep(state["pause"])
    return {"words": {"talk": length}}


async def listen(state: State) -> State:
    return {"words": {"listen": 0}}


async def collect(state: State) -> State:
    return {"length": sum(state["words"].values())}


builder = StateGraph(State, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(talk), Branch(listen)], join=collect)
graph = builder.compile(name="talks")
