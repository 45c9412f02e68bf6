"""The boundary of a run: what its code raises ends that run alone, never the service.

asyncio raises SystemExit and KeyboardInterrupt a second time, out of the loop, from whichever task
they ended, past every `except` around the graph. So they become ordinary errors inside the task.
The same object times the steps of a task: a long one has blocked the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import ContextVar
from functools import lru_cache
from time import monotonic
from typing import Any, TypeVar, cast

from app.plain_json import named_error

T = TypeVar("T")

BLOCKING_SECONDS = 0.1
"""A step of a task that takes longer has blocked the event loop."""

_ORDINARY = (Exception, asyncio.CancelledError)


class WatchedCall:
    """A blocking call on its way through a pool of threads; any thread may say where it is."""

    def start(self) -> None:
        """A thread begins to execute it."""

    def finish(self) -> None:
        """The thread has executed it."""

    def drop(self) -> None:
        """It was cancelled before a thread was free."""


class Watch:
    """Follows the code of one context; this one only marks it as a graph's."""

    def block(self, began: float, ended: float) -> None:
        """A step of a task blocked the event loop, in seconds of the monotonic clock."""

    def call(self) -> WatchedCall:
        """The code passes a blocking call to a thread."""
        return WatchedCall()


WATCH: ContextVar[Watch | None] = ContextVar("fanjoin_watch", default=None)
"""What follows the code of a graph; None in all other code."""


async def contain(work: Awaitable[T], watch: Watch) -> T:
    """Await a graph's code in its boundary: what comes out is an ordinary error, or cancellation.

    The tasks that it creates are guarded, too, while the loop has a factory for it
    (`guarded_tasks`).
    """
    token = WATCH.set(watch)
    try:
        return await work
    except BaseException as raised:
        if isinstance(raised, (*_ORDINARY, GeneratorExit)):
            raise
        raise ordinary(raised) from raised
    finally:
        WATCH.reset(token)


class Escaped(RuntimeError):
    """Stands for what a graph raised although it is no Exception; its class has the same name."""


def ordinary(raised: BaseException) -> Escaped:
    """Return the error that stands for something that would end more than its run."""
    error = _class_named(type(raised).__name__)(named_error(raised))
    error.__cause__ = raised
    return error


@lru_cache(maxsize=64)
def _class_named(name: str) -> type[Escaped]:
    return type(name, (Escaped,), {"__module__": __name__})


class Guarded(Coroutine[Any, Any, T]):
    """A coroutine of a graph, from which only ordinary errors and cancellation come out."""

    __slots__ = ("_coroutine", "_send")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._send = coroutine.send

    def send(self, value: Any, /) -> Any:
        return self.__next__() if value is None else _step(self._send, value)

    def __next__(self) -> Any:
        # What asyncio calls. As `_step`, without another call: a small run makes two dozen steps.
        began = monotonic()
        try:
            return self._send(None)
        except _ORDINARY:
            raise
        except BaseException as raised:
            raise ordinary(raised) from raised
        finally:
            if monotonic() - began > BLOCKING_SECONDS:
                _report(began)

    def throw(self, kind: Any, value: Any = None, _trace: Any = None, /) -> Any:
        error = kind if isinstance(kind, BaseException) else (value or kind())
        if isinstance(error, GeneratorExit):
            # From a future: thrown as it is, it would close the coroutines that wait for it.
            error = ordinary(error)
        return _step(self._coroutine.throw, error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, T]:
        return cast("Generator[Any, Any, T]", self)  # `await` calls no more than is here

    def __getattr__(self, name: str) -> Any:
        """Show the coroutine's own `cr_frame`, `__qualname__` and the like."""
        return getattr(self._coroutine, name)


def _step(act: Callable[[Any], Any], value: Any) -> Any:
    began = monotonic()
    try:
        return act(value)
    except _ORDINARY:
        raise
    except BaseException as raised:
        raise ordinary(raised) from raised
    finally:
        if monotonic() - began > BLOCKING_SECONDS:
            _report(began)


def _report(began: float) -> None:
    if (watch := WATCH.get()) is not None:
        watch.block(began, monotonic())
