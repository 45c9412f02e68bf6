"""Answers without an end, against a real server that sends them for ever."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest

from graphs.kit.model.answer_bounds import AnswerBounds
from graphs.kit.model.errors import AnswerTooLarge, AnswerTooSlow
from graphs.kit.model.http_client import AnyLoopClient
from graphs.kit.model.models import chat_model
from graphs.kit.policy.attempts import is_worth_retrying
from tests.misbehaving_server import MisbehavingServer
from tests.model_answers import Answer
from tests.model_server import ModelServer

WITHOUT_END = AnswerBounds(most_bytes=10**15, most_values=10**15)
BOMBS = ("gzip-bomb", "gzip-bomb-twice", "gzip-bomb-of-events")
BODIES = ("endless-json", "endless-spaces", "endless-lists", "large-lists")
ERRORS = ("endless-error", "endless-refusal", "endless-redirect")
STREAMS = ("endless-line", "endless-comments", "endless-empty-lines", "endless-data-lines")
HEADS = ("endless-header", "endless-headers", "endless-status", "endless-chunk-extension")


async def stream(model: str) -> None:
    async for _ in chat_model(max_tokens=20, model=model).astream("hello"):
        pass


async def post(
    client: httpx2.AsyncClient, server: MisbehavingServer, model: str, seconds: float
) -> httpx2.Response:
    url = f"{server.base_url}/chat/completions"
    return await client.post(url, json={"model": model}, timeout=seconds)


@pytest.mark.parametrize("model", [*BODIES, *ERRORS, *STREAMS, *BOMBS])
def test_an_answer_without_end_is_not_read_to_its_end(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerTooLarge) as caught:
        asyncio.run(chat_model(max_tokens=20, model=model).ainvoke("hello"))

    host = misbehaving_server.base_url.removeprefix("http://").removesuffix("/v1")
    assert str(caught.value).startswith(f"{host} ")
    assert is_worth_retrying(caught.value)


@pytest.mark.parametrize("model", [*BODIES, *ERRORS, *STREAMS, *BOMBS])
def test_a_stream_without_end_is_not_read_to_its_end(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerTooLarge):
        asyncio.run(stream(model))


@pytest.mark.parametrize("model", [*BODIES, *ERRORS, *STREAMS, *BOMBS])
def test_a_client_that_blocks_reads_no_more_than_the_other(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerTooLarge):
        chat_model(max_tokens=20, model=model).invoke("hello")
    with pytest.raises(AnswerTooLarge):
        list(chat_model(max_tokens=20, model=model).stream("hello"))


@pytest.mark.parametrize("model", HEADS)
def test_a_head_without_end_ends_the_connection(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(Exception, match=r"Connection error: 127\.0\.0\.1:\d+ \(RemoteProtocol"):
        asyncio.run(chat_model(max_tokens=20, model=model).ainvoke("hello"))


def test_an_answer_that_never_stops_to_come_is_too_slow_in_the_end(
    misbehaving_server: MisbehavingServer,
) -> None:
    client = AnyLoopClient(bounds=WITHOUT_END)

    with pytest.raises(AnswerTooSlow, match=r"did not complete its answer within 3 s"):
        asyncio.run(post(client, misbehaving_server, "endless-spaces", 1))


@pytest.mark.parametrize("model", ["endless-1xx", "trickling-head", "trickling-1xx"])
def test_a_head_that_trickles_is_too_slow_after_one_silence(
    model: str, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises((AnswerTooSlow, httpx2.TimeoutException)):
        asyncio.run(post(AnyLoopClient(), misbehaving_server, model, 0.5))


def test_a_connection_that_was_given_up_is_not_used_again(
    misbehaving_server: MisbehavingServer,
) -> None:
    async def ask() -> str:
        with pytest.raises(AnswerTooLarge):
            await chat_model(max_tokens=20, model="endless-json").ainvoke("hello")
        return (await chat_model(max_tokens=20).ainvoke("hello")).text

    assert asyncio.run(ask()) == "A good answer."


def test_a_long_answer_within_the_bounds_comes_whole(model_server: ModelServer) -> None:
    words = " ".join(f"word{number}" for number in range(5_000))
    model_server.answer(Answer(text=words))

    async def ask() -> tuple[str, str]:
        model = chat_model(max_tokens=20)
        chunks = [chunk async for chunk in model.astream("hello")]
        return (await model.ainvoke("hello")).text, "".join(chunk.text for chunk in chunks)

    assert asyncio.run(ask()) == (words, words)


def test_a_compressed_answer_is_read_as_what_it_was() -> None:
    body = b'{"a": 1}' * 1000

    async def pieces() -> AsyncIterator[bytes]:
        yield gzip.compress(body)

    def respond(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"Content-Encoding": "gzip"}, content=pieces())

    def make() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(respond))

    answer = asyncio.run(AnyLoopClient(make).get("http://x"))

    assert answer.content == body
