"""Whoever asks another server gives up its answer as it gives up a connection that broke."""

import re

import httpx2
import pytest

from graphs.adapters.errors import SourceError
from graphs.adapters.http.fetch import Service, api_client, fetch, whole
from graphs.kit.model.errors import AnswerPastBounds, AnswerTooLarge, AnswerTooSlow
from tests.conftest import ROOT
from tests.graphs.foreign_servers import PAST_BOUNDS, require_failure
from tests.misbehaving_server import MisbehavingServer

WITH_A_CLIENT = re.compile(r"\b(openai_client|AnyLoopClient|AsyncOpenAI|OpenAI|AsyncClient)\(")
"""Makes or takes an HTTP client of its own; everything else asks through `fetch`."""

TRIED = {
    "graphs/adapters/http/fetch.py",
    "graphs/campaign/images/generation.py",
    "graphs/content_gate/moderation/endpoint.py",
}
"""Each has a test with `require_failure`; a graph's is among its own tests."""

ONLY_FOR_FETCH = {"graphs/media_review/fetching.py"}
"""Makes a client, and hands it to `fetch`."""


def test_every_module_that_asks_by_itself_is_tried() -> None:
    files = (ROOT / "graphs").rglob("*.py")
    asking = {path for path in files if WITH_A_CLIENT.search(path.read_text())}
    outside = {str(path.relative_to(ROOT)) for path in asking if "kit" not in path.parts}

    assert outside <= TRIED | ONLY_FOR_FETCH


@pytest.mark.parametrize("answer", PAST_BOUNDS)
def test_an_answer_that_is_given_up_is_a_source_error(
    answer: str, misbehaving_server: MisbehavingServer
) -> None:
    async def ask() -> object:
        url = misbehaving_server.url(answer)
        service = Service("it")
        return whole(service, await fetch(service, api_client(), "GET", url, seconds=60))

    require_failure(ask(), SourceError)


@pytest.mark.parametrize("error", [AnswerTooLarge, AnswerTooSlow])
def test_what_is_caught_of_a_broken_connection_catches_it(error: type[AnswerPastBounds]) -> None:
    assert issubclass(error, httpx2.TransportError)
    assert not issubclass(error, httpx2.TimeoutException | TimeoutError)
