"""What one run does to the event loop and to the threads of nodes, for its report."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Collection, Coroutine
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, TypeVar

from langchain_core.runnables.config import var_child_runnable_config

from app.execution.boundary import Guarded, Watch, WatchedCall, contain
from app.report.recorder import Recorder
from app.report.waiting import Waiting

_WORTH_SAYING_SECONDS = 0.005
"""A shorter wait for a thread is not worth waking the event loop."""


T = TypeVar("T")


class RunWatches:
    """The runs that this process executes: each waits when one of them blocks the event loop."""

    def __init__(self) -> None:
        self._watches: set[RunWatch] = set()
        self._lock = threading.Lock()

    def start(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start the task of a run."""
        return asyncio.create_task(Guarded(work), name=name)

    async def run(self, work: Awaitable[T], recorder: Recorder) -> T:
        """Execute a graph in its boundary, in the task of its run.

        The report says what it did to the event loop and to the threads.
        """
        watch = RunWatch(recorder.waiting, self._watches, self._lock)
        self._watches.add(watch)
        try:
            return await contain(work, watch)
        finally:
            self._watches.discard(watch)


class RunWatch(Watch):
    """Follows the code of one run."""

    def __init__(
        self, waiting: Waiting, watches: Collection["RunWatch"], lock: threading.Lock
    ) -> None:
        self.waiting = waiting
        self._all = watches
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._lock = lock
        self._calls: dict[str, _Calls] = {}
        """By the task that makes them."""

        self._blocked_until = 0.0

    def block(self, began: float, ended: float) -> None:
        is_counted = began < self._blocked_until  # it is the step around one that blocked
        if is_counted or threading.get_ident() != self._thread:
            return
        self._blocked_until = ended
        ns = _ns_of_caller()
        self.waiting.blame(ns, ended - began)
        for watch in self._all:
            busy = watch.busy_until()
            if watch is self:
                busy[ns] = inf
            watch.waiting.for_loop(began, ended, busy)

    def call(self) -> WatchedCall:
        ns = _ns_of_caller()
        with self._lock:
            calls = self._calls.setdefault(ns, _Calls())
            if calls.are_over:
                calls.idle_since = monotonic()
            calls.waiting += 1
        return _RunCall(self, ns)

    def busy_until(self) -> dict[str, float]:
        """Return until when each task worked in threads, in seconds.

        That is infinity for one that still does, or waits for it: that wait is reported at its end.
        """
        with self._lock:
            return {ns: calls.busy_until for ns, calls in self._calls.items()}

    def start_call(self, ns: str) -> None:
        with self._lock:
            calls = self._calls[ns]
            calls.waiting -= 1
            since = calls.idle_since if calls.running == 0 else None
            calls.running += 1
        self._report_wait(ns, since)

    def finish_call(self, ns: str) -> None:
        with self._lock:
            calls = self._calls[ns]
            calls.running -= 1
            if calls.running == 0:
                calls.idle_since = calls.worked_until = monotonic()

    def drop_call(self, ns: str) -> None:
        with self._lock:
            calls = self._calls[ns]
            calls.waiting -= 1
            since = calls.idle_since if calls.are_over else None
        self._report_wait(ns, since)

    def _report_wait(self, ns: str, since: float | None) -> None:
        now = monotonic()
        if since is None or now - since < _WORTH_SAYING_SECONDS:
            return
        if threading.get_ident() == self._thread:
            self.waiting.for_thread(ns, since, now)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed, and the run over
            self._loop.call_soon_threadsafe(self.waiting.for_thread, ns, since, now)


@dataclass(slots=True)
class _Calls:
    """The blocking calls of one task: it waits while some are queued and none runs."""

    waiting: int = 0
    running: int = 0
    idle_since: float = 0.0
    worked_until: float = 0.0

    @property
    def are_over(self) -> bool:
        return self.waiting == 0 and self.running == 0

    @property
    def busy_until(self) -> float:
        return self.worked_until if self.are_over else inf


class _RunCall(WatchedCall):
    def __init__(self, watch: RunWatch, ns: str) -> None:
        self._watch = watch
        self._ns = ns

    def start(self) -> None:
        self._watch.start_call(self._ns)

    def finish(self) -> None:
        self._watch.finish_call(self._ns)

    def drop(self) -> None:
        self._watch.drop_call(self._ns)


def _ns_of_caller() -> str:
    """Return the checkpoint_ns of the node whose code calls; empty between the nodes."""
    config: Any = var_child_runnable_config.get() or {}
    return (config.get("metadata") or {}).get("langgraph_checkpoint_ns") or ""
