"""Ticks start runs, once each, whatever the clock and the service did meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.crons.cron import Cron, Missed
from app.crons.repository import CronRepository
from app.crons.statements import Advance
from app.errors import StorageUnavailable, TooManyCrons
from app.execution.active_runs import ActiveRun
from app.execution.ticks import request_of
from app.graphs.registry import GraphEntry, GraphRegistry, load_registry
from app.runs.request import RunRequest
from app.runs.run import RunStatus
from app.service import open_service
from app.settings import Settings
from tests.app.at_work import begins, holding
from tests.app.execution.clocks import NOON, Clock, Clockwork, opened_clockwork
from tests.app.service_at_hand import ended
from tests.conftest import SERVED_GRAPHS

pytestmark = pytest.mark.anyio

LESS_THAN_ITS_SLEEP = 50

HOLDER = {"must": "ok", "may": "ok", "join": "ok", "name": "holder"}


@pytest.fixture(scope="module")
def registry() -> GraphRegistry:
    return asyncio.run(load_registry(SERVED_GRAPHS))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def clockwork(
    stored_settings: Settings, registry: GraphRegistry, clock: Clock
) -> AsyncIterator[Clockwork]:
    async with opened_clockwork(stored_settings, registry, clock) as clockwork:
        yield clockwork


async def test_tick_starts_one_background_run_with_the_crons_labels(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create(metadata={"team": "a"}, thread_id="t")
    early = await clockwork.look()
    none_yet = await clockwork.runs_of(cron)

    clock.set(13, 0, 1)
    await clockwork.look()
    await clockwork.look()

    [run] = await clockwork.runs_of(cron)
    after = await clockwork.get(cron)
    assert early == timedelta(seconds=60)
    assert none_yet == []
    assert run.request.metadata == {"team": "a", "cron_id": cron.id}
    assert (run.request.is_background, run.thread_id) == (True, "t")
    assert (after.last_run_id, after.last_tick_at) == (run.id, NOON + timedelta(hours=1))
    assert after.next_at == NOON + timedelta(hours=2)


async def test_service_sleeps_until_the_nearest_tick(clockwork: Clockwork, clock: Clock) -> None:
    await clockwork.create()
    await clockwork.create(schedule="31 12 * * *")
    clock.set(12, 30, 48)

    assert await clockwork.look() == timedelta(seconds=12)


@pytest.mark.parametrize(("missed", "ticks"), [(Missed.ONCE, ["10:00"]), (Missed.SKIP, [])])
async def test_ticks_of_days_without_a_service_run_once_or_not_at_all(
    clockwork: Clockwork, clock: Clock, missed: Missed, ticks: list[str]
) -> None:
    cron = await clockwork.create(missed=missed)

    clock.set(10, 20, days=3)
    await clockwork.look()
    late = await clockwork.ticks_of(cron)
    clock.set(11, 0, 0, days=3)
    await clockwork.look()

    assert late == ticks
    assert await clockwork.ticks_of(cron) == [*ticks, "11:00"]
    assert (await clockwork.get(cron)).problem is None


async def test_tick_runs_once_though_the_process_ended_before_the_crons_row_said_so(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create()
    clock.set(13, 0, 2)
    await clockwork.look()
    ran = await clockwork.get(cron)

    await clockwork.repository.patch("me", cron.id, lambda _: cron)
    await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["13:00"]
    assert await clockwork.get(cron) == ran


async def test_clock_that_is_set_back_repeats_no_tick_and_loses_none(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create()
    clock.set(18, 0, 5, days=400)
    await clockwork.look()

    for hour in (13, 14):
        clock.set(hour, 0, 5)
        await clockwork.look()
        clock.set(hour, 30)
        await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["18:00", "14:00"]


async def test_clock_that_is_set_back_a_little_repeats_no_tick(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create()
    for hour, minute in ((13, 0), (12, 57), (13, 0), (13, 1)):
        clock.set(hour, minute, 1)
        await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["13:00"]


@asynccontextmanager
async def busy(clockwork: Clockwork, entry: GraphEntry, thread_id: str) -> AsyncIterator[None]:
    """Keep a thread busy until the block ends."""
    with holding("holder:must") as let_go:
        request = RunRequest(HOLDER, thread_id=thread_id, owner="me")
        holder = await clockwork.idle.runner.start(entry, request)
        assert isinstance(holder, ActiveRun)
        await begins("holder:must")
        yield
        let_go()
        await holder.wait()


async def test_busy_thread_is_tried_again_and_then_the_tick_counts_as_missed(
    clockwork: Clockwork, clock: Clock, registry: GraphRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    cron = await clockwork.create(thread_id="t")
    other = await clockwork.create()
    async with busy(clockwork, registry["scripted"], "t"):
        sleeps = []
        for hour, minute, second in ((13, 0, 0), (13, 0, 1), (13, 0, 3), (14, 0, 0)):
            clock.set(hour, minute, second)
            sleeps.append((await clockwork.look()).total_seconds())
        problem = clockwork.crons.problem_of(await clockwork.get(cron))
    clock.set(14, 0, 1)
    await clockwork.look()

    assert sleeps == [1, 2, 4, 1]
    assert problem is not None
    assert "busy" in problem
    assert clockwork.crons.problem_of(await clockwork.get(cron)) is None
    assert await clockwork.ticks_of(cron) == ["14:00"]
    assert await clockwork.ticks_of(other) == ["13:00", "14:00"]
    [missed] = [one for one in caplog.records if one.message == "cron ticks missed"]
    assert "busy" in vars(missed)["reason"]
    assert vars(missed)["cron_id"] == cron.id


async def test_tries_are_half_a_minute_apart_at_most_and_one_is_at_the_next_tick(
    clockwork: Clockwork, clock: Clock, registry: GraphRegistry
) -> None:
    await clockwork.create(schedule="*/2 * * * *", thread_id="t")
    sleeps = []
    async with busy(clockwork, registry["scripted"], "t"):
        for second in (0, 1, 3, 7, 15, 31, 61, 91):
            clock.set(12, 2, 0)
            clock.now += timedelta(seconds=second)
            sleeps.append((await clockwork.look()).total_seconds())

    assert sleeps == [1, 2, 4, 8, 16, 30, 30, 29]


async def test_tick_that_came_in_time_runs_late_where_missed_ones_are_skipped(
    clockwork: Clockwork, clock: Clock, registry: GraphRegistry
) -> None:
    cron = await clockwork.create(thread_id="t", missed=Missed.SKIP)
    async with busy(clockwork, registry["scripted"], "t"):
        clock.set(13, 0, 1)
        await clockwork.look()
    clock.set(13, 40)
    await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["13:00"]


async def test_cron_that_is_paused_while_it_waits_is_forgotten(
    clockwork: Clockwork, clock: Clock, registry: GraphRegistry
) -> None:
    cron = await clockwork.create(thread_id="t")
    async with busy(clockwork, registry["scripted"], "t"):
        clock.set(13, 0, 1)
        await clockwork.look()
        paused = await clockwork.crons.patch(
            "me", cron.id, lambda one: replace(one, is_paused=True)
        )
        sleep = await clockwork.look()

    assert sleep == timedelta(seconds=60)
    assert clockwork.crons.problem_of(paused) is None
    assert await clockwork.runs_of(cron) == []


async def test_change_of_labels_loses_no_tick_that_is_due(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create()
    clock.set(13, 0, 1)

    await clockwork.crons.patch("me", cron.id, lambda one: replace(one, metadata={"n": 1}))
    await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["13:00"]


async def test_ticks_of_a_graph_that_is_not_served_wait_for_it_and_are_named_once(
    clockwork: Clockwork, clock: Clock, registry: GraphRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    once, skips, other = (
        await clockwork.create("stages"),
        await clockwork.create("stages", missed=Missed.SKIP),
        await clockwork.create(),
    )
    everything = GraphRegistry(list(registry.values()), registry.types)
    registry.adopt(GraphRegistry([one for one in registry.values() if one.id != "stages"]))
    try:
        for hour in (13, 14, 15):
            clock.set(hour, 0, 1)
            await clockwork.look()
        problem = clockwork.crons.problem_of(await clockwork.get(once))
        before = await clockwork.runs_of(once)
    finally:
        registry.adopt(everything)
    clock.set(15, 30)
    await clockwork.look()

    assert problem is not None
    assert "there is no graph 'stages'" in problem
    assert before == []
    assert await clockwork.ticks_of(once) == ["15:00"]
    assert await clockwork.ticks_of(skips) == []
    assert await clockwork.ticks_of(other) == ["13:00", "14:00", "15:00"]
    named = [vars(one)["cron_id"] for one in caplog.records if one.message == "cron cannot run"]
    assert sorted(named) == sorted([once.id, skips.id])


async def test_tick_that_can_only_fail_says_so_and_the_next_one_comes(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create(graph_input=None, thread_id="new")
    clock.set(13, 0, 1)
    await clockwork.look()

    after = await clockwork.get(cron)
    assert await clockwork.runs_of(cron) == []
    assert after.problem is not None
    assert "nothing to continue" in after.problem
    assert after.next_at == NOON + timedelta(hours=2)


async def test_paused_cron_runs_nothing_and_misses_nothing(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron = await clockwork.create(is_paused=True)
    clock.set(15, 20)
    await clockwork.look()
    paused = await clockwork.runs_of(cron)

    resumed = await clockwork.crons.patch("me", cron.id, _resumed)
    await clockwork.look()

    assert paused == await clockwork.runs_of(cron) == []
    assert resumed.next_at == NOON + timedelta(hours=4)


def _resumed(cron: Cron) -> Cron:
    return replace(cron, is_paused=False)


async def test_no_tick_runs_after_the_end(clockwork: Clockwork, clock: Clock) -> None:
    cron = await clockwork.create(end_at=NOON + timedelta(hours=2))
    for hour in (13, 14, 15):
        clock.set(hour, 0, 1)
        await clockwork.look()

    assert await clockwork.ticks_of(cron) == ["13:00", "14:00"]
    assert (await clockwork.get(cron)).next_at is None


async def test_each_of_many_crons_runs_at_the_same_tick(
    stored_settings: Settings, clockwork: Clockwork, clock: Clock
) -> None:
    crons = [await clockwork.create() for _ in range(stored_settings.max_crons_per_owner)]
    with pytest.raises(TooManyCrons, match="as many as FANJOIN_MAX_CRONS_PER_OWNER"):
        await clockwork.create()

    clock.set(13, 0, 1)
    await clockwork.look()

    ran = [(await clockwork.get(cron)).last_tick_at for cron in crons]
    assert set(ran) == {NOON + timedelta(hours=1)}


async def test_task_wakes_when_a_cron_is_created_changed_or_deleted(
    clockwork: Clockwork, clock: Clock
) -> None:
    cron, spare = await clockwork.create(), await clockwork.create(schedule="@yearly")
    async with clockwork.scheduler.running():
        for hour, act in (
            (13, lambda: clockwork.create(schedule="@yearly")),
            (14, lambda: clockwork.crons.patch("me", spare.id, _resumed)),
            (15, lambda: clockwork.crons.delete("me", spare.id)),
        ):
            clock.set(hour, 0, 1)
            await act()
            async with asyncio.timeout(LESS_THAN_ITS_SLEEP):
                while len(await clockwork.runs_of(cron)) < hour - 12:  # noqa: ASYNC110  # no event tells of it
                    await asyncio.sleep(0.01)

    assert await clockwork.ticks_of(cron) == ["13:00", "14:00", "15:00"]


async def test_service_that_was_down_runs_the_latest_tick_when_it_opens(
    stored_settings: Settings, clockwork: Clockwork
) -> None:
    cron = await clockwork.create(schedule="0 0 1 1 *")
    new_year = datetime.now(UTC).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    missed = new_year.replace(year=new_year.year - 1)
    await clockwork.repository.patch("me", cron.id, lambda one: replace(one, next_at=missed))

    async with open_service(stored_settings) as service, asyncio.timeout(60):
        while (run_id := (await clockwork.get(cron)).last_run_id) is None:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(0.01)
        run = await ended(service, run_id)

    [only] = await clockwork.runs_of(cron)
    after = await clockwork.get(cron)
    assert (only.id, run.status) == (run_id, RunStatus.SUCCESS)
    assert after.last_tick_at == new_year
    assert after.next_at == new_year.replace(year=new_year.year + 1)


class AwayRepository(CronRepository):
    """A database that is away for the first three looks, and when the first tick has run."""

    looks = 0
    steps = 0

    async def due(self, now: datetime, *, after: str, limit: int) -> list[Cron]:
        self.looks += 1
        if self.looks <= 3:
            raise StorageUnavailable("away")
        return await super().due(now, after=after, limit=limit)

    async def advance(self, step: Advance) -> None:
        self.steps += 1
        if self.steps == 1:
            raise StorageUnavailable("away")
        await super().advance(step)


async def test_database_that_is_away_is_named_once_and_the_tick_runs_once_afterwards(
    stored_settings: Settings,
    registry: GraphRegistry,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened_clockwork(stored_settings, registry, clock, AwayRepository) as clockwork:
        cron = await clockwork.create()
        clock.set(13, 0, 1)
        sleeps = [(await clockwork.look()).total_seconds() for _ in range(6)]
        ran, after = await clockwork.ticks_of(cron), await clockwork.get(cron)

    named = [one for one in caplog.records if one.message == "crons wait for the database"]
    assert sleeps == [5, 5, 5, 5, 60, 60]
    assert len(named) == 1
    assert ran == ["13:00"]
    assert after.next_at == NOON + timedelta(hours=2)


async def test_surprise_of_one_cron_keeps_no_other_from_running(
    clockwork: Clockwork, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    odd = await clockwork.create(request={"form": 2, "input": {}, "deadline_ms": "soon"})
    other = await clockwork.create()

    for hour in (13, 14):
        clock.set(hour, 0, 1)
        await clockwork.look()

    after = await clockwork.get(odd)
    assert await clockwork.ticks_of(other) == ["13:00", "14:00"]
    assert await clockwork.runs_of(odd) == []
    assert after.problem is not None
    assert after.problem.startswith("TypeError")
    assert after.next_at == NOON + timedelta(hours=3)
    assert len([one for one in caplog.records if one.message == "cron tick failed"]) == 2


def test_deadline_of_a_run_counts_from_its_own_start() -> None:
    stored = RunRequest({}, deadline_ms=5000, deadline=1.0).as_json()
    cron = Cron("c", "me", "tally", "@daily", "UTC", stored)

    first, second = (request_of(cron, NOON).deadline for _ in range(2))

    assert first is not None
    assert second is not None
    assert second >= first > 1_700_000_000
