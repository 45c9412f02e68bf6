"""The HTTP client for callers that block: it has the limits of the other, by using it.

Nothing can end a read of a blocking socket at a given moment but the socket's own silence. So each
request runs on an event loop in a thread of its own, and the caller waits for it there.
"""

import asyncio
import threading
from collections.abc import AsyncIterable, Coroutine, Iterator
from functools import cache
from typing import Any, TypeVar, cast

import httpx2
from openai import DefaultHttpxClient

from graphs.kit.model.http_client import AnyLoopClient, async_client

T = TypeVar("T")


class BlockingClient(DefaultHttpxClient):
    """Sends as an `AnyLoopClient` does, from any thread; the bodies of requests are bytes."""

    def __init__(self, client: AnyLoopClient) -> None:
        super().__init__(transport=httpx2.BaseTransport(), trust_env=False)
        self._client = client

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send through the connections of the thread's loop."""
        thread = _loop_thread()
        answer = thread.run(self._client.send(request, stream=stream, **options))
        body: dict[str, Any] = (
            {"stream": _BlockingStream(answer, thread)} if stream else {"content": answer.content}
        )
        response = httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            request=answer.request,
            extensions=answer.extensions,
            history=answer.history,
            **body,
        )
        response.next_request = answer.next_request
        return response


class _LoopThread:
    """An event loop that runs as long as the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="fanjoin-blocking-http", daemon=True
        )
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """False in a process that was forked since."""
        return self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine; it is cancelled when the wait is interrupted."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


class _BlockingStream(httpx2.SyncByteStream):
    """A response's body, piece by piece."""

    def __init__(self, answer: httpx2.Response, thread: _LoopThread) -> None:
        self._answer = answer
        self._thread = thread

    def __iter__(self) -> Iterator[bytes]:
        pieces = aiter(cast("AsyncIterable[bytes]", self._answer.stream))

        async def next_piece() -> bytes | None:
            return await anext(pieces, None)

        while (piece := self._thread.run(next_piece())) is not None:
            yield piece

    def close(self) -> None:
        self._thread.run(self._answer.aclose())


@cache
def sync_client() -> httpx2.Client:
    return BlockingClient(async_client())


_threads: list[_LoopThread] = []
_making = threading.Lock()


def _loop_thread() -> _LoopThread:
    with _making:
        if not _threads or not _threads[-1].is_alive:
            _threads[:] = [_LoopThread()]
        return _threads[-1]
