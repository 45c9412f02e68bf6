"""The clock the kit's tests run on: a late loop changes no order, a wait for timers is free."""

import asyncio
import threading
import time

import pytest

from tests.graphs.kit.idle_clock import now

pytestmark = pytest.mark.anyio


async def test_a_limit_does_not_overtake_what_is_ready() -> None:
    async with asyncio.timeout(0.001):
        for _ in range(5):
            time.sleep(0.002)  # noqa: ASYNC251  # what a busy machine does to a loop
            await asyncio.sleep(0)

    assert now() == 0


async def test_a_limit_passes_when_nothing_can_run() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3_600):
            await asyncio.Event().wait()

    assert now() == 3_600


async def test_of_two_waits_the_shorter_ends_first() -> None:
    ended: list[float] = []

    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(seconds)

    await asyncio.gather(wait(60), wait(0.001), wait(1))

    assert ended == [0.001, 1, 60]


async def test_a_thread_is_really_waited_for() -> None:
    is_released = threading.Event()
    asyncio.get_running_loop().call_soon(threading.Timer(0.02, is_released.set).start)

    async with asyncio.timeout(60):
        await asyncio.to_thread(is_released.wait)

    assert now() == 0


async def test_a_socket_is_really_waited_for() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        answer = await reader.read()
        writer.close()

    assert answer == b"hello\n"
    assert now() == 0
