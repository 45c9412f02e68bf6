"""One HTTP client for every event loop of the process."""

import asyncio
import gc
from collections.abc import Callable

import httpx2
import pytest

from graphs.kit.model.http_client import LIMITS, AnyLoopClient
from graphs.kit.model.models import chat_model
from tests.model_answers import Answer
from tests.model_server import ModelServer


@pytest.fixture(autouse=True)
def idle_connections_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no connection expire between two requests, however long a busy machine takes."""
    monkeypatch.setattr(LIMITS, "keepalive_expiry", None)


async def ask_twice() -> None:
    for _ in range(2):
        await chat_model(max_tokens=20).ainvoke("hello")


async def get(
    client: AnyLoopClient, server: ModelServer, headers: dict[str, str] | None = None
) -> None:
    question = {"model": "m", "messages": []}
    await client.post(f"{server.base_url}/chat/completions", json=question, headers=headers)


def test_requests_of_one_loop_share_a_connection(model_server: ModelServer) -> None:
    asyncio.run(ask_twice())

    assert (len(model_server.calls), model_server.connections) == (2, 1)


def test_models_with_other_options_share_the_connection(model_server: ModelServer) -> None:
    async def ask() -> None:
        await chat_model(max_tokens=20).ainvoke("hello")
        await chat_model(max_tokens=30, temperature=1).ainvoke("hello")

    asyncio.run(ask())

    assert model_server.connections == 1


def test_a_second_event_loop_gets_connections_of_its_own(model_server: ModelServer) -> None:
    asyncio.run(ask_twice())
    asyncio.run(ask_twice())

    assert (len(model_server.calls), model_server.connections) == (4, 2)


def test_two_event_loops_may_take_turns(model_server: ModelServer) -> None:
    with asyncio.Runner() as first, asyncio.Runner() as second:
        for runner in (first, second, first, second):
            runner.run(ask_twice())

    assert (len(model_server.calls), model_server.connections) == (8, 2)


def test_a_loop_that_ends_hangs_up(model_server: ModelServer) -> None:
    client = AnyLoopClient()

    asyncio.run(get(client, model_server))

    assert not client._by_loop
    gc.collect()  # an open socket left behind would warn here


def test_the_client_of_each_loop_is_made_as_told(model_server: ModelServer) -> None:
    made: list[httpx2.AsyncClient] = []

    def make() -> httpx2.AsyncClient:
        made.append(httpx2.AsyncClient())
        return made[-1]

    client = AnyLoopClient(make)
    asyncio.run(get(client, model_server))
    asyncio.run(get(client, model_server))

    assert len(made) == 2
    assert all(one.is_closed for one in made)


def test_loops_that_were_closed_in_a_hurry_do_not_pile_up(model_server: ModelServer) -> None:
    client = AnyLoopClient()

    for _ in range(3):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(get(client, model_server, {"Connection": "close"}))
        loop.close()

    assert len(client._by_loop) == 1


def test_a_cancelled_request_ends_at_the_server(model_server: ModelServer) -> None:
    model_server.answer(Answer(delay=3_600))

    async def give_up() -> None:
        asking = asyncio.create_task(chat_model(max_tokens=20).ainvoke("hello"))
        async with asyncio.timeout(60):
            await until(lambda: bool(model_server.calls))
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await until(lambda: model_server.calls[0].ended is not None)

    asyncio.run(give_up())

    assert model_server.calls[0].client_left


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for the server, which runs in a thread of its own and has no event to give."""
    while not is_so():  # noqa: ASYNC110  # as said
        await asyncio.sleep(0.005)
