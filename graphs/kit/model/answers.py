"""Ask the chat model for a whole answer: text, some sentences, or an object of a given shape.

LangChain takes an answer that was cut off for a good one. Here it is an error of its branch, named
in one line, which another attempt may fix.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, TypeVar

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ValidationError

from graphs.kit.model.errors import AnswerCutOff, AnswerOutOfShape

Shape = TypeVar("Shape", bound=BaseModel)

REPAIR = "That is not of the requested shape"
"""How the request for a repaired answer begins."""

_SENTENCE_END = re.compile(r"""(?<=\w\w)[.!?][)"'\u201d\u2019]*(?=\s|$)|[\u3002\uff01\uff1f]""")
"""Behind two letters at least: "2." and "e.g." end nothing."""


async def ask(model: ChatOpenAI, prompt: Sequence[BaseMessage]) -> str:
    """Return the model's answer as text; raise AnswerCutOff or AnswerOutOfShape."""
    return _whole(await _answer_of(model, prompt))


async def ask_for_sentences(model: ChatOpenAI, prompt: Sequence[BaseMessage]) -> str:
    """Return the model's answer; one that reached max_tokens ends with its last whole sentence.

    For prose, of which a model may write more than it was asked for; where the end must not be
    missing, `ask`. Raise AnswerCutOff when there is no whole sentence, or AnswerOutOfShape.
    """
    message = await _answer_of(model, prompt)
    if _is_at_its_limit(message) and (ends := [*_SENTENCE_END.finditer(message.text)]):
        return message.text[: ends[-1].end()].strip()
    return _whole(message)


async def ask_for(shape: type[Shape], model: ChatOpenAI, prompt: Sequence[BaseMessage]) -> Shape:
    """Return the model's answer as a `shape`, which its server enforces as a JSON Schema.

    Where it does not, or a rule of the shape says more than its schema, the model is told once
    what is wrong and asked to repair its answer. What comes after that is the branch's policy.

    Raises:
        AnswerCutOff: the answer ended too early.
        AnswerOutOfShape: the answer is of another shape, and so is the repaired one.
    """
    # Not with_structured_output: streamed, it imports all of openai's beta API, a second in which
    # nothing else runs, and an answer that is cut off loses its usage.
    schema = _json_schema(shape)
    form = {"type": "json_schema", "json_schema": schema}
    bound = model.bind(
        extra_body={**(model.extra_body or {}), "response_format": form},
        ls_structured_output_format={"kwargs": {"method": "json_schema"}, "schema": schema},
    )
    text = _whole(await _answer_of(bound, prompt))
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        wrong = escape(_first(error), quote=False)  # it may hold words of others
        repair = HumanMessage(f"{REPAIR}: {wrong}. Answer again, with nothing but JSON.")
    text = _whole(await _answer_of(bound, [*prompt, AIMessage(text), repair]))
    try:
        return shape.model_validate_json(text)
    except ValidationError as error:
        raise AnswerOutOfShape(f"the answer is no {shape.__name__}: {_first(error)}") from error


@lru_cache(maxsize=256)
def _json_schema(shape: type[BaseModel]) -> dict[str, Any]:
    function = convert_to_openai_function(shape, strict=True)
    schema = function.pop("parameters")
    return {**function, "schema": schema}


async def _answer_of(
    model: Runnable[LanguageModelInput, AIMessage], prompt: LanguageModelInput
) -> AIMessage:
    try:
        return await model.ainvoke(prompt)
    except json.JSONDecodeError as error:
        raise AnswerOutOfShape(f"the model's server sent what is no JSON: {error}") from error


def _whole(message: AIMessage) -> str:
    """Return the words of an answer that is complete."""
    if _is_at_its_limit(message):
        raise AnswerCutOff("the answer reached max_tokens before its end: raise it or ask for less")
    if (ending := _ending_of(message)) is None:
        raise AnswerCutOff("the model's server ended the answer in the middle")
    if text := message.text.strip():
        return text
    raise AnswerOutOfShape(f"the model answered without a word (it ended with {ending!r})")


def _is_at_its_limit(message: AIMessage) -> bool:
    return _ending_of(message) in ("length", "incomplete")


def _ending_of(message: AIMessage) -> str | None:
    """Chat completions say how they ended in `finish_reason`, OpenAI's responses in `status`."""
    facts = message.response_metadata
    ending: str | None = facts.get("finish_reason") or facts.get("status")
    return ending


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
