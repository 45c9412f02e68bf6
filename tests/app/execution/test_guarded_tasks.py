"""The loop's task factory while graphs run in it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
import uvloop

from app.execution.boundary import Escaped, Guarded, Watch, contain
from app.execution.guarded_tasks import guarded_tasks
from tests.conftest import ROOT

LOOPS = pytest.mark.parametrize(
    "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
NewLoop = Callable[[], asyncio.AbstractEventLoop]


async def exits() -> None:
    await asyncio.sleep(0)
    raise SystemExit(2)


async def spawn() -> BaseException | None:
    """Let a task of its own exit, and return what it ended with."""
    [result] = await asyncio.gather(asyncio.create_task(exits()), return_exceptions=True)
    return result


@LOOPS
def test_only_the_tasks_of_graphs_are_guarded(new_loop: NewLoop) -> None:
    async def run() -> None:
        async def coroutine_of_a_task() -> Any:
            return asyncio.create_task(asyncio.sleep(0)).get_coro()

        with guarded_tasks(asyncio.get_running_loop()):
            assert isinstance(await contain(spawn(), Watch()), Escaped)
            assert isinstance(await contain(coroutine_of_a_task(), Watch()), Guarded)
            assert not isinstance(await coroutine_of_a_task(), Guarded)
            await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())


@LOOPS
def test_another_factory_still_makes_the_tasks_and_is_there_again_afterwards(
    new_loop: NewLoop,
) -> None:
    made: list[str | None] = []

    class Named(asyncio.Task[Any]):
        pass

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        task = Named(coroutine, loop=loop, **options)
        made.append(type(coroutine).__name__)
        return task

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        with guarded_tasks(loop):
            assert isinstance(await contain(spawn(), Watch()), Escaped)
        assert loop.get_task_factory() is factory

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())
    assert made[0] == "Guarded"


def test_a_factory_that_was_set_meanwhile_is_left_alone() -> None:
    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        return asyncio.Task(coroutine, loop=loop, **options)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        with guarded_tasks(loop):
            loop.set_task_factory(factory)
        assert loop.get_task_factory() is factory

    asyncio.run(run())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
@LOOPS
def test_tasks_that_start_eagerly_are_guarded_too(new_loop: NewLoop) -> None:
    async def spawn_eagerly() -> list[object]:
        loop = asyncio.get_running_loop()
        eager: Any = getattr(asyncio, "eager_task_factory")  # noqa: B009  # mypy is told of 3.11
        tasks: list[asyncio.Task[None]] = [eager(loop, exits()), eager(loop, exits_at_once())]
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def exits_at_once() -> None:
        raise SystemExit(3)

    async def run() -> None:
        with guarded_tasks(asyncio.get_running_loop()):
            late, at_once = await contain(spawn_eagerly(), Watch())
            assert isinstance(late, Escaped)
            assert isinstance(at_once, Escaped)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())


@LOOPS
def test_a_generator_that_the_collector_finds_is_closed_in_a_boundary(
    new_loop: NewLoop,
) -> None:
    async def exit_at_the_end() -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            raise SystemExit(3)

    async def run() -> None:
        with guarded_tasks(asyncio.get_running_loop()):
            generator = exit_at_the_end()
            await anext(generator)
            # As the loop's hook for it does, outside of any graph.
            closing: Any = generator.aclose()
            with pytest.raises(Escaped, match="SystemExit: 3"):
                await asyncio.get_running_loop().create_task(closing)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())


def test_what_langgraph_does_by_itself_is_not_guarded() -> None:
    class AsyncQueue:
        async def wait(self) -> None:
            await asyncio.sleep(0)

    async def run() -> None:
        AsyncQueue.wait.__qualname__ = "AsyncQueue.wait"
        with guarded_tasks(asyncio.get_running_loop()):
            task = await contain(create(AsyncQueue().wait()), Watch())
            assert not isinstance(task.get_coro(), Guarded)
            await task

    async def create(coroutine: Any) -> asyncio.Task[None]:
        return asyncio.create_task(coroutine)

    asyncio.run(run())


IMPORTS_ANYIO_LATE = """
import asyncio
from app.execution.guarded_tasks import guarded_tasks

async def run():
    with guarded_tasks(asyncio.get_running_loop()):
        import anyio
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0)

asyncio.run(run())
"""


def test_anyio_creates_its_tasks_even_if_it_is_imported_later() -> None:
    subprocess.run([sys.executable, "-c", IMPORTS_ANYIO_LATE], check=True, cwd=ROOT)
