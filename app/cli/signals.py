"""What SIGINT and SIGTERM do to a service: the first stops it, the second ends the process.

They are handled by Python, not by the event loop, which a node may have blocked. A thread sees to
it that the process ends in any case: at once after a second signal, and some time after the grace
of a first one.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from types import FrameType

_SECONDS_TO_CLOSE = 15
"""For what comes after the grace: the ends of runs are stored, and everything is closed."""

_SECONDS_AT_ONCE = 2
"""For the last events of runs, after a second signal."""

_NUMBERS = (signal.SIGINT, signal.SIGTERM)

_LEFT = 0
"""Stands for no signal: the service ended by itself."""


class StopSignals:
    """The signals that arrived while the context lasts, each of which calls `stop`."""

    def __init__(self, stop: Callable[[], object], *, grace_seconds: float) -> None:
        self.stop = stop
        self._seconds = grace_seconds + _SECONDS_TO_CLOSE
        self._loop = asyncio.get_running_loop()
        self._seen: list[int] = []
        self._arrived: SimpleQueue[int] = SimpleQueue()
        """Unlike an event, it may be used in a handler, which can interrupt any line."""

    @property
    def exit_status(self) -> int:
        """128 and the number of the second signal, as shells say it; 0 when there was none."""
        return 128 + self._seen[-1] if len(self._seen) > 1 else 0

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals until the block ends; what a first one began goes on after it."""
        before = {number: signal.signal(number, self._handle) for number in _NUMBERS}
        threading.Thread(target=self._end_in_time, name="stop-signals", daemon=True).start()
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if not self._seen:
                self._arrived.put(_LEFT)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._seen.append(number)
        self._arrived.put(number)
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self.stop)

    def _end_in_time(self) -> None:
        """Wait for signals, and end the process when it does not end by itself."""
        if (number := self._arrived.get()) == _LEFT:
            return
        with contextlib.suppress(Empty):
            number = self._arrived.get(timeout=self._seconds)
            self._arrived.get(timeout=_SECONDS_AT_ONCE)
        os._exit(128 + number)
