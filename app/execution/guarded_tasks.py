"""The event loop's task factory while the service is open: it guards the tasks of graphs."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any, TypeAlias

from app.execution.boundary import WATCH, Guarded

TaskFactory: TypeAlias = Callable[..., Any]

_WAIT_OF_LANGGRAPH = "AsyncQueue.wait"
"""A task in which LangGraph runs none of an author's code, unlike in all its others."""

_CLOSING = "async_generator_athrow"
"""What closes a generator that nobody holds any more, in the context that the collector met."""


@contextmanager
def guarded_tasks(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Guard each task that a graph creates in this loop, in addition to a factory that it has.

    Other tasks are as they were, and after the block all are.
    """
    before = loop.get_task_factory()
    factory = _guarding(before)
    loop.set_task_factory(factory)
    _guard_eager_tasks()
    try:
        yield
    finally:
        if loop.get_task_factory() is factory:
            loop.set_task_factory(before)


def _guarding(inner: TaskFactory | None) -> TaskFactory:
    """Return a factory that guards, and lets another one create the task if there is one."""

    def create(
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any],
        *,
        context: Context | None = None,
        **options: Any,
    ) -> Any:
        coroutine = _guarded(coroutine, context)
        if inner is None:
            return asyncio.Task(coroutine, loop=loop, context=context, **options)
        if context is not None:  # a factory need not know the word
            options["context"] = context
        return inner(loop, coroutine, **options)

    return create


def _guarded(
    coroutine: Coroutine[Any, Any, Any], context: Context | None
) -> Coroutine[Any, Any, Any]:
    """Return the coroutine of a task, guarded if it may run a graph's code."""
    watch = WATCH.get() if context is None else context.get(WATCH)
    if watch is None:
        is_theirs = type(coroutine).__name__ == _CLOSING
    else:
        is_theirs = getattr(coroutine, "__qualname__", "") != _WAIT_OF_LANGGRAPH
    return Guarded(coroutine) if is_theirs else coroutine


def _guard_eager_tasks() -> None:
    """Guard also what LangGraph starts eagerly (from Python 3.12), past the loop's factory.

    It stays, for services in other threads may need it; outside of graphs it changes nothing.
    """
    if sys.version_info >= (3, 12) and not hasattr(asyncio.eager_task_factory, _MARK):
        # Made by asyncio itself: anyio knows such a factory by its code.
        guarding = asyncio.create_eager_task_factory(_eager_task)
        setattr(guarding, _MARK, True)
        asyncio.eager_task_factory = guarding


def _eager_task(
    coroutine: Coroutine[Any, Any, Any], *, context: Context | None = None, **options: Any
) -> asyncio.Task[Any]:
    return asyncio.Task(_guarded(coroutine, context), context=context, **options)


_MARK = "guards_graphs"
