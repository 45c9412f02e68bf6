"""HTTP connections that many share, kept apart per event loop; those to the model among them.

Every answer that comes through them is bounded, see `answer_bounds`.

A connection belongs to the loop that opened it: used from a second one it fails with "Event loop is
closed". Tests, notebooks and `asyncio.run` in a script all make more than one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import lru_cache, partial
from typing import Any, TypeAlias

import httpx2
from openai import DefaultAsyncHttpxClient

from graphs.kit.model.answer_bounds import AnswerBounds, silence_of, too_slow, within
from graphs.kit.model.head_bounds import bound_heads

LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=4)
"""An idle connection is let go before its server does so: llama.cpp, uvicorn and others do after
5 s, and a request that meets that very moment is lost."""

MOST_REDIRECTS = 5

_model_client = partial(DefaultAsyncHttpxClient, limits=LIMITS, max_redirects=MOST_REDIRECTS)

Lifetime: TypeAlias = AsyncGenerator[httpx2.AsyncClient]


class AnyLoopClient(DefaultAsyncHttpxClient):
    """An HTTP client that may be used from any event loop, in turn or side by side.

    `make` makes the client of one loop: its limits, redirects and transport hold. Headers and
    timeouts come with each request. Answers past the bounds raise AnswerTooLarge or AnswerTooSlow.
    """

    def __init__(
        self,
        make: Callable[[], httpx2.AsyncClient] = _model_client,
        bounds: AnswerBounds = AnswerBounds(),  # noqa: B008  # frozen
    ) -> None:
        # It never sends by itself: to load certificates for that would take 50 ms of the loop.
        super().__init__(transport=httpx2.AsyncBaseTransport(), trust_env=False)
        self._make = make
        self._bounds = bounds
        self._by_loop: dict[asyncio.AbstractEventLoop, tuple[httpx2.AsyncClient, Lifetime]] = {}

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send through the running loop's own connections."""
        client = await self._client()
        # Until here only headers are received, and these may trickle as a body may.
        seconds = silence_of(request)
        async with within(seconds, partial(too_slow, request, seconds)):
            response = await client.send(request, stream=True, **options)
        if not stream:
            try:
                await response.aread()
            except BaseException:
                await response.aclose()
                raise
        return response

    async def _client(self) -> httpx2.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            self._forget_closed_loops()
            lifetime = self._live(loop)
            self._by_loop[loop] = await anext(lifetime), lifetime
        return self._by_loop[loop][0]

    async def _live(self, loop: asyncio.AbstractEventLoop) -> Lifetime:
        # A loop ends its async generators just before it closes: the moment to hang up cleanly.
        async with self._make() as client:
            client.event_hooks = self._bounds.hooks
            bound_heads(client)
            try:
                yield client
            finally:
                del self._by_loop[loop]

    def _forget_closed_loops(self) -> None:
        """Let go of loops that were closed without ending their generators first."""
        for loop in [loop for loop in self._by_loop if loop.is_closed()]:
            del self._by_loop[loop]


@lru_cache(maxsize=8)
def async_client(bounds: AnswerBounds = AnswerBounds()) -> AnyLoopClient:  # noqa: B008  # frozen
    return AnyLoopClient(bounds=bounds)
