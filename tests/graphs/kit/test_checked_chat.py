"""What is no answer, against a real server that sends it."""

import asyncio

import pytest
from langchain_core.messages import HumanMessage
from openai import APIConnectionError, APIError, BadRequestError, InternalServerError

from graphs.kit.model.answers import ask
from graphs.kit.model.errors import AnswerOutOfShape
from graphs.kit.model.models import chat_model
from graphs.kit.policy.attempts import is_worth_retrying
from tests.misbehaving_server import MisbehavingServer
from tests.misbehaviours import WHOLE

GOOD = {
    *("json-as-text", "two-types", "many-headers", "long-model-name", "number-model-name", "nul"),
    *("surrogates", "finish-reason-list"),
    *(name for name in WHOLE if name.startswith("usage-")),
}
BROKEN = {
    *("no-gzip", "truncated", "truncated-chunk", "bad-chunk", "no-http", "hang-up", "two-lengths"),
    *("redirect-loop", "redirect-nowhere"),
}
BOMBS = {"large-lists", *(name for name in WHOLE if name.startswith("gzip-"))}
STATUSES = {
    **dict.fromkeys(("deep-error", "error-list"), BadRequestError),
    **dict.fromkeys(("null-error", "html-error", "always-500", "status-999"), InternalServerError),
}
STREAMED = {name for name in WHOLE if name.startswith("stream-")}
BUSY = {name for name in WHOLE if name.startswith("retry-after-")}
NO_ANSWERS = WHOLE.keys() - GOOD - BROKEN - BOMBS - STATUSES.keys() - STREAMED - BUSY
OTHER_STREAMS = {
    *("stream-without-done", "stream-no-choices", "stream-null-choices"),  # an empty answer
    *("stream-error", "stream-usage-text"),
}

# pydantic warns of each value that LangChain hands on as it came
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


def ask_whole(model: str) -> str:
    prompt = [HumanMessage("hello")]
    return asyncio.run(ask(chat_model(max_tokens=20, model=model), prompt))


async def ask_streamed(model: str) -> None:
    async for _ in chat_model(max_tokens=20, model=model).astream("hello"):
        pass


@pytest.mark.parametrize("model", sorted(NO_ANSWERS))
def test_what_is_no_answer_is_named_and_worth_another_attempt(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerOutOfShape, match="the model") as caught:
        ask_whole(model)

    assert is_worth_retrying(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("model", sorted({*NO_ANSWERS, *STREAMED} - OTHER_STREAMS))
def test_what_is_no_stream_is_named_and_worth_another_attempt(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerOutOfShape, match="the model") as caught:
        asyncio.run(ask_streamed(model))

    assert is_worth_retrying(caught.value)


def test_an_error_in_a_stream_is_the_servers_own(misbehaving_server: MisbehavingServer) -> None:
    with pytest.raises(APIError, match="sorry"):
        asyncio.run(ask_streamed("stream-error"))


@pytest.mark.parametrize("model", sorted(BROKEN))
def test_a_broken_connection_names_the_server_and_what_broke(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(APIConnectionError, match=r"Connection error: 127\.0\.0\.1:\d+ \(\w+\)"):
        ask_whole(model)


@pytest.mark.parametrize("model", sorted(STATUSES))
def test_an_error_status_with_any_body_stays_its_error(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(STATUSES[model]):
        ask_whole(model)


@pytest.mark.parametrize("model", sorted(GOOD))
def test_an_answer_with_oddities_is_an_answer(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    assert ask_whole(model)


@pytest.mark.parametrize("model", sorted(name for name in GOOD if name.startswith("usage-")))
def test_token_counts_that_cannot_be_true_are_unknown(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    message = asyncio.run(chat_model(max_tokens=20, model=model).ainvoke("hello"))

    assert message.usage_metadata is None


def test_token_counts_of_a_stream_that_cannot_be_true_are_unknown(
    misbehaving_server: MisbehavingServer,
) -> None:
    async def counts() -> list[object]:
        model = chat_model(max_tokens=20, model="stream-usage-text")
        return [chunk.usage_metadata async for chunk in model.astream("hello")]

    assert not any(asyncio.run(counts()))


def test_token_counts_that_can_be_true_are_known(misbehaving_server: MisbehavingServer) -> None:
    message = asyncio.run(chat_model(max_tokens=20).ainvoke("hello"))

    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] == 3


def test_a_node_without_an_event_loop_gets_the_same_errors(
    misbehaving_server: MisbehavingServer,
) -> None:
    for model in ("no-choices", "html", "deep"):
        with pytest.raises(AnswerOutOfShape):
            chat_model(max_tokens=20, model=model).invoke("hello")
    with pytest.raises(AnswerOutOfShape):
        list(chat_model(max_tokens=20, model="stream-of-null").stream("hello"))


def test_a_mistake_of_the_caller_is_not_blamed_on_the_server(
    misbehaving_server: MisbehavingServer,
) -> None:
    model = chat_model(max_tokens=20).bind(tools=[object()])

    with pytest.raises(TypeError):
        asyncio.run(model.ainvoke("hello"))

    assert not misbehaving_server.requests
