"""First answer: two runners do one task; the first answer that there is wins.

START ─┬─> terse ──┐
       └─> expert ─┴─> finish ─> END
"""

from typing import Annotated

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from graphs.kit import Branch, add_fan_out, by_branch, first
from graphs.kit.model.answers import ask
from graphs.kit.model.contexts import ModelContext, model_for
from graphs.kit.model.prompts import prompt, quote


class Input(BaseModel):
    """A task."""

    prompt: str = Field(examples=["What causes the tides of the sea?"])


class Output(BaseModel):
    """The winning answer."""

    answer: str


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    prompt: str
    answers: Annotated[dict[str, str], by_branch]
    answer: str


async def terse(state: State, runtime: Runtime[ModelContext]) -> State:
    return {"answers": {"terse": await run(state, runtime, "Answer in one sentence.")}}


async def expert(state: State, runtime: Runtime[ModelContext]) -> State:
    return {"answers": {"expert": await run(state, runtime, "Answer as an expert.")}}


async def run(state: State, runtime: Runtime[ModelContext], style: str) -> str:
    messages = prompt(style, quote("task", state["prompt"]))
    return await ask(model_for(runtime, max_tokens=160), messages)


async def finish(state: State) -> State:
    return {"answer": next(iter(state["answers"].values()))}


builder = StateGraph(State, ModelContext, input_schema=Input, output_schema=Output)
add_fan_out(builder, [Branch(terse), Branch(expert)], join=finish, until=first())
graph = builder.compile(name="first_answer")
