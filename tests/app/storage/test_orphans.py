"""Runs that were at work when their process died."""

import pytest

from app.runs import Run, RunStatus
from app.storage.database import Database
from app.storage.tables import LIVE
from tests.app.storage.kept_runs import a_run, an_event, ended

pytestmark = pytest.mark.anyio


async def test_what_is_not_live_here_is_taken_as_another_attempt_oldest_first(
    database: Database,
) -> None:
    records = [await database.runs.begin(a_run(is_background=n > 0)) for n in range(5)]
    ids = [record.run.id for record in records]
    await database.runs.append_events([(ids[1], [an_event(1)])])
    await database.runs.end(ended(records[2]), [], None)

    taken = await database.orphans.take(2, live=[ids[3]])

    assert [(record.run.id, record.attempt) for record in taken] == [(ids[0], 2), (ids[1], 2)]
    assert [record.is_background for record in taken] == [False, True]
    assert taken[1].last_event == 1
    rest = await database.orphans.take(10, live=[*ids[:2], ids[3]])
    assert [record.run.id for record in rest] == [ids[4]]


async def test_released_run_is_pending_and_has_failed_no_attempt(database: Database) -> None:
    record = await database.runs.begin(a_run(is_background=True))
    await database.runs.append_events([(record.run.id, [an_event(1)])])

    await database.orphans.release([record.run.id])

    kept = await database.runs.get(record.run.id, owner=None)
    assert kept is not None
    assert kept.run.status is RunStatus.PENDING
    [taken] = await database.orphans.take(1, live=[])
    assert (taken.attempt, taken.failed_attempts) == (2, 0)
    [again] = await database.orphans.take(1, live=[])
    assert (again.attempt, again.failed_attempts) == (3, 1)


async def test_wish_to_cancel_reaches_who_is_at_work_and_nobody_else(database: Database) -> None:
    records = [await database.runs.begin(a_run()) for _ in range(3)]
    ids = [record.run.id for record in records]
    await database.runs.end(ended(records[2]), [], None)

    for run_id in (ids[0], ids[2]):
        await database.runs.request_cancel(run_id)

    assert await database.orphans.asked_to_cancel(ids) == [ids[0]]
    assert await database.orphans.asked_to_cancel(ids[1:]) == []
    taken = await database.orphans.take(5, live=ids[1:])
    assert taken[0].cancel_requested


async def test_thread_that_was_busy_without_a_run_is_freed(database: Database) -> None:
    await database.runs.begin(a_run("at work"))
    over = await database.runs.begin(a_run("edited"))
    await database.runs.end(ended(over), [], "idle")
    await database.threads.claim("me", "edited")

    assert await database.orphans.free_threads(idle_seconds=60) == 0
    assert await database.orphans.free_threads(idle_seconds=0) == 1

    assert (await database.threads.get("me", "edited")).status == "idle"
    assert (await database.threads.get("me", "at work")).status == "busy"


def test_statuses_counted_as_live_are_those_of_a_run_that_is_not_over() -> None:
    not_over = [status for status in RunStatus if not Run("g", status=status).is_over]

    assert sorted(LIVE) == sorted(not_over)
