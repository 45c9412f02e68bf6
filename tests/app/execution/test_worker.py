"""What goes wrong with one queued run, or for a moment, keeps no other from its turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.errors import StorageUnavailable
from app.execution.active_runs import ActiveRun
from app.execution.recovery import Recovery
from app.execution.worker import Worker
from app.runs.repository import RunRepository
from app.runs.run import Run
from app.settings import Settings
from tests.app import loop_clock
from tests.app.execution.test_recovery import leave_behind
from tests.app.service_at_hand import Idle, opened_idle

pytestmark = pytest.mark.anyio


class ScriptedRecovery(Recovery):
    """Does with a claimed run what a test says."""

    def __init__(self, act: Callable[[Run], Awaitable[None]]) -> None:
        self._act = act

    async def recover(self, run: Run) -> ActiveRun | None:
        await self._act(run)
        return None


@asynccontextmanager
async def working(
    settings: Settings, recover: Callable[[Run], Awaitable[None]]
) -> AsyncIterator[Idle]:
    """A worker that does this with each run that it claims."""
    async with opened_idle(settings) as idle:
        worker = Worker(idle.runner, idle.queued_runs, ScriptedRecovery(recover), idle.work)
        async with worker.running():
            yield idle


async def test_run_that_cannot_be_recovered_is_logged_and_stops_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings.model_copy(update={"max_concurrent_runs": 1})
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(3)]
    seen: list[str] = []
    is_over = asyncio.Event()

    async def fail(run: Run) -> None:
        seen.append(run.id)
        if len(seen) == 3:
            is_over.set()
        raise KeyError(run.id)

    async with working(settings, fail), asyncio.timeout(60):
        await is_over.wait()

    assert seen == run_ids
    assert [one.message for one in caplog.records] == ["run not recovered"] * 3


async def test_attempt_of_a_run_that_was_not_started_does_not_count(settings: Settings) -> None:
    settings = settings.model_copy(update={"max_concurrent_runs": 1})
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(2)]
    is_over = asyncio.Event()

    async def lose_the_first(run: Run) -> None:
        if run.id == run_ids[0]:
            raise StorageUnavailable("away")
        is_over.set()

    with loop_clock.standing_still():  # the first is not tried again
        async with working(settings, lose_the_first) as idle, asyncio.timeout(60):
            await is_over.wait()
            runs = [
                await RunRepository(idle.database).get(run_id, owner=None) for run_id in run_ids
            ]

    assert [run.failed_attempts for run in runs if run is not None] == [0, 1]


async def test_run_for_which_the_database_failed_is_tried_again_after_the_others(
    settings: Settings,
) -> None:
    settings = settings.model_copy(update={"max_concurrent_runs": 1})
    broken, good = [await leave_behind(settings, "tally", graph_input={}) for _ in range(2)]
    seen: list[str] = []
    is_over = asyncio.Event()

    async def fail_the_first_time(run: Run) -> None:
        seen.append(run.id)
        if seen == [broken]:
            raise StorageUnavailable("the database's file is damaged")
        if len(seen) == 3:
            is_over.set()

    async with working(settings, fail_the_first_time), asyncio.timeout(60):
        await is_over.wait()

    assert seen == [broken, good, broken]
