"""Runs that were at work when their process died."""

import pytest

from app.runs.orphans import OrphanedRuns
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.storage.database import Database
from app.storage.tables import LIVE
from app.threads.repository import ThreadRepository
from tests.app.stored_runs import a_run, an_event, ended

pytestmark = pytest.mark.anyio


async def test_what_is_not_live_here_is_taken_as_another_attempt_oldest_first(
    database: Database,
) -> None:
    records = [await RunRepository(database).create(a_run(is_background=n > 0)) for n in range(5)]
    ids = [record.id for record in records]
    await RunRepository(database).append_events([(ids[1], [an_event(1)])])
    await RunRepository(database).finish(ended(records[2]), [], None)

    claimed = await OrphanedRuns(database).claim(2, live=[ids[3]])

    assert [(record.id, record.attempt) for record in claimed] == [(ids[0], 2), (ids[1], 2)]
    assert [record.request.is_background for record in claimed] == [False, True]
    assert claimed[1].last_event == 1
    rest = await OrphanedRuns(database).claim(10, live=[*ids[:2], ids[3]])
    assert [record.id for record in rest] == [ids[4]]


async def test_released_run_is_pending_and_has_failed_no_attempt(database: Database) -> None:
    record = await RunRepository(database).create(a_run(is_background=True))
    await RunRepository(database).append_events([(record.id, [an_event(1)])])

    await OrphanedRuns(database).release([record.id])

    stored = await RunRepository(database).get(record.id, owner=None)
    assert stored is not None
    assert stored.status is RunStatus.PENDING
    [claimed] = await OrphanedRuns(database).claim(1, live=[])
    assert (claimed.attempt, claimed.failed_attempts) == (2, 0)
    [again] = await OrphanedRuns(database).claim(1, live=[])
    assert (again.attempt, again.failed_attempts) == (3, 1)


async def test_wish_to_cancel_reaches_who_is_at_work_and_nobody_else(database: Database) -> None:
    records = [await RunRepository(database).create(a_run()) for _ in range(3)]
    ids = [record.id for record in records]
    await RunRepository(database).finish(ended(records[2]), [], None)

    for run_id in (ids[0], ids[2]):
        await RunRepository(database).request_cancel(run_id)

    assert await OrphanedRuns(database).cancel_requested(ids) == [ids[0]]
    assert await OrphanedRuns(database).cancel_requested(ids[1:]) == []
    claimed = await OrphanedRuns(database).claim(5, live=ids[1:])
    assert claimed[0].cancel_requested


async def test_thread_that_was_busy_without_a_run_is_freed(database: Database) -> None:
    await RunRepository(database).create(a_run("at work"))
    over = await RunRepository(database).create(a_run("edited"))
    await RunRepository(database).finish(ended(over), [], "idle")
    await ThreadRepository(database).claim("me", "edited")

    assert await ThreadRepository(database).release_abandoned(idle_seconds=60) == 0
    assert await ThreadRepository(database).release_abandoned(idle_seconds=0) == 1

    assert (await ThreadRepository(database).get("me", "edited")).status == "idle"
    assert (await ThreadRepository(database).get("me", "at work")).status == "busy"


def test_statuses_counted_as_live_are_those_of_a_run_that_is_not_over() -> None:
    not_over = [status for status in RunStatus if not Run("g", RunRequest(), status=status).is_over]

    assert sorted(LIVE) == sorted(not_over)
