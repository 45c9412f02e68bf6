"""The places at work that the branches of one round share (`max_at_once`)."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager


class Slot(AbstractAsyncContextManager[None]):
    """One of the places at work that the branches of a round share; says when it must wait."""

    def __init__(self, slots: asyncio.Semaphore, emit: Callable[[str], None]) -> None:
        self._slots = slots
        self._emit = emit

    async def __aenter__(self) -> None:
        if self._slots.locked():
            self._emit("queued")
        await self._slots.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._slots.release()
