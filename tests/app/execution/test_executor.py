"""Who executes what blocks: graphs, the service, and the lookup of addresses."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvloop

from app.execution.boundary import Watch, contain
from app.execution.executor import hosting_graphs
from app.execution.node_threads import NodeThreads
from tests.patience import SECONDS

NewLoop = Callable[[], asyncio.AbstractEventLoop]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def new_loop(request: pytest.FixtureRequest) -> NewLoop:
    chosen: NewLoop = request.param
    return chosen


@asynccontextmanager
async def all_held(threads: NodeThreads) -> AsyncIterator[None]:
    """Hold every thread of nodes by calls of a graph."""
    let_go, barrier = threading.Event(), threading.Barrier(threads.size + 1)

    def hold() -> None:
        barrier.wait(SECONDS)
        let_go.wait(SECONDS)

    async def graph() -> None:
        await asyncio.gather(*(asyncio.to_thread(hold) for _ in range(threads.size)))

    task = asyncio.ensure_future(contain(graph(), Watch()))
    try:
        await asyncio.to_thread(barrier.wait, SECONDS)
        yield
    finally:
        let_go.set()
        await task


def run(new_loop: NewLoop, test: Callable[[NodeThreads], Any], *, threads: int = 2) -> None:
    async def hosted() -> None:
        with hosting_graphs(threads=threads) as node_threads:
            await asyncio.wait_for(test(node_threads), SECONDS)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(hosted())


def test_stuck_threads_of_graphs_block_neither_the_service_nor_lookups(new_loop: NewLoop) -> None:
    async def graph() -> list[Any]:
        loop = asyncio.get_running_loop()
        await loop.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST)
        return list(await loop.getaddrinfo("127.0.0.1", 80))

    async def test(threads: NodeThreads) -> None:
        async with all_held(threads):
            assert (await asyncio.to_thread(threading.current_thread)).name.startswith("service")
            assert await contain(graph(), Watch())

    run(new_loop, test)


def test_lookups_have_other_threads_in_debug_mode_too() -> None:
    async def graph() -> list[Any]:
        return list(await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80))

    async def test(threads: NodeThreads) -> None:
        asyncio.get_running_loop().set_debug(True)
        async with all_held(threads):
            assert await contain(graph(), Watch())

    run(asyncio.new_event_loop, test)


def test_calls_of_graphs_run_in_the_threads_of_nodes_with_all_their_arguments(
    new_loop: NewLoop,
) -> None:
    async def graph() -> tuple[str, str]:
        loop = asyncio.get_running_loop()
        named = await loop.run_in_executor(None, "{}{}".format, "a", "b")
        return named, await loop.run_in_executor(None, lambda: threading.current_thread().name)

    async def test(_: NodeThreads) -> None:
        joined, name = await contain(graph(), Watch())
        assert joined == "ab"
        assert name.startswith("node")

    run(new_loop, test)


def test_the_loops_end_does_not_wait_for_a_stuck_thread(new_loop: NewLoop) -> None:
    let_go = threading.Event()
    began = threading.Event()

    def hang() -> None:
        began.set()
        let_go.wait(SECONDS)

    async def test(_: NodeThreads) -> None:
        task = asyncio.ensure_future(contain(asyncio.to_thread(hang), Watch()))
        await asyncio.to_thread(partial(began.wait, SECONDS))
        task.cancel()
        await asyncio.wait([task])

    run(new_loop, test)

    assert not let_go.is_set()
    let_go.set()


def test_after_the_service_is_closed_the_loop_can_still_use_threads(new_loop: NewLoop) -> None:
    async def hosted() -> None:
        with hosting_graphs(threads=1):
            pass
        assert await asyncio.to_thread(lambda: 7) == 7
        assert await contain(asyncio.to_thread(lambda: 8), Watch()) == 8

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(hosted())
