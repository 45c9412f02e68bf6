"""What goes wrong with one run, or for a moment, ends nothing of what is done by the clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.errors import StorageUnavailable
from app.execution.maintenance import Maintenance
from app.execution.recovery import Recovery
from app.runs.repository import RunRepository
from app.runs.run import Run
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.migrate import migrate
from app.storage.tables import threads
from app.threads.repository import ThreadRepository
from app.threads.thread import IDLE, ThreadChange
from tests.app import loop_clock
from tests.app.execution.test_recovery import leave_behind
from tests.app.service_at_hand import opened_idle

pytestmark = pytest.mark.anyio


class ScriptedRecovery(Recovery):
    """Does with an orphaned run what a test says."""

    def __init__(self, act: Callable[[Run], Awaitable[None]]) -> None:
        self._act = act

    async def recover(self, run: Run) -> None:
        await self._act(run)


@asynccontextmanager
async def maintained(
    settings: Settings, recover: Callable[[Run], Awaitable[None]]
) -> AsyncIterator[Database]:
    """A database whose orphans were looked for once, and were recovered in this way."""
    async with opened_idle(settings) as idle:
        maintenance = Maintenance(idle.runner, idle.database, ScriptedRecovery(recover))
        async with maintenance.running():
            yield idle.database


async def test_run_that_cannot_be_recovered_stops_neither_the_others_nor_the_start(
    settings: Settings,
) -> None:
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(3)]
    seen: list[str] = []

    async def fail(run: Run) -> None:
        seen.append(run.id)
        raise KeyError(run.id)

    async with maintained(settings, fail):
        assert seen == run_ids


async def test_attempt_of_runs_that_were_not_recovered_does_not_count(settings: Settings) -> None:
    run_ids = [await leave_behind(settings, "tally", graph_input={}) for _ in range(3)]
    seen: list[str] = []

    async def lose_the_second(run: Run) -> None:
        seen.append(run.id)
        if len(seen) == 2:
            raise StorageUnavailable("away")

    with loop_clock.standing_still():  # they are not looked for once more
        async with maintained(settings, lose_the_second) as database:
            runs = [await RunRepository(database).get(run_id, owner=None) for run_id in run_ids]

    assert seen == run_ids[:2]
    assert [run.failed_attempts for run in runs if run is not None] == [1, 0, 0]


async def test_thread_that_an_edit_left_busy_is_released_at_the_start(settings: Settings) -> None:
    await migrate(settings)
    async with open_database(settings) as database:
        repository = ThreadRepository(database)
        await repository.create(ThreadChange("me", "edited"))
        await repository.claim("me", "edited")
        a_minute_ago = datetime.now(UTC) - timedelta(seconds=61)
        await database.writer.write(
            lambda connection, moment: (
                connection.execute(update(threads).values(updated_at=moment)).rowcount
            ),
            a_minute_ago,
        )

    with loop_clock.standing_still():
        async with maintained(settings, _ignore) as database:
            thread = await ThreadRepository(database).get("me", "edited")

    assert thread.status == IDLE


async def _ignore(run: Run) -> None:
    pass


async def test_run_that_cannot_be_recovered_is_logged_once_and_left_to_the_next_start(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings.model_copy(update={"max_concurrent_runs": 1})
    broken, good = [await leave_behind(settings, "tally", graph_input={}) for _ in range(2)]
    seen: list[str] = []
    is_over = asyncio.Event()

    async def fail_the_first(run: Run) -> None:
        seen.append(run.id)
        if run.id == broken:
            raise KeyError(run.id)
        if seen.count(good) == 2:
            is_over.set()

    async with maintained(settings, fail_the_first), asyncio.timeout(60):
        await is_over.wait()

    assert seen == [broken, good, good]
    assert [one.message for one in caplog.records] == ["run not recovered"]


async def test_run_for_which_the_database_fails_does_not_keep_others_from_continuing(
    settings: Settings,
) -> None:
    broken, good = [await leave_behind(settings, "tally", graph_input={}) for _ in range(2)]
    seen: list[str] = []
    is_over = asyncio.Event()

    async def fail_the_first(run: Run) -> None:
        seen.append(run.id)
        if run.id == broken:
            raise StorageUnavailable("the database's file is damaged")
        is_over.set()

    async with maintained(settings, fail_the_first), asyncio.timeout(60):
        await is_over.wait()

    assert seen == [broken, good]
