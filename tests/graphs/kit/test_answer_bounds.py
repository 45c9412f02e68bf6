"""Answers without an end, against a real server that sends them for ever."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import openai
import pytest
from langchain_openai import StreamChunkTimeoutError

from graphs.kit.model.answer_bounds import AnswerBounds
from graphs.kit.model.errors import AnswerTooLarge, AnswerTooSlow
from graphs.kit.model.head_bounds import MOST_HEAD_BYTES
from graphs.kit.model.http_client import AnyLoopClient
from graphs.kit.model.models import chat_model
from graphs.kit.policy.attempts import is_worth_retrying
from tests.misbehaving_server import MisbehavingServer
from tests.misbehaviours import TRICKLES
from tests.model_answers import Answer
from tests.model_server import ModelServer
from tests.patience import SECONDS

WITHOUT_END = AnswerBounds(most_bytes=10**15, most_values=10**15)
BOMBS = ("gzip-bomb", "gzip-bomb-twice", "gzip-bomb-of-events")
BODIES = ("endless-json", "endless-spaces", "endless-lists", "large-lists")
ERRORS = ("endless-error", "endless-refusal", "endless-redirect")
STREAMS = ("endless-line", "endless-comments", "endless-empty-lines", "endless-data-lines")
HEADS = (
    *("endless-header", "endless-headers", "endless-status"),
    *("endless-chunk-extension", "endless-trailers"),
)
BETWEEN = ("endless-1xx", "endless-100")
PATIENT = 300.0


def ainvoke(model: str, seconds: float = PATIENT) -> None:
    asyncio.run(chat_model(max_tokens=20, model=model, timeout=seconds).ainvoke("hello"))


def astream(model: str, seconds: float = PATIENT) -> None:
    async def stream() -> None:
        async for _ in chat_model(max_tokens=20, model=model, timeout=seconds).astream("hello"):
            pass

    asyncio.run(stream())


def invoke(model: str, seconds: float = PATIENT) -> None:
    chat_model(max_tokens=20, model=model, timeout=seconds).invoke("hello")


def stream(model: str, seconds: float = PATIENT) -> None:
    for _ in chat_model(max_tokens=20, model=model, timeout=seconds).stream("hello"):
        pass


Way = Callable[..., None]
WAYS = (ainvoke, astream, invoke, stream)
each_way = pytest.mark.parametrize("ask", WAYS)


async def post(
    client: httpx2.AsyncClient, server: MisbehavingServer, model: str, seconds: float
) -> httpx2.Response:
    url = f"{server.base_url}/chat/completions"
    return await client.post(url, json={"model": model}, timeout=seconds)


@each_way
@pytest.mark.parametrize("model", [*BODIES, *ERRORS, *STREAMS, *BOMBS])
def test_an_answer_without_end_is_not_read_to_its_end(
    model: str, ask: Way, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerTooLarge) as caught:
        ask(model)

    host = misbehaving_server.base_url.removeprefix("http://").removesuffix("/v1")
    assert str(caught.value).startswith(f"{host} ")
    assert is_worth_retrying(caught.value)


@each_way
@pytest.mark.parametrize("model", HEADS)
def test_a_head_without_end_ends_the_connection(
    model: str, ask: Way, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(Exception, match=r"127\.0\.0\.1:\d+ \(RemoteProtocol|Connection error"):
        ask(model)


@each_way
@pytest.mark.parametrize("model", BETWEEN)
def test_answers_in_between_without_end_are_too_large(
    model: str, ask: Way, misbehaving_server: MisbehavingServer
) -> None:
    with pytest.raises(AnswerTooLarge, match=f"more than the {MOST_HEAD_BYTES:,} bytes"):
        ask(model)


def test_what_trickles_for_ever_ends_however_it_is_asked_for(
    misbehaving_server: MisbehavingServer,
) -> None:
    pairs = [(ask, model) for ask in WAYS for model in TRICKLES]
    with ThreadPoolExecutor(len(pairs)) as pool:
        futures = [pool.submit(ask, model, 0.5) for ask, model in pairs]
        ends = [future.exception(SECONDS) for future in futures]

    late = (AnswerTooSlow, openai.APITimeoutError, StreamChunkTimeoutError)
    assert [pairs[n] for n, end in enumerate(ends) if not isinstance(end, late)] == []


def test_an_answer_that_never_stops_to_come_is_too_slow_in_the_end(
    misbehaving_server: MisbehavingServer,
) -> None:
    client = AnyLoopClient(bounds=WITHOUT_END)

    with pytest.raises(AnswerTooSlow, match=r"did not complete its answer within 3 s"):
        asyncio.run(post(client, misbehaving_server, "endless-spaces", 1))


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
