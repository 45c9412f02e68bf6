"""The event loop's default executor while the service is open."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from app.execution.boundary import WATCH
from app.execution.guarded_tasks import guarded_tasks
from app.execution.node_threads import NodeThreads

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def hosting_graphs(*, threads: int) -> Iterator[NodeThreads]:
    """Let the running event loop execute graphs, until the block ends.

    What they raise ends no other task, and what they call in threads blocks nobody else's calls.
    """
    loop = asyncio.get_running_loop()
    node_threads = NodeThreads(threads)
    # It stays the loop's executor: without the threads of nodes it is like any other.
    loop.set_default_executor(DividingExecutor(node_threads))
    with guarded_tasks(loop):
        try:
            yield node_threads
        finally:
            node_threads.close()


class DividingExecutor(ThreadPoolExecutor):
    """Executes what graphs call in the threads of nodes, and everything else in its own.

    Among the rest is what looks up addresses, for graphs too: a model call must not wait for a
    thread that a node has blocked.
    """

    def __init__(self, node_threads: NodeThreads) -> None:
        super().__init__(thread_name_prefix="service")
        self._node_threads = node_threads

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        watch = WATCH.get()
        if watch is None or self._node_threads.is_closed or _looks_up_addresses(fn):
            return super().submit(fn, *args, **kwargs)
        work = partial(fn, *args, **kwargs) if args or kwargs else fn
        return self._node_threads.submit(work, watch.call())


def _looks_up_addresses(fn: Callable[..., Any]) -> bool:
    """Whether asyncio calls this for `getaddrinfo` or `getnameinfo`, in debug mode, too."""
    name = getattr(fn, "__name__", "")
    return name.endswith(("getaddrinfo", "getnameinfo")) or name == "_getaddrinfo_debug"
