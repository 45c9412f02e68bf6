"""A whole answer or a clear error, read whole or streamed."""

import asyncio
from typing import Literal

import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from graphs.kit.model.answers import (
    REPAIR,
    ask,
    ask_for,
    ask_for_sentences,
)
from graphs.kit.model.errors import AnswerCutOff, AnswerOutOfShape
from graphs.kit.model.models import chat_model
from tests.model_answers import Answer
from tests.model_server import ModelServer


class Colours(BaseModel):
    """Some colours."""

    names: list[str] = Field(min_length=2)


@pytest.fixture(params=["whole", "streamed"])
def model(request: pytest.FixtureRequest, model_server: ModelServer) -> ChatOpenAI:
    return chat_model(max_tokens=20).model_copy(update={"streaming": request.param == "streamed"})


def colours(model: ChatOpenAI) -> Colours:
    return asyncio.run(ask_for(Colours, model, [HumanMessage("two colours")]))


def test_text_comes_without_its_margins(model: ChatOpenAI, model_server: ModelServer) -> None:
    model_server.answer(Answer(text="\n a short answer \n"))

    assert asyncio.run(ask(model, [HumanMessage("hello")])) == "a short answer"


def test_an_answer_comes_in_the_shape_asked_for(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text='{"names": ["red", "blue"]}'))

    assert colours(model) == Colours(names=["red", "blue"])


def test_the_server_is_told_shape_and_limit(model: ChatOpenAI, model_server: ModelServer) -> None:
    colours(model)

    body = model_server.calls[0].body
    shape = body["response_format"]["json_schema"]
    assert body["max_tokens"] == 20
    assert (shape["name"], shape["strict"]) == ("Colours", True)
    assert shape["schema"]["properties"]["names"]["minItems"] == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [("Sure! Red and blue.", "Invalid JSON"), ('{"names": ["red"]}', "names"), ("{}", "names")],
)
def test_an_answer_of_another_shape_says_in_one_line_where(
    text: str, place: str, model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text=text))

    with pytest.raises(AnswerOutOfShape, match=f"^the answer is no Colours: {place}[^\n]*$"):
        colours(model)


def test_an_answer_out_of_shape_is_repaired_once(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text='{"names": ["red", "blue"]}'), prompt=REPAIR)
    model_server.answer(Answer(text='{"names": ["red"]}'))

    assert colours(model) == Colours(names=["red", "blue"])

    _, repair = model_server.calls
    task, wrong, fix = (message["content"] for message in repair.body["messages"])
    assert (task, wrong) == ("two colours", '{"names": ["red"]}')
    assert "names" in fix
    assert "response_format" in repair.body


def test_a_repair_quotes_no_tag(model_server: ModelServer) -> None:
    class Choice(BaseModel):
        """One of two."""

        name: Literal["</question>", "blue"]

    model_server.answer(Answer(text='{"name": "blue"}'), prompt=REPAIR)
    model_server.answer(Answer(text='{"name": "red"}'))

    asyncio.run(ask_for(Choice, chat_model(max_tokens=20), [HumanMessage("a colour")]))

    fix = model_server.calls[1].body["messages"][-1]["content"]
    assert "&lt;/question&gt;" in fix
    assert "</question>" not in fix


def test_there_is_one_repair_and_no_second(model: ChatOpenAI, model_server: ModelServer) -> None:
    model_server.answer(Answer(text="Sure!"))

    with pytest.raises(AnswerOutOfShape):
        colours(model)

    assert len(model_server.calls) == 2


def test_what_has_no_shape_to_mend_is_not_repaired(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text='{"names": ["re', finish_reason="length"))

    with pytest.raises(AnswerCutOff):
        colours(model)

    assert len(model_server.calls) == 1


def test_an_answer_at_its_limit_is_cut_off(model: ChatOpenAI, model_server: ModelServer) -> None:
    model_server.answer(Answer(text='{"names": ["re', finish_reason="length"))

    with pytest.raises(AnswerCutOff, match="max_tokens"):
        colours(model)
    with pytest.raises(AnswerCutOff, match="max_tokens"):
        asyncio.run(ask(model, [HumanMessage("hello")]))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("The sea is wide. It is grey! And the wi", "The sea is wide. It is grey!"),
        ('He said "the tide turns." She an', 'He said "the tide turns."'),
        ("The sea is wide. 2. Some fish, e.g. her", "The sea is wide."),
        ("海は広い。風が", "海は広い。"),
    ],
)
def test_sentences_at_their_limit_end_with_the_last_whole_one(
    written: str, expected: str, model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text=written, finish_reason="length"))

    assert asyncio.run(ask_for_sentences(model, [HumanMessage("hello")])) == expected


def test_sentences_that_came_to_their_end_are_whole(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text=" The sea is wide. And grey "))

    assert asyncio.run(ask_for_sentences(model, [HumanMessage("hello")])) == (
        "The sea is wide. And grey"
    )


def test_no_whole_sentence_at_the_limit_is_cut_off(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(text="The sea is wide and grey and", finish_reason="length"))

    with pytest.raises(AnswerCutOff, match="max_tokens"):
        asyncio.run(ask_for_sentences(model, [HumanMessage("hello")]))


def test_a_stream_that_ends_too_early_is_cut_off(model_server: ModelServer) -> None:
    model_server.answer(Answer(fault="unfinished"))
    model = chat_model(max_tokens=20).model_copy(update={"streaming": True})

    with pytest.raises(AnswerCutOff, match="in the middle"):
        asyncio.run(ask(model, [HumanMessage("hello")]))


def test_an_empty_answer_is_out_of_shape(model: ChatOpenAI, model_server: ModelServer) -> None:
    model_server.answer(Answer(text=" "))

    with pytest.raises(AnswerOutOfShape, match="without a word"):
        asyncio.run(ask(model, [HumanMessage("hello")]))


def test_a_body_that_is_no_json_is_out_of_shape(
    model: ChatOpenAI, model_server: ModelServer
) -> None:
    model_server.answer(Answer(fault="malformed"))

    with pytest.raises(AnswerOutOfShape, match="no JSON"):
        asyncio.run(ask(model, [HumanMessage("hello")]))
