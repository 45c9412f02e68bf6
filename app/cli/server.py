"""uvicorn in our own loop: it reports when it listens and leaves the signals to us.

uvicorn raises the signal that stopped it once more as soon as it is done; SIGTERM would then end
the process before the service, and with it the model server, was closed.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from app.cli.errors import AddressInUse
from app.cli.view.terminal import stdout

_SECONDS_FOR_LAST_EVENTS = 1
"""A stream without the end of its run is cut by the end of the loop, with a traceback."""

WhenListening = Callable[[], Awaitable[None]]

Drain = Callable[[float], Awaitable[None]]


class Server(uvicorn.Server):
    """One uvicorn server; runs `when_listening` beside its requests, and cancels it at the stop.

    `drain` is called at the stop, with the seconds that running runs may still take.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        when_listening: WhenListening,
        *,
        drain: Drain,
        grace_seconds: float,
    ) -> None:
        super().__init__(config)
        self._when_listening = when_listening
        self._drain = drain
        self._grace_seconds = grace_seconds
        self._beside: asyncio.Task[None] | None = None
        self._draining: list[asyncio.Future[None]] = []

    def stop(self, *, at_once: bool = False) -> None:
        """Let running runs finish, and say so; at the second call, or at once, cancel them."""
        self.force_exit = self.should_exit or at_once
        self.should_exit = True
        grace = 0.0 if self.force_exit else self._grace_seconds
        if grace > 0:
            message = f"Stopping; running runs have {grace:g} s to finish, Ctrl-C ends them now."
            stdout().print(message, soft_wrap=True)
        self._draining.append(asyncio.ensure_future(self._drain(grace)))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except OSError as error:
            raise AddressInUse(f"Cannot listen: {error.strerror}.") from error
        self._beside = asyncio.create_task(self._run_beside())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._beside is not None:
            self._beside.cancel()
        await super().shutdown(sockets)
        await asyncio.gather(*self._draining)
        if requests := self.server_state.tasks:
            await asyncio.wait(requests, timeout=_SECONDS_FOR_LAST_EVENTS)
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
