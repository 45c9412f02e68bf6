"""A real server on loopback that misbehaves as the request's model names it, for ever if need be.

It speaks raw HTTP/1.1, so that what is sent is what is written here, and sends until the client has
gone. A model of another name gets a good answer.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.loopback import serving
from tests.misbehaviours import DONE, ENDLESS, STREAM_HEAD, TRICKLES, WHOLE, event, good, whole

TRICKLE_SECONDS = 0.2


@dataclass
class MisbehavingServer:
    """Point a client at `base_url`, and name a misbehaviour as its model."""

    base_url: str = ""
    requests: list[str] = field(default_factory=list)
    """The model that each request named."""

    def counted(self, model: str) -> int:
        return self.requests.count(model)

    def url(self, model: str) -> str:
        """Return an address at which any request misbehaves so."""
        return f"{self.base_url.removesuffix('/v1')}/{model}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close the connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            request = await _read_request(reader)
            self.requests.append(request["model"])
            if request["model"] == "silent":
                await reader.read()
            async for piece in _answer_to(request):
                writer.write(piece)
                await writer.drain()
        writer.close()


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Return the body, whose model is the first part of the path where that is a misbehaviour."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    named = head.split(" ", 2)[1].split("/")[1]
    lengths = [line for line in head.lower().splitlines() if line.startswith("content-length:")]
    length = int(lengths[0].split(":")[1]) if lengths else 0
    request = json.loads(await reader.readexactly(length)) if length else {}
    is_known = named in {*ENDLESS, *TRICKLES, *WHOLE, "silent"}
    return {**request, "model": named if is_known else request.get("model", "")}


async def _answer_to(request: dict[str, Any]) -> AsyncIterator[bytes]:
    name = request["model"]
    if name in ENDLESS:
        head, piece = ENDLESS[name]
        yield head
        while True:
            yield piece
    elif name in TRICKLES:
        head, piece = TRICKLES[name]
        yield head
        while True:
            await asyncio.sleep(TRICKLE_SECONDS)
            yield piece
    elif name in WHOLE:
        yield WHOLE[name]
    elif name.startswith("as-told:"):  # a body to send as JSON
        yield whole(name.removeprefix("as-told:").encode())
    elif request.get("stream"):
        yield STREAM_HEAD + event({"content": "A good answer."}) + event({}, "stop") + DONE
    else:
        yield whole(good())


@pytest.fixture(scope="session")
def running_misbehaving_server() -> Iterator[MisbehavingServer]:
    with serve_misbehaviour() as server:
        yield server


@pytest.fixture
def misbehaving_server(
    running_misbehaving_server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> MisbehavingServer:
    """Point the process at the server; a model's name says how it misbehaves."""
    running_misbehaving_server.requests.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", running_misbehaving_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    monkeypatch.setenv("FANJOIN_MODEL", "well-behaved")
    return running_misbehaving_server


@contextmanager
def serve_misbehaviour() -> Iterator[MisbehavingServer]:
    """Serve until the block ends, in a thread of its own."""
    server = MisbehavingServer()
    with serving(server.serve) as address:
        server.base_url = f"{address}/v1"
        yield server
