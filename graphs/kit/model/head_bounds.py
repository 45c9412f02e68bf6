"""How much of a connection is read before the body of an answer.

Headers are bounded by httpx itself, but answers in between (1xx) are not: it reads one after
another, in steps that hold the event loop. So the bytes are counted where they come in.
"""

from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

from graphs.kit.model.errors import AnswerTooLarge

MOST_HEAD_BYTES = 128 * 1024
"""Above what httpx reads of headers, so that it names those by itself."""

_PIECE = 4_096
"""Bytes that are read at once of a head."""


def bound_heads(client: httpx2.AsyncClient) -> None:
    """Let a client's connections raise AnswerTooLarge for a head without an end."""
    # httpx2 hands no network on to its pools, and a transport of ours would ignore the proxies.
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # as said
        if isinstance(transport, httpx2.AsyncHTTPTransport):
            pool = transport._pool  # noqa: SLF001  # as said
            pool._network_backend = _Network(pool._network_backend)  # noqa: SLF001  # as said


def begin_body(response: httpx2.Response) -> None:
    """Count no more of this answer: its body has bounds of its own."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, _Stream):
        stream.is_in_head = False


class _Network(httpcore2.AsyncNetworkBackend):
    def __init__(self, network: httpcore2.AsyncNetworkBackend) -> None:
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, f"{host}:{port}")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._network.connect_unix_socket(path, timeout, socket_options)
        return _Stream(stream, path)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Stream(httpcore2.AsyncNetworkStream):
    """Counts what comes after a request, until `begin_body`."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, server: str) -> None:
        self._stream = stream
        self._server = server
        self._read = 0
        self.is_in_head = True

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
    ) -> bytes:
        if not self.is_in_head:
            return await self._stream.read(max_bytes, timeout)
        piece = await self._stream.read(min(max_bytes, _PIECE), timeout)
        self._read += len(piece)
        if self._read > MOST_HEAD_BYTES:
            raise AnswerTooLarge(
                f"{self._server} sent more than the {MOST_HEAD_BYTES:,} bytes that are read before "
                f"the body of an answer"
            )
        return piece

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
    ) -> None:
        self._read, self.is_in_head = 0, True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(stream, self._server)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
