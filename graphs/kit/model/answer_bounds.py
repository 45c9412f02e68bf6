"""How much of one answer is read, and for how long, whoever the server is.

A read timeout bounds a silence and nothing else: a body without an end, or one byte a second, would
never meet it. Here each answer has a budget of seconds, of bytes as they are after decompression,
and of values: the parser's time and memory grow with them, and `[],` is one in three bytes.

The bounds stand on an httpx client as event hooks, because these also see the answers in between:
redirects, whose bodies httpx reads whole.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import httpx2

from graphs.kit.model.errors import AnswerTooLarge, AnswerTooSlow
from graphs.kit.model.head_bounds import begin_body

SILENCES = 3
"""So many times the longest silence, an answer may take in all."""

MOST_SECONDS = 900.0
"""For an answer to a request that bounds no silence."""

_LEAST_PIECE = 64
"""Bytes that a piece counts for: each is some work, even one of a single byte."""

_PIECES_AT_ONCE = 100
"""After so many that were already received, others have their turn."""

_SLICE = 8_192
"""Bytes that are read at once; of a stream, they may hold hundreds of events."""

_DEADLINE = "fanjoin.deadline"
"""The extension of a request that holds it; redirects take it over."""

Hooks: TypeAlias = dict[str, list[Callable[..., Any]]]


@dataclass(frozen=True)
class AnswerBounds:
    """How much of one answer is read."""

    most_bytes: int = 4_000_000
    """Of a body, or of a line in a stream of events."""

    most_values: int = 100_000
    """Of the same: what `[`, `{` and `,` may begin, in strings too. Each takes 5 µs to be read."""

    most_stream_bytes: int = 16_000_000
    """Of a stream of events."""

    most_stream_values: int = 1_000_000
    """Of the same; an event of a chat has about fifteen."""

    most_stream_lines: int = 100_000
    """Of the same; an event has two or more, and stays in memory to the end."""

    @property
    def hooks(self) -> Hooks:
        async def stamp(request: httpx2.Request) -> None:
            request.extensions.setdefault(_DEADLINE, time.monotonic() + seconds_for(request))

        async def bound(response: httpx2.Response) -> None:
            begin_body(response)
            response.stream = _BoundedStream(response, _Budget(self, response))

        return {"request": [stamp], "response": [bound]}


def silence_of(request: httpx2.Request) -> float:
    """Return the longest silence a request allows its server, in seconds."""
    seconds = request.extensions.get("timeout", {}).get("read")
    return MOST_SECONDS / SILENCES if seconds is None else seconds


@asynccontextmanager
async def within(seconds: float, too_slow: Callable[[], AnswerTooSlow]) -> AsyncIterator[None]:
    """Raise `too_slow` if the block takes longer; a timeout of its own stays what it is."""
    clock = asyncio.timeout(seconds)
    try:
        async with clock:
            yield
    except TimeoutError as error:
        if not clock.expired():
            raise
        raise too_slow() from error


def too_slow(request: httpx2.Request, seconds: float) -> AnswerTooSlow:
    return AnswerTooSlow(f"{_server(request)} did not complete its answer within {seconds:g} s")


def seconds_for(request: httpx2.Request) -> float:
    """Return how long the whole answer to a request may take."""
    return SILENCES * silence_of(request)


def _server(request: httpx2.Request) -> str:
    return request.url.netloc.decode()


class _Budget:
    """What is left of one answer's bounds; raises AnswerTooLarge and AnswerTooSlow."""

    def __init__(self, bounds: AnswerBounds, response: httpx2.Response) -> None:
        request = response.request
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.is_stream = kind == "text/event-stream"
        self._bounds = bounds
        self._received, self._bytes, self._values = 0, 0, 0
        self._stream_bytes, self._stream_values, self._stream_lines = 0, 0, 0
        self._request = request
        self._deadline: float = request.extensions[_DEADLINE]

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    def receive(self, piece: bytes) -> None:
        """Count a piece as it came, which may be compressed."""
        self._received += max(len(piece), _LEAST_PIECE)
        bounds = self._bounds
        most = bounds.most_stream_bytes if self.is_stream else bounds.most_bytes
        self._require(self._received, most, "bytes")

    def read(self, piece: bytes) -> None:
        """Count a piece as it is read."""
        self._bytes += len(piece)
        self._values += (values := _values_in(piece))
        self._require(self._bytes, self._bounds.most_bytes, "bytes")
        self._require(self._values, self._bounds.most_values, "values")
        if self.is_stream:
            self._read_of_stream(piece, values)

    def _read_of_stream(self, piece: bytes, values: int) -> None:
        self._stream_bytes += len(piece)
        self._stream_values += values
        self._stream_lines += max(piece.count(b"\n"), piece.count(b"\r"))
        self._require(self._stream_bytes, self._bounds.most_stream_bytes, "bytes")
        self._require(self._stream_values, self._bounds.most_stream_values, "values")
        self._require(self._stream_lines, self._bounds.most_stream_lines, "lines")
        if end := max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1:
            self._bytes, self._values = len(piece) - end, _values_in(piece[end:])

    def too_slow(self) -> AnswerTooSlow:
        return too_slow(self._request, seconds_for(self._request))

    def _require(self, count: int, most: int, unit: str) -> None:
        if count > most:
            raise AnswerTooLarge(
                f"{_server(self._request)} sent more than the {most:,} {unit} "
                f"that are read of an answer{' or a line of it' if self.is_stream else ''}"
            )


def _values_in(piece: bytes) -> int:
    return piece.count(b",") + piece.count(b"[") + piece.count(b"{")


class _BoundedStream(httpx2.AsyncByteStream):
    """A response's body, decompressed, within its budget."""

    def __init__(self, response: httpx2.Response, budget: _Budget) -> None:
        self._whole = cast(httpx2.AsyncByteStream, response.stream)
        self._budget = budget
        self._coding = _take_coding(response)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async with aclosing(self._decoded()) as pieces:
            async for piece in pieces:
                for slice_ in _slices(piece):
                    self._budget.read(slice_)
                    yield slice_
                    if self._budget.is_stream:
                        await asyncio.sleep(0)

    async def aclose(self) -> None:
        await self._whole.aclose()

    def _decoded(self) -> AsyncGenerator[bytes]:
        if not self._coding:
            return self._received()
        coded = httpx2.Response(200, headers=self._coding, content=self._received())
        return coded.aiter_bytes()

    async def _received(self) -> AsyncGenerator[bytes]:
        pieces = aiter(self._whole)
        for number in itertools.count(1):
            async with within(self._budget.seconds_left, self._budget.too_slow):
                piece = await anext(pieces, None)
            if piece is None:
                return
            self._budget.receive(piece)
            yield piece
            if number % _PIECES_AT_ONCE == 0:
                await asyncio.sleep(0)


def _slices(piece: bytes) -> Iterator[bytes]:
    for start in range(0, len(piece), _SLICE):
        yield piece[start : start + _SLICE]


def _take_coding(response: httpx2.Response) -> dict[str, str]:
    """Take the compression from a response's headers, so that nobody undoes it again."""
    coding = response.headers.pop("content-encoding", "")
    # Each further one multiplies what a byte becomes by a thousand, which counts only at the end.
    if "," in coding:
        raise AnswerTooLarge(f"{_server(response.request)} compressed its answer more than once")
    return {"content-encoding": coding} if coding else {}
