"""What SIGINT and SIGTERM do to a service: the first stops it, the second ends the process.

A thread of their own gets them, since a node may have blocked the event loop, and with it the main
thread, which is the only one that Python's handlers run in. It sees to it that the process ends in
any case: at once after a second signal, and some time after the grace of a first one.
"""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

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
        self._arriving, self._arrived = socket.socketpair()
        self._arrived.setblocking(False)

    @property
    def exit_status(self) -> int:
        """128 and the number of the second signal, as shells say it; 0 when there was none."""
        return 128 + self._seen[1] if len(self._seen) > 1 else 0

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals until the block ends; what a first one began goes on after it."""
        # The kernel may deliver a signal to any thread: Python writes its number here at once.
        before_fd = signal.set_wakeup_fd(self._arrived.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, lambda *_: None) for number in _NUMBERS}
        thread = threading.Thread(
            target=self._end_in_time, args=(before_fd,), name="stop-signals", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_fd)
            if not self._seen:
                self._arrived.send(bytes([_LEFT]))

    def _end_in_time(self, other_fd: int) -> None:
        """Wait for signals, and end the process when it does not end by itself."""
        number = self._next(other_fd, None)
        if number == _LEFT:
            return
        with contextlib.suppress(TimeoutError):
            number = self._next(other_fd, self._seconds)
            self._next(other_fd, _SECONDS_AT_ONCE)
        os._exit(128 + number)

    def _next(self, other_fd: int, seconds: float | None) -> int:
        """Return the next signal to stop; whoever waited for signals before gets every one."""
        self._arriving.settimeout(seconds)
        while (number := self._arriving.recv(1)[0]) != _LEFT:
            if other_fd != -1:
                os.write(other_fd, bytes([number]))
            if number in _NUMBERS:
                self._seen.append(number)
                with contextlib.suppress(RuntimeError):  # the loop is closed already
                    self._loop.call_soon_threadsafe(self.stop)
                return number
        return _LEFT
