"""The chat model by configuration, against a real server that speaks OpenAI's HTTP."""

import asyncio
from collections.abc import Callable

import pytest
from langchain_core.messages import AIMessageChunk
from openai import InternalServerError

from graphs.kit.model.models import DEFAULT_OPENAI_MODEL, ModelNotConfigured, chat_model
from graphs.kit.model.settings import ModelSettings
from tests.model_answers import Answer
from tests.model_server import MODEL, ModelServer

Unset = Callable[..., None]


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> Unset:
    def clear(*names: str) -> None:
        for name in names or ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FANJOIN_MODEL"):
            monkeypatch.delenv(name, raising=False)

    return clear


def test_a_whole_answer_carries_its_usage(model_server: ModelServer) -> None:
    message = asyncio.run(chat_model(max_tokens=20).ainvoke("one two three"))

    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] == 3
    assert message.usage_metadata["output_tokens"] > 0


def test_a_streamed_answer_carries_its_usage(model_server: ModelServer) -> None:
    async def stream() -> AIMessageChunk:
        chunks = [chunk async for chunk in chat_model(max_tokens=20).astream("one two three")]
        return sum(chunks[1:], start=chunks[0])

    whole = asyncio.run(stream())

    assert whole.usage_metadata is not None
    assert whole.usage_metadata["input_tokens"] == 3
    assert whole.text.startswith("Answer number")


def test_a_plain_node_may_ask_without_an_event_loop(model_server: ModelServer) -> None:
    assert chat_model(max_tokens=20).invoke("hello").text.startswith("Answer number")


def test_the_request_names_model_limit_and_temperature(model_server: ModelServer) -> None:
    asyncio.run(chat_model(max_tokens=33, temperature=0.7, model="other").ainvoke("hello"))

    body = model_server.calls[0].body
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("other", 33, 0.7)
    assert "max_completion_tokens" not in body


def test_openai_itself_gets_the_limit_under_the_name_it_takes(
    unset: Unset, monkeypatch: pytest.MonkeyPatch
) -> None:
    unset()
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")

    model = chat_model(max_tokens=33)

    assert model.max_tokens == 33
    assert model.extra_body is None
    assert model.model_name == DEFAULT_OPENAI_MODEL


def test_a_failing_model_is_called_once(model_server: ModelServer) -> None:
    model_server.answer(Answer(status=500))

    with pytest.raises(InternalServerError):
        asyncio.run(chat_model(max_tokens=20).ainvoke("hello"))

    assert len(model_server.calls) == 1


def test_the_same_options_give_the_same_model(model_server: ModelServer) -> None:
    assert chat_model(max_tokens=20) is chat_model(max_tokens=20)
    assert chat_model(max_tokens=20) is not chat_model(max_tokens=21)


def test_a_changed_environment_gives_another_model(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = chat_model(max_tokens=20)
    monkeypatch.setenv("FANJOIN_MODEL", "another")

    assert chat_model(max_tokens=20).model_name == "another"
    assert before.model_name == MODEL


def test_a_server_without_a_key_is_asked_with_a_placeholder(
    model_server: ModelServer, unset: Unset
) -> None:
    unset("OPENAI_API_KEY")

    assert asyncio.run(chat_model(max_tokens=20).ainvoke("hello")).text


def test_nothing_configured_names_every_setting_that_would_mend_it(unset: Unset) -> None:
    unset()

    with pytest.raises(ModelNotConfigured) as caught:
        chat_model(max_tokens=20)

    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FANJOIN_MODEL", "make run"):
        assert name in str(caught.value)


def test_a_model_named_by_the_request_alone_is_not_enough(unset: Unset) -> None:
    unset()

    with pytest.raises(ModelNotConfigured):
        chat_model(max_tokens=20, model="some-model")


def test_a_server_without_a_model_name_asks_for_one(
    model_server: ModelServer, unset: Unset
) -> None:
    unset("FANJOIN_MODEL")

    with pytest.raises(ModelNotConfigured, match="FANJOIN_MODEL"):
        chat_model(max_tokens=20)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "FANJOIN_MODEL"):
        monkeypatch.setenv(name, "")

    assert ModelSettings.read() == ModelSettings()


def test_the_key_never_shows() -> None:
    assert "a-key" not in repr(ModelSettings(api_key="a-key"))
