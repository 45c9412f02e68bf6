"""What goes wrong with one run, or for a moment, ends nothing of what is done by the clock."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.errors import StorageUnavailable
from app.execution.maintenance import Maintenance
from app.execution.runner import Runner
from app.retention.sweeper import Sweeper
from app.runs.record import RunRecord
from app.runs.repository import RunRepository
from app.settings import Settings
from app.storage.checkpoints import open_checkpoints
from app.storage.database import Database, open_database
from tests.app import loop_clock
from tests.app.execution.test_recovery import leave_behind

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def looked_after(
    settings: Settings, take_up: Callable[[RunRecord], Awaitable[None]]
) -> AsyncIterator[Database]:
    """A database whose orphans were looked for once, and were taken up in this way."""
    async with open_database(settings) as database, open_checkpoints(settings) as checkpoints:
        runner = Runner(settings, prices={}, database=database, checkpoints=checkpoints)
        pruner = Sweeper(database, checkpoints, settings, graph_ids=[])
        async with Maintenance(
            runner, database, take_up=take_up, sweep=pruner.keep_pruning
        ).at_work():
            yield database


async def test_run_that_cannot_be_taken_up_stops_neither_the_others_nor_the_start(
    settings: Settings,
) -> None:
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(3)]
    seen: list[str] = []

    async def fail(record: RunRecord) -> None:
        seen.append(record.run.id)
        raise KeyError(record.run.id)

    async with looked_after(settings, fail):
        assert seen == run_ids


async def test_attempt_of_runs_that_were_not_taken_up_does_not_count(settings: Settings) -> None:
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(3)]
    seen: list[str] = []

    async def lose_the_second(record: RunRecord) -> None:
        seen.append(record.run.id)
        if len(seen) == 2:
            raise StorageUnavailable("away")

    with loop_clock.standing_still():  # they are not looked for once more
        async with looked_after(settings, lose_the_second) as database:
            records = [await RunRepository(database).get(run_id, owner=None) for run_id in run_ids]

    assert seen == run_ids[:2]
    assert [record.failed_attempts for record in records if record is not None] == [1, 0, 0]
