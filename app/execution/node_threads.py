"""The threads in which graphs make calls that block: plain `def` nodes, routers and tools.

The service's own blocking work has others, so threads that never return cost nobody else. They are
daemons: Python waits for every thread of a `ThreadPoolExecutor` before it exits, even for a stuck
one.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from app.execution.boundary import WatchedCall, ordinary


class NodeThreads:
    """A bounded number of threads, started as they are needed."""

    def __init__(self, size: int, *, clock: Callable[[], float] = monotonic) -> None:
        self.size = size
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._threads = 0
        self._queued = 0
        """Calls that no thread has begun; some of them may be cancelled."""

        self._busy_since: dict[int, float] = {}
        """By thread."""

        self.is_closed = False

    @property
    def busy(self) -> int:
        """How many threads execute a call."""
        return len(self._busy_since)

    def submit(self, work: Callable[[], Any], watched: WatchedCall) -> Future[Any]:
        """Execute this in a thread when one is free.

        Raises:
            RuntimeError: the threads are closed.
        """
        call = _Call(work, watched)
        call.future.add_done_callback(partial(_drop_if_cancelled, watched))
        with self._lock:
            if self.is_closed:
                raise RuntimeError("the service is closed: no call of a graph begins any more")
            self._queued += 1
            self._calls.put(call)
            are_short = self._queued > self._threads - len(self._busy_since)
            if are_short and self._threads < self.size:
                self._threads += 1
                name = f"node-{self._threads}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()
        return call.future

    def are_stuck(self, *, seconds: float) -> bool:
        """Whether every thread has been busy with one call for so long, and another call waits.

        One that was cancelled meanwhile counts, too: the next would wait as well.
        """
        with self._lock:
            if len(self._busy_since) < self.size or not self._queued:
                return False
            return self._clock() - max(self._busy_since.values()) > seconds

    def close(self) -> None:
        """Begin no more calls; those that are under way are left to themselves."""
        with self._lock:
            self.is_closed = True
            threads = self._threads
        try:
            while (call := self._calls.get_nowait()) is not None:
                call.future.cancel()
        except Empty:
            pass
        for _ in range(threads):
            self._calls.put(None)

    def _serve(self) -> None:
        thread = threading.get_ident()
        while (call := self._calls.get()) is not None:
            with self._lock:
                self._queued -= 1
                self._busy_since[thread] = self._clock()
            call.execute()
            with self._lock:
                del self._busy_since[thread]
            call.publish()
            del call  # a free thread holds on to nothing of a run


class _Call:
    def __init__(self, work: Callable[[], Any], watched: WatchedCall) -> None:
        self.future: Future[Any] = Future()
        self._work = work
        self._watched = watched
        self._has_run = False
        self._result: Any = None
        self._error: BaseException | None = None

    def execute(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        self._has_run = True
        self._watched.start()
        try:
            self._result = self._work()
        except BaseException as raised:  # noqa: BLE001  # the future has it, as in any executor
            self._error = _for_a_future(raised)
        self._watched.finish()

    def publish(self) -> None:
        """Let those who wait have the result: the thread is free by now."""
        if self._error is not None:
            self.future.set_exception(self._error)
        elif self._has_run:
            self.future.set_result(self._result)


def _drop_if_cancelled(watched: WatchedCall, future: Future[Any]) -> None:
    # No method of the call: a future holds on to it, and the collector would have to free both.
    if future.cancelled():
        watched.drop()


def _for_a_future(raised: BaseException) -> BaseException:
    """Return what a coroutine that awaits the call can be thrown.

    asyncio leaves it waiting for ever after a StopIteration, and closes it on a GeneratorExit.
    LangChain turns a StopIteration into a RuntimeError that says nothing.
    """
    cause = raised.__cause__
    if isinstance(raised, RuntimeError) and not raised.args and isinstance(cause, StopIteration):
        return ordinary(cause)
    return ordinary(raised) if isinstance(raised, StopIteration | GeneratorExit) else raised
