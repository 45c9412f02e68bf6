"""The log of a run's events, followed by several, from anywhere."""

import asyncio

import pytest

from app.runs.events import EventLog, first_event_of

pytestmark = pytest.mark.anyio


async def follow(log: EventLog, after: int = 0) -> list[int]:
    return [event.id async for event in log.follow(after)]


async def test_follower_gets_past_and_future_events_in_order() -> None:
    log = EventLog()
    log.append("token", {})

    following = asyncio.create_task(follow(log))
    await asyncio.sleep(0)
    log.append("token", {})
    await asyncio.sleep(0)
    log.append("end", {})
    log.close()

    assert await following == [1, 2, 3]


async def test_follower_begins_after_the_event_it_names() -> None:
    log = EventLog()
    for _ in range(5):
        log.append("token", {})
    log.close()

    assert await follow(log, after=3) == [4, 5]
    assert await follow(log, after=5) == []


async def test_two_followers_do_not_take_from_each_other() -> None:
    log = EventLog()
    both = asyncio.gather(follow(log), follow(log))
    await asyncio.sleep(0)

    log.append("token", {})
    log.close()

    assert tuple(await both) == ([1], [1])


async def test_further_attempt_numbers_far_beyond_what_may_have_been_seen() -> None:
    log = EventLog(first_event_of(2))
    log.append("run_started", {})
    log.close()

    assert await follow(log, after=17) == [10_000_001]


async def test_last_events_are_numbered_before_they_are_announced() -> None:
    log = EventLog()
    log.append("token", {})

    last = log.seal([("report", {}), ("end", {})])
    log.append("token", {})
    before = log.after(0)
    log.close(last)

    assert [event.id for event in last] == [2, 3]
    assert [event.id for event in before] == [1]
    assert await follow(log) == [1, 2, 3]
