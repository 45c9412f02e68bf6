"""A bounded number of runs at once, and a bounded queue before them."""

import asyncio

import pytest

from app.errors import TooManyRuns
from app.execution.concurrency import ConcurrencyLimit

pytestmark = pytest.mark.anyio


async def test_runs_beyond_slots_and_queue_are_refused_until_one_leaves() -> None:
    limit = ConcurrencyLimit(running=1, waiting=1)
    limit.admit()
    limit.admit()

    with pytest.raises(TooManyRuns) as refused:
        limit.admit()
    limit.leave()
    limit.admit()

    assert refused.value.headers["Retry-After"] == "2"


async def test_caller_that_bounds_its_runs_itself_is_not_refused() -> None:
    limit = ConcurrencyLimit(running=1, waiting=0)
    limit.admit()

    limit.admit(is_bounded=True)


async def test_slot_goes_to_who_waited_longest() -> None:
    limit = ConcurrencyLimit(running=1, waiting=9)
    order: list[int] = []

    async def hold(number: int) -> None:
        async with limit.slot():
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*map(hold, range(5)))

    assert order == [0, 1, 2, 3, 4]


async def test_retry_after_follows_how_long_runs_take() -> None:
    limit = ConcurrencyLimit(running=1, waiting=0)
    limit._typical_seconds = 100.0
    limit.admit()

    with pytest.raises(TooManyRuns) as refused:
        limit.admit()

    assert refused.value.headers["Retry-After"] == "60"
