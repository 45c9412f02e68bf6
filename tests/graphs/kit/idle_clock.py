"""An event loop whose clock moves only while nothing can run: no limit overtakes what is ready.

On the machine's clock a busy core makes the loop late, and a timer that is due then fires beside
the work it was meant to wait for. A wait for timers alone takes no time here; sockets and the
loop's threads are really waited for.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def now() -> float:
    """Return the seconds that the running loop's clock shows."""
    return asyncio.get_running_loop().time()


class IdleClock(selectors.DefaultSelector):
    """What the loop waits with; `now` counts the seconds it waited in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0
        """Calls that threads have yet to return from."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(timeout if self._awaits_others else 0)
        if not ready:
            self.now += timeout
        return ready

    @property
    def _awaits_others(self) -> bool:
        """Whether there is more than the loop's own pipe, by which it is woken."""
        return self.threads > 0 or len(self.get_map()) > 1


class IdleClockLoop(asyncio.SelectorEventLoop):
    """A loop on an `IdleClock`."""

    def __init__(self) -> None:
        self._idle_clock = IdleClock()
        super().__init__(self._idle_clock)

    def time(self) -> float:
        return self._idle_clock.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._idle_clock.threads += 1
        future.add_done_callback(self._count_out)
        return future

    async def shutdown_default_executor(self, *_: Any) -> None:
        """Wait for the threads without the limit that newer Pythons set."""
        await super().shutdown_default_executor()

    def _count_out(self, _: object) -> None:
        self._idle_clock.threads -= 1
