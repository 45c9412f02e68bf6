"""What SIGINT and SIGTERM do to a service: the first stops it, the second ends the process.

A thread hears of them by Python's wakeup descriptor, and needs neither the event loop nor the main
thread, which a node may have blocked. It sees to it that the process ends in any case: at once
after a second signal, and some time after the grace of a first one.
"""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from time import monotonic

_SECONDS_TO_CLOSE = 15
"""For what comes after the grace: the ends of runs are stored, and everything is closed."""

_SECONDS_AT_ONCE = 2
"""For the last events of runs, after a second signal."""

_NUMBERS = (signal.SIGINT, signal.SIGTERM)

_NO_SIGNAL = 0

_NO_SIGNAL_EITHER = 255
"""Sent to the thread for what ends the process without a signal."""


class StopSignals:
    """The signals that arrive while they are handled; the first and the second call `stop`."""

    def __init__(self, stop: Callable[[], object], *, grace_seconds: float) -> None:
        self.stop = stop
        self._seconds = grace_seconds + _SECONDS_TO_CLOSE
        self._loop = asyncio.get_running_loop()
        self._seen: list[int] = []
        self._status: int | None = None
        self._arrived, self._arriving = socket.socketpair()
        self._arriving.setblocking(False)

    @property
    def exit_status(self) -> int:
        """128 and the number of the second signal, as shells say it; 0 when there was none.

        That of `end_with`, where it was called.
        """
        if self._status is not None:
            return self._status
        return 128 + self._seen[-1] if len(self._seen) > 1 else 0

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals until the block ends; the time limit of a first one goes on after it.

        Only the main thread may.
        """
        handlers = {number: signal.signal(number, _do_nothing) for number in _NUMBERS}
        of_the_loop = signal.set_wakeup_fd(self._arriving.fileno(), warn_on_full_buffer=False)
        listening = threading.Thread(
            target=self._listen, args=[of_the_loop], name="stop-signals", daemon=True
        )
        listening.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(of_the_loop)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            if not self._seen:
                self._arriving.send(bytes([_NO_SIGNAL]))
                listening.join()
                self._arrived.close()
                self._arriving.close()

    def end_with(self, status: int) -> None:
        """Let the process exit with this status some time from now, also if it cannot be closed."""
        self._status = status
        self._arriving.send(bytes([_NO_SIGNAL_EITHER]))

    def _listen(self, of_the_loop: int) -> None:
        """Act on each signal, and pass it on to the event loop: others may have handlers."""
        limit: float | None = None
        while len(self._seen) <= 2:
            self._arrived.settimeout(None if limit is None else max(0.001, limit - monotonic()))
            try:
                data = self._arrived.recv(1)
            except TimeoutError:
                break
            if data[0] == _NO_SIGNAL:
                return
            if data[0] == _NO_SIGNAL_EITHER:
                limit = monotonic() + _SECONDS_TO_CLOSE
                continue
            if of_the_loop >= 0:
                os.write(of_the_loop, data)
            if data[0] in _NUMBERS:
                self._seen.append(data[0])
                is_first = len(self._seen) == 1
                limit = monotonic() + (self._seconds if is_first else _SECONDS_AT_ONCE)
                with contextlib.suppress(RuntimeError):  # the loop is closed already
                    self._loop.call_soon_threadsafe(self.stop)
        os._exit(self._status if self._status is not None else 128 + self._seen[-1])


def _do_nothing(*_: object) -> None:
    """Keep Python from its own: the thread acts on the signal."""
