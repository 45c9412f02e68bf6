"""How much is read of an answer, from whatever listens at the address that was given."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias, cast

import httpx2

IDENTITY = {"Accept-Encoding": "identity"}
"""The header of every request, since bytes are counted as they arrive."""

Hooks: TypeAlias = dict[str, list[Callable[..., Any]]]


class AnswerTooLarge(httpx2.TransportError):
    """An answer is larger than what is read of one, or would be once it is decompressed."""


def bounded(most_bytes: int, *, most_stream_bytes: int | None = None) -> Hooks:
    """Return the event hooks of a client that reads so many bytes of a body, redirects included."""

    async def bound(response: httpx2.Response) -> None:
        kind = response.headers.get("content-type", "")
        is_stream = most_stream_bytes is not None and kind.startswith("text/event-stream")
        most = most_stream_bytes if is_stream else most_bytes
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise AnswerTooLarge("the answer is compressed, against the request")
        response.stream = _Bounded(response, cast(int, most))

    return {"response": [bound]}


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, most_bytes: int) -> None:
        self._whole = cast(httpx2.AsyncByteStream, response.stream)
        self._most = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for piece in self._whole:
            read += len(piece)
            if read > self._most:
                raise AnswerTooLarge(f"the answer has more than the {self._most:,} bytes to read")
            yield piece

    async def aclose(self) -> None:
        await self._whole.aclose()
