"""Requests as cheap as they can be made, so that the clock sees the server and not the client."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.children import Child
from tests.benchmarks.result import RowFailed

_LONGEST_SECONDS = 120


class RequestFailed(RowFailed):
    """A server answered something else than 200 or 202."""


@dataclass(frozen=True)
class Target:
    """A server and the one request that is sent to it."""

    child: Child
    request: bytes


@dataclass(frozen=True)
class Answers:
    """How many there were, and how long they took together."""

    number: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.number / self.seconds


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> bytes:
        """Return the answer's body; raise RequestFailed unless it is a 200 or a 202."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._read_body(head)
        if not head.startswith((b"http/1.1 200", b"http/1.1 202")):
            raise RequestFailed((head + body[:2000]).decode(errors="replace"))
        return body

    async def _read_body(self, head: bytes) -> bytes:
        _, has_length, rest = head.partition(b"content-length:")
        if has_length:
            return await self._reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        chunks = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            chunks.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(chunks)


def post(path: str, value: Any, *, key: str | None = None) -> bytes:
    """Return the bytes of a JSON request, with an API key if one is given."""
    body = json.dumps(value).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{_key_line(key)}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str, *, key: str | None = None) -> bytes:
    """Return the bytes of a request without a body."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{_key_line(key)}\r\n"
    return head.encode()


def _key_line(key: str | None) -> str:
    return "" if key is None else f"X-Api-Key: {key}\r\n"


def invoke(child: Child, graph_id: str, values: dict[str, Any], **options: Any) -> Target:
    return Target(child, post(f"/graphs/{graph_id}/invoke", {"input": values, **options}))


async def seconds_each(target: Target, *, times: int) -> list[float]:
    """Send requests one after another on one connection; return how long each took."""
    took = []
    async with asyncio.timeout(_LONGEST_SECONDS), _connections(target, 1) as (connection,):
        for _ in range(times):
            began = time.perf_counter()
            await connection.send(target.request)
            took.append(time.perf_counter() - began)
    return took


async def answers_each(target: Target, *, times: int) -> list[bytes]:
    """Send requests one after another on one connection; return the body of each answer."""
    async with asyncio.timeout(_LONGEST_SECONDS), _connections(target, 1) as (connection,):
        return [await connection.send(target.request) for _ in range(times)]


async def seconds_each_of_many(target: Target, *, connections: int, times: int) -> list[float]:
    """Send requests one after another on each of so many connections; return what each took."""
    async with asyncio.timeout(_LONGEST_SECONDS), _connections(target, connections) as opened:

        async def repeat(connection: Connection) -> list[float]:
            took = []
            for _ in range(times):
                began = time.perf_counter()
                await connection.send(target.request)
                took.append(time.perf_counter() - began)
            return took

        return [one for each in await asyncio.gather(*map(repeat, opened)) for one in each]


async def first_line_of(child: Child, request: bytes) -> bytes:
    """Return the first line of a stream that is not a header, when it is there; then leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", child.port)
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            writer.write(request)
            await reader.readuntil(b"\r\n\r\n")
            while not (line := await reader.readline()).startswith((b"event:", b"data:", b"id:")):
                pass
            return line
    finally:
        writer.close()


async def answers_under_load(target: Target, *, connections: int, seconds: float) -> Answers:
    """Keep that many connections busy for that long."""
    async with asyncio.timeout(_LONGEST_SECONDS), _connections(target, connections) as opened:
        began = time.perf_counter()

        async def repeat(connection: Connection) -> int:
            number = 0
            while time.perf_counter() - began < seconds:
                await connection.send(target.request)
                number += 1
            return number

        numbers = await asyncio.gather(*map(repeat, opened))
        return Answers(sum(numbers), time.perf_counter() - began)


async def seconds_for_all(target: Target, *, number: int) -> float:
    """Send one request on each of that many connections at once; return until the last answer."""
    async with asyncio.timeout(_LONGEST_SECONDS), _connections(target, number) as opened:
        began = time.perf_counter()
        await asyncio.gather(*(connection.send(target.request) for connection in opened))
        return time.perf_counter() - began


@asynccontextmanager
async def unanswered(target: Target, *, number: int) -> AsyncIterator[None]:
    """Leave that many requests waiting for their answers until the block ends."""
    async with _connections(target, number) as opened:
        waiting = [asyncio.create_task(one.send(target.request)) for one in opened]
        try:
            yield
            for task in waiting:
                if task.done():
                    raise RequestFailed("a request was answered that was to wait")
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


@asynccontextmanager
async def _connections(target: Target, number: int) -> AsyncIterator[list[Connection]]:
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(number):
            reader, writer = await asyncio.open_connection("127.0.0.1", target.child.port)
            stack.callback(writer.close)
            opened.append(Connection(reader, writer))
        yield opened
