"""A model that is asked by a caller who blocks, on a loop in a thread of its own."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import BadRequestError

from graphs.kit.model.http_client import LIMITS
from graphs.kit.model.models import chat_model
from tests.model_answers import Answer, all_received
from tests.model_server import ModelServer


@pytest.fixture(autouse=True)
def idle_connections_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no connection expire between two requests, however long a busy machine takes."""
    monkeypatch.setattr(LIMITS, "keepalive_expiry", None)


def test_many_threads_ask_side_by_side(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="hello", when=all_received(5)))
    model = chat_model(max_tokens=20)

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: model.invoke("hello").text, range(5)))

    assert answers == ["hello"] * 5


def test_callers_share_one_thread(model_server: ModelServer) -> None:
    chat_model(max_tokens=20).invoke("hello")
    before = threading.active_count()

    for _ in range(3):
        chat_model(max_tokens=20).invoke("hello")

    assert threading.active_count() == before


def test_a_stream_comes_piece_by_piece(model_server: ModelServer) -> None:
    model_server.answer(Answer(text="one two three"))

    pieces = [chunk.text for chunk in chat_model(max_tokens=20).stream("hello") if chunk.text]

    assert pieces == ["one", " two", " three"]


def test_a_stream_that_is_left_ends_at_the_server(model_server: ModelServer) -> None:
    model_server.answer(Answer(text=" ".join(["word"] * 100_000)))

    stream = chat_model(max_tokens=20).stream("hello")
    next(stream)
    del stream
    gc.collect()

    model_server.wait_until_idle()  # 20 MB that nobody reads would hold it


def test_a_refusal_is_the_one_of_openais_client(model_server: ModelServer) -> None:
    model_server.answer(Answer(status=400, text="not this one"))

    with pytest.raises(BadRequestError, match="not this one"):
        chat_model(max_tokens=20).invoke("hello")
