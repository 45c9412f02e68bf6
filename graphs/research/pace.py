"""A pace to keep: so many seconds between one request and the next, in this whole process."""

import asyncio
import threading
import time


class Pace:
    """Lets one pass every `interval` seconds, whatever event loop it comes from."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._next = 0.0
        self._lock = threading.Lock()

    async def wait_turn(self, *, at_most: float) -> None:
        """Return when it is the caller's turn.

        Raises:
            TimeoutError: at once, when the turn would not come within `at_most` seconds.
        """
        await asyncio.sleep(self._take_turn(at_most))

    def _take_turn(self, at_most: float) -> float:
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._next - now)
            if wait > at_most:
                raise TimeoutError(f"the next turn is in {wait:.0f} s")
            self._next = now + wait + self.interval
            return wait
