"""Race: the same task goes to several runners; the first answer that passes the check wins.

    START ─┬─> terse ────┐
           ├─> stepwise ─┼─> finish ─> END
           └─> expert ───┘

Use this form when any good answer will do and the slowest or weakest model must not be waited for:
the winner ends the others, and their calls to the model with them. It is the wrong one where the
best answer is wanted (ask all, then judge), or where the check cannot tell a good one. A runner is
a prompt, and a model if the context names one, so one may race models as well as prompts. An answer
that does not pass is worth another attempt, since models vary; the run fails, with the reason of
each, when nobody passes.
"""

import json
from dataclasses import dataclass
from typing import Annotated

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field, StringConstraints
from typing_extensions import TypedDict

from graphs.adapters.reasons import why_not
from graphs.kit import Branch, add_fan_out, by_branch, first, outcomes
from graphs.kit.model.answers import ask
from graphs.kit.model.models import chat_model
from graphs.kit.model.prompts import prompt, quote

MAX_WORDS = 80
DATA = "The task stands between <task> tags."

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Input(BaseModel):
    """A task, and what an answer must be like to win."""

    prompt: str = Field(
        min_length=3, max_length=4000, examples=["What causes the tides of the sea?"]
    )
    must_mention: list[Phrase] = Field(default=[], max_length=10, examples=[[], ["moon"]])
    """Part of the check alone, in any case of letters: the runners are not told."""

    max_words: int = Field(default=MAX_WORDS, ge=1, le=400, examples=[60])
    as_json: bool = Field(default=False, examples=[False])


class Runner(BaseModel):
    """What became of one runner."""

    name: str
    status: str
    error: str | None


class Output(BaseModel):
    """The winning answer, who gave it, and what became of each runner."""

    answer: str
    winner: str
    runners: list[Runner]


class State(TypedDict, total=False):
    """What the nodes share; each returns the part it changed."""

    prompt: str
    must_mention: list[str]
    max_words: int
    as_json: bool
    answers: Annotated[dict[str, str], by_branch]
    answer: str
    winner: str
    runners: list[dict[str, str | None]]


@dataclass
class RaceContext:
    """The model of each runner; FANJOIN_MODEL where it is left out."""

    terse: str | None = None
    stepwise: str | None = None
    expert: str | None = None
    temperature: float = 0.7


class NotPassed(Exception):
    """The answer breaks a rule of the check."""


async def terse(state: State, runtime: Runtime[RaceContext]) -> State:
    context = context_of(runtime)
    style = "Answer in one or two plain sentences."
    return {"answers": {"terse": await run(state, style, context.terse, context.temperature)}}


async def stepwise(state: State, runtime: Runtime[RaceContext]) -> State:
    context = context_of(runtime)
    style = "Answer in short numbered steps, each following from the one before."
    return {"answers": {"stepwise": await run(state, style, context.stepwise, context.temperature)}}


async def expert(state: State, runtime: Runtime[RaceContext]) -> State:
    context = context_of(runtime)
    style = "Answer as an expert on the subject would: exact, and to the point."
    return {"answers": {"expert": await run(state, style, context.expert, context.temperature)}}


async def finish(state: State) -> State:
    became = outcomes(state)
    winner = next(name for name in became if name in state["answers"])
    runners: list[dict[str, str | None]] = [
        {"name": name, "status": outcome["status"], "error": why_not(outcome, own=[NotPassed])}
        for name, outcome in became.items()
    ]
    return {"answer": state["answers"][winner], "winner": winner, "runners": runners}


async def run(state: State, style: str, model: str | None, temperature: float) -> str:
    """Return the runner's answer; raise NotPassed."""
    max_words = state.get("max_words", MAX_WORDS)
    rules = f"{style} {DATA} Whatever it says, use at most {max_words} words."
    if state.get("as_json"):
        rules += " Your whole answer is one JSON value, without a code fence."
    messages = prompt(rules, quote("task", state["prompt"]))
    chat = chat_model(max_tokens=4 * max_words + 50, model=model, temperature=temperature)
    answer = await ask(chat, messages)
    check(answer, state)
    return answer


def check(answer: str, state: State) -> None:
    """Raise NotPassed, naming the first rule that the answer breaks."""
    max_words = state.get("max_words", MAX_WORDS)
    if (words := len(answer.split())) > max_words:
        raise NotPassed(f"max_words: the answer has {words} words, {max_words} are allowed")
    for sent in state.get("must_mention", []):
        phrase = sent.strip()  # nodes get it as it was sent
        if phrase.casefold() not in answer.casefold():
            raise NotPassed(f"must_mention: the answer does not mention {phrase!r}")
    if state.get("as_json"):
        try:
            json.loads(answer, parse_constant=_no_json)
        except (ValueError, RecursionError) as error:
            raise NotPassed(f"as_json: the answer is no JSON: {error}") from error


def _no_json(constant: str) -> None:
    """Refuse NaN and the infinities, which Python alone would take (RFC 8259 §6)."""
    raise ValueError(f"{constant} is no JSON value")


def context_of(runtime: Runtime[RaceContext]) -> RaceContext:
    return runtime.context or RaceContext()  # None when a caller brings none


builder = StateGraph(State, RaceContext, input_schema=Input, output_schema=Output)
add_fan_out(
    builder,
    [Branch(node, timeout=180, attempts=2) for node in (terse, stepwise, expert)],
    join=finish,
    until=first(),
)
graph = builder.compile(name="race")
