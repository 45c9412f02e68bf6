"""Runs that were at work when their process died."""

import pytest

from app.runs.orphans import OrphanedRuns
from app.runs.repository import RunRepository
from app.runs.run import Run, RunStatus
from app.storage.database import Database
from app.storage.tables import LIVE
from app.threads.repository import ThreadRepository
from tests.app.kept_runs import a_run, an_event, ended

pytestmark = pytest.mark.anyio


async def test_what_is_not_live_here_is_taken_as_another_attempt_oldest_first(
    database: Database,
) -> None:
    records = [await RunRepository(database).begin(a_run(is_background=n > 0)) for n in range(5)]
    ids = [record.run.id for record in records]
    await RunRepository(database).append_events([(ids[1], [an_event(1)])])
    await RunRepository(database).end(ended(records[2]), [], None)

    claimed = await OrphanedRuns(database).take(2, live=[ids[3]])

    assert [(record.run.id, record.attempt) for record in claimed] == [(ids[0], 2), (ids[1], 2)]
    assert [record.is_background for record in claimed] == [False, True]
    assert claimed[1].last_event == 1
    rest = await OrphanedRuns(database).take(10, live=[*ids[:2], ids[3]])
    assert [record.run.id for record in rest] == [ids[4]]


async def test_released_run_is_pending_and_has_failed_no_attempt(database: Database) -> None:
    record = await RunRepository(database).begin(a_run(is_background=True))
    await RunRepository(database).append_events([(record.run.id, [an_event(1)])])

    await OrphanedRuns(database).release([record.run.id])

    stored = await RunRepository(database).get(record.run.id, owner=None)
    assert stored is not None
    assert stored.run.status is RunStatus.PENDING
    [claimed] = await OrphanedRuns(database).take(1, live=[])
    assert (claimed.attempt, claimed.failed_attempts) == (2, 0)
    [again] = await OrphanedRuns(database).take(1, live=[])
    assert (again.attempt, again.failed_attempts) == (3, 1)


async def test_wish_to_cancel_reaches_who_is_at_work_and_nobody_else(database: Database) -> None:
    records = [await RunRepository(database).begin(a_run()) for _ in range(3)]
    ids = [record.run.id for record in records]
    await RunRepository(database).end(ended(records[2]), [], None)

    for run_id in (ids[0], ids[2]):
        await RunRepository(database).request_cancel(run_id)

    assert await OrphanedRuns(database).asked_to_cancel(ids) == [ids[0]]
    assert await OrphanedRuns(database).asked_to_cancel(ids[1:]) == []
    claimed = await OrphanedRuns(database).take(5, live=ids[1:])
    assert claimed[0].cancel_requested


async def test_thread_that_was_busy_without_a_run_is_freed(database: Database) -> None:
    await RunRepository(database).begin(a_run("at work"))
    over = await RunRepository(database).begin(a_run("edited"))
    await RunRepository(database).end(ended(over), [], "idle")
    await ThreadRepository(database).claim("me", "edited")

    assert await OrphanedRuns(database).free_threads(idle_seconds=60) == 0
    assert await OrphanedRuns(database).free_threads(idle_seconds=0) == 1

    assert (await ThreadRepository(database).get("me", "edited")).status == "idle"
    assert (await ThreadRepository(database).get("me", "at work")).status == "busy"


def test_statuses_counted_as_live_are_those_of_a_run_that_is_not_over() -> None:
    not_over = [status for status in RunStatus if not Run("g", status=status).is_over]

    assert sorted(LIVE) == sorted(not_over)
