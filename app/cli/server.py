"""uvicorn in a loop that is ours: it tells when it listens and leaves the signals to us.

uvicorn raises the signal that stopped it once more as soon as it is done; SIGTERM would then end
the process before the service, and with it the model server, was closed.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from app.cli.errors import AddressTaken

WhenListening = Callable[[], Awaitable[None]]


class Server(uvicorn.Server):
    """One uvicorn server; runs `when_listening` beside its requests, and no longer than they."""

    def __init__(self, config: uvicorn.Config, when_listening: WhenListening) -> None:
        super().__init__(config)
        self._when_listening = when_listening
        self._beside: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Let running requests end; asked twice, do not wait for them."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except OSError as error:
            raise AddressTaken(f"Cannot listen: {error.strerror}.") from error
        self._beside = asyncio.create_task(self._run_beside())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._beside is not None:
            self._beside.cancel()
        await super().shutdown(sockets)
        if self.force_exit:
            # uvicorn leaves it out here, and its task would end in a traceback.
            await self.lifespan.shutdown()
        if self._beside is not None:
            with suppress(asyncio.CancelledError):
                await self._beside

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def _run_beside(self) -> None:
        try:
            await self._when_listening()
        except Exception:
            self.stop()
            raise
