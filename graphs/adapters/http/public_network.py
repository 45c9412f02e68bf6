"""Connections for URLs that come from outside: they reach public addresses alone.

The check stands where the connection is made, on the very addresses it is then made to. So it also
covers redirects, names that change their answer, and whatever a host may be spelled as.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import TypeAlias

import httpcore2
import httpx2

from graphs.adapters.errors import AddressRefused
from graphs.adapters.http.addresses import is_public
from graphs.adapters.http.tls import ssl_context

AddressRule: TypeAlias = Callable[[str], bool]

_CONNECTIONS = 50
_IDLE_CONNECTIONS = 10
_LAST_PORT = 65535


class PublicTransport(httpx2.AsyncHTTPTransport):
    """HTTP over a `PublicNetwork`; never through a proxy, which would resolve names itself."""

    def __init__(self, may_reach: AddressRule = is_public) -> None:
        # httpx2 hands no network on to its pool. Without its own __init__ there is no other pool
        # to fall back on: were the attribute renamed, requests would fail, not go unchecked.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            network_backend=PublicNetwork(may_reach),
        )


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    """Connects by TCP where `may_reach` allows every address of the host; else AddressRefused."""

    def __init__(self, may_reach: AddressRule = is_public) -> None:
        self._may_reach = may_reach
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore2's own name
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure = httpcore2.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port, timeout):
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore2.ConnectError as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int, seconds: float | None) -> list[str]:
        if port > _LAST_PORT:
            raise AddressRefused(f"there is no port {port} at {host}")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"no address for {host} in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"no address for {host}") from error
        addresses = [str(sockaddr[0]) for *_, sockaddr in infos]
        if not all(self._may_reach(address) for address in addresses):
            raise AddressRefused(f"{host} is not on the public internet")
        return addresses
