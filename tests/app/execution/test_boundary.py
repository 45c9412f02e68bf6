"""Guarded coroutines: what comes out of them, and that they are coroutines like any other."""

import asyncio
import gc
import inspect
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from app.execution.boundary import Escaped, Guarded, Watch, contain, ordinary

pytestmark = pytest.mark.anyio


class Odd(BaseException):
    pass


class Unspeakable(BaseException):
    def __str__(self) -> str:
        raise SystemExit(3)


async def raises(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


async def ends(coroutine: Awaitable[Any]) -> BaseException:
    """Return how a coroutine ended; it must have failed."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  # which one is what the tests ask
        await coroutine
    return caught.value


@pytest.mark.parametrize("error", [SystemExit(2), KeyboardInterrupt(), GeneratorExit(), Odd("x")])
@pytest.mark.parametrize(
    "run", [asyncio.ensure_future, lambda guarded: guarded], ids=["task", "awaited"]
)
async def test_what_is_no_exception_becomes_one_that_names_it(
    error: BaseException, run: Callable[[Any], Awaitable[Any]]
) -> None:
    raised = await ends(run(Guarded(raises(error))))

    name = type(error).__name__
    assert isinstance(raised, Escaped)
    assert type(raised).__name__ == name
    assert str(raised) == (f"{name}: {error}" if str(error) else name)
    assert raised.__cause__ is error


async def test_what_cannot_be_shown_is_named_all_the_same() -> None:
    said = "Unspeakable: its text cannot be read: SystemExit"

    assert str(ordinary(Unspeakable())) == said


async def test_results_and_ordinary_errors_pass_as_they_are() -> None:
    error = LookupError("lost")

    async def works() -> str:
        await asyncio.sleep(0)
        return "done"

    assert await asyncio.ensure_future(Guarded(works())) == "done"
    assert await Guarded(works()) == "done"
    assert await ends(asyncio.ensure_future(Guarded(raises(error)))) is error


async def test_cancellation_passes_in_and_out_untouched() -> None:
    cleaned = asyncio.Event()

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    task = asyncio.ensure_future(Guarded(waits()))
    await asyncio.sleep(0)
    task.cancel("enough")
    error = await ends(task)

    assert isinstance(error, asyncio.CancelledError)
    assert error.args == ("enough",)
    assert task.cancelled()
    assert cleaned.is_set()


async def test_who_awaits_a_guarded_coroutine_passes_everything_to_it() -> None:
    seen: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        except BaseException as error:
            seen.append(type(error).__name__)
            raise

    async def outer() -> None:
        await Guarded(waits())

    task, closed = asyncio.ensure_future(outer()), outer()
    await asyncio.sleep(0)
    task.cancel()
    await ends(task)
    closed.send(None)
    closed.close()

    assert seen == ["CancelledError", "GeneratorExit"]


async def test_closing_passes_through_and_is_no_error() -> None:
    seen: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.sleep(1)
        except GeneratorExit:
            seen.append("closed")
            raise

    inner = waits()
    guarded = Guarded(inner)
    guarded.send(None)
    guarded.close()

    assert seen == ["closed"]
    assert inspect.getcoroutinestate(inner) == inspect.CORO_CLOSED


async def test_a_guarded_coroutine_that_never_ran_leaves_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Guarded(raises(SystemExit(1))).close()
        task = asyncio.ensure_future(Guarded(raises(SystemExit(1))))
        task.cancel()
        assert isinstance(await ends(task), asyncio.CancelledError)
        del task
        gc.collect()


async def test_generator_exit_of_a_future_does_not_close_those_who_wait_for_it() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    cleaned: list[str] = []

    async def waits() -> None:
        try:
            await future
        finally:
            await asyncio.sleep(0)
            cleaned.append("cleaned")

    task = asyncio.ensure_future(Guarded(waits()))
    await asyncio.sleep(0)
    future.set_exception(GeneratorExit())

    assert type(await ends(task)).__name__ == "GeneratorExit"
    assert cleaned == ["cleaned"]


async def test_system_exit_of_a_future_can_be_caught_by_who_waits_for_it() -> None:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_exception(SystemExit(4))

    async def catches() -> str:
        try:
            await future
        except SystemExit as stop:
            return f"caught {stop.code}"
        return "nothing to catch"

    assert await asyncio.ensure_future(Guarded(catches())) == "caught 4"


async def test_task_groups_and_time_limits_see_a_coroutine_like_any_other() -> None:
    async def waits() -> str:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 3600)
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
        with anyio.move_on_after(0) as scope:
            await anyio.sleep(3600)
        return "left" if scope.cancelled_caught else "stayed"

    loop = asyncio.get_running_loop()

    def guarding(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        return asyncio.Task(Guarded(coroutine), loop=loop, **options)

    loop.set_task_factory(guarding)
    try:
        task = asyncio.create_task(waits())
        assert "waits" in repr(task)
        assert await task == "left"
    finally:
        loop.set_task_factory(None)


async def test_code_between_tasks_is_contained_and_watched() -> None:
    error = await ends(contain(raises(SystemExit(2)), Watch()))

    assert str(error) == "SystemExit: 2"


class Noting(Watch):
    def __init__(self) -> None:
        self.blocks: list[float] = []

    def block(self, began: float, ended: float) -> None:
        self.blocks.append(ended - began)


async def test_a_step_that_blocks_is_reported_with_its_time_even_if_it_fails() -> None:
    watch = Noting()

    async def blocks(error: Exception | None) -> None:
        await asyncio.sleep(0)
        time.sleep(0.15)  # noqa: ASYNC251  # what is to be noticed
        if error is not None:
            raise error

    async def both() -> None:
        await Guarded(blocks(None))
        await ends(Guarded(blocks(LookupError())))

    await contain(both(), watch)

    assert len(watch.blocks) >= 2
    assert all(seconds >= 0.15 for seconds in watch.blocks[:2])
