import asyncio
import time

import pytest

from graphs.research.pace import Pace


def test_one_passes_per_interval_from_any_event_loop() -> None:
    pace = Pace(0.1)
    started = time.monotonic()

    for _ in range(3):
        asyncio.run(pace.wait_turn(at_most=1))

    assert time.monotonic() - started >= 0.2


def test_those_who_wait_together_pass_one_after_another() -> None:
    pace = Pace(0.1)
    started = time.monotonic()

    async def wait() -> float:
        await pace.wait_turn(at_most=60)
        return time.monotonic() - started

    async def all_wait() -> list[float]:
        return sorted(await asyncio.gather(*(wait() for _ in range(3))))

    _, second, third = asyncio.run(all_wait())
    assert second >= 0.1
    assert third >= 0.2


def test_a_turn_that_is_too_far_off_is_refused_at_once_and_takes_no_place() -> None:
    pace = Pace(60)
    asyncio.run(pace.wait_turn(at_most=1))

    for _ in range(3):
        with pytest.raises(TimeoutError, match="in 60 s"):
            asyncio.run(pace.wait_turn(at_most=1))
