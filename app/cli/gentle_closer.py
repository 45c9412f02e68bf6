"""The transport of an answer whose request still has a body on the way."""

import asyncio
from collections.abc import Callable


class GentleCloser:
    """Writes to a transport, and closes it so that the client can still read the answer."""

    def __init__(self, transport: asyncio.Transport, close_gently: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close_gently

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()
