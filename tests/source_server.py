"""A real web server on loopback that is every source of the adapters, and the pages they find.

Each has its path, so one address serves them all. It can be scripted per path, and it remembers.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from tests.live_server import serve
from tests.patience import wait_until
from tests.scripts import Rule, Script
from tests.source_answers import SourceAnswer, SourceRequest, good_answer

SOURCES = (
    "WIKIPEDIA",
    "ARXIV",
    "TAVILY",
    "BRAVE",
    "DUFFEL",
    "LITEAPI",
    "TICKETMASTER",
    "OPEN_METEO",
    "OPEN_METEO_ARCHIVE",
    "OPEN_METEO_GEOCODING",
)
"""Whose address a setting gives: `FANJOIN_…_URL`."""


@dataclass
class SourceServer:
    """Script it with `answer`, point the sources at it by `environment`, read `requests`."""

    delay: float = 0
    """Seconds before every answer that is not scripted."""

    url: str = ""
    requests: list[SourceRequest] = field(default_factory=list)
    script: Script[SourceAnswer] = field(default_factory=Script)

    @property
    def environment(self) -> dict[str, str]:
        """The settings that make the sources ask this server; a web search needs a key besides."""
        return {f"FANJOIN_{name}_URL": self.url for name in SOURCES}

    def answer(
        self,
        answer: SourceAnswer,
        *,
        path: str = "",
        times: int | None = None,
        may_be_unused: bool = False,
    ) -> None:
        """Give this answer to the next `times` requests whose path begins so; None: to all.

        One that nobody asks for fails the test at its end, unless it `may_be_unused`.
        """
        self.script.append(Rule(answer, path, times, may_be_unused))

    def requests_to(self, path: str) -> list[SourceRequest]:
        return [request for request in self.requests if request.path.startswith(path)]

    def wait_for_requests(self, number: int, path: str = "") -> None:
        """Return when this many requests to the path have come in."""
        wait_until(lambda: len(self.requests_to(path)) >= number, f"{number} requests to {path}")

    def require_use(self) -> None:
        self.script.require_use(requests=len(self.requests))

    def reset(self) -> None:
        self.requests.clear()
        self.script.clear()

    async def respond(self, received: Request) -> Response:
        request = SourceRequest(
            path=received.url.path,
            params=dict(received.query_params),
            headers=dict(received.headers),
            body=await received.json() if await received.body() else {},
            started=time.monotonic(),
        )
        self.requests.append(request)
        answer = self.script.take(request.path.startswith) or SourceAnswer(delay=self.delay)
        await self._hold(received, answer)
        body, content_type = _content(self.url, request, answer)
        headers = {"Content-Type": answer.content_type or content_type}
        if answer.retry_after is not None:
            headers["Retry-After"] = str(answer.retry_after)
        if answer.cookie is not None:
            headers["Set-Cookie"] = answer.cookie
        if answer.location is not None:
            headers["Location"] = answer.location
        if answer.is_endless:
            return StreamingResponse(_endless(body), answer.status, headers)
        return Response(body, answer.status, headers)

    async def _hold(self, received: Request, answer: SourceAnswer) -> None:
        await asyncio.sleep(answer.delay)
        while answer.when is not None and not answer.when(self.requests):
            if await received.is_disconnected():
                return
            await asyncio.sleep(0.005)


def _content(url: str, request: SourceRequest, answer: SourceAnswer) -> tuple[str | bytes, str]:
    if answer.status != 200:
        return answer.body or "", "text/plain"
    body, content_type = good_answer(url, request, is_empty=answer.is_empty)
    return body if answer.body is None else answer.body, content_type


async def _endless(beginning: str | bytes) -> AsyncIterator[str | bytes]:
    yield beginning
    for _ in itertools.count():
        yield " " * 65536
        await asyncio.sleep(0)


@contextmanager
def serve_sources(*, delay: float = 0) -> Iterator[SourceServer]:
    """Serve until the block ends; `delay` is seconds before every answer."""
    sources = SourceServer(delay)
    app = FastAPI(openapi_url=None)
    app.add_api_route("/{path:path}", sources.respond, methods=["GET", "POST"], response_model=None)
    with serve(app) as server:
        sources.url = server.url
        yield sources


@pytest.fixture(scope="session")
def running_source_server() -> Iterator[SourceServer]:
    with serve_sources() as server:
        yield server


@pytest.fixture
def source_server(
    running_source_server: SourceServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SourceServer]:
    """Point the sources at the server, with no answers scripted, and no key to search the web."""
    running_source_server.reset()
    for name in ("TAVILY_API_KEY", "BRAVE_SEARCH_API_KEY", "FANJOIN_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in running_source_server.environment.items():
        monkeypatch.setenv(name, value)
    yield running_source_server
    running_source_server.require_use()
