"""What is done by the clock beside the runs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.execution.maintenance import Maintenance
from app.execution.worker import Worker
from app.runs.repository import RunRepository
from app.settings import Settings
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import threads
from app.threads.repository import ThreadRepository
from app.threads.thread import IDLE, ThreadChange
from tests.app import loop_clock
from tests.app.service_at_hand import opened_idle

pytestmark = pytest.mark.anyio


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
        async with opened_idle(settings) as idle:
            maintenance = Maintenance(
                idle.runner,
                Worker(idle.runner, idle.queued_runs, idle.recovery, idle.work),
                database=idle.database,
                runs=RunRepository(idle.database, idle.work),
                queued_runs=idle.queued_runs,
                threads=ThreadRepository(idle.database, idle.work),
            )
            async with maintenance.running():
                thread = await ThreadRepository(idle.database).get("me", "edited")

    assert thread.status == IDLE
