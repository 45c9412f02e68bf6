"""The queue as rows: what waits, what is claimed, and what a process left behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.errors import ThreadBusy, TooManyRuns
from app.runs.queue import QueuedRuns
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.storage.database import Database
from app.storage.tables import LIVE
from app.threads.repository import ThreadRepository
from app.work.embedded import EmbeddedWork
from app.work.slots import Limits, Slots
from app.work.work import Queued
from tests.app.stored_runs import a_run, an_event, claim_left, ended

pytestmark = pytest.mark.anyio


def queued(thread_id: str | None = None, **request: Any) -> Run:
    run = a_run(thread_id, is_background=True, **request)
    run.attempt = 0
    return run


async def test_what_a_process_left_is_claimed_as_another_attempt(database: Database) -> None:
    records = [await RunRepository(database).create(a_run(is_background=n > 0)) for n in range(4)]
    ids = [record.id for record in records]
    await RunRepository(database).append_events([(ids[1], [an_event(1)])])
    await RunRepository(database).finish(ended(records[2]), [], None)

    claimed = await claim_left(database)

    assert [(record.id, record.attempt) for record in claimed] == [
        (ids[0], 2),
        (ids[1], 2),
        (ids[3], 2),
    ]
    assert [record.request.is_background for record in claimed] == [False, True, True]
    assert claimed[1].last_event == 1


async def test_run_that_never_began_is_claimed_as_its_first_attempt(database: Database) -> None:
    run = await RunRepository(database).create(queued())

    [claimed] = await claim_left(database)

    assert (claimed.id, claimed.attempt, claimed.failed_attempts) == (run.id, 1, 0)


async def test_run_is_claimed_once_though_it_is_queued_twice(database: Database) -> None:
    run = await RunRepository(database).create(queued())
    waiting = Queued(run.id, "me", "tally", 0)
    one, other = [QueuedRuns(database, EmbeddedWork(Slots(Limits(9)))) for _ in range(2)]

    claims = await asyncio.gather(one.claim(waiting), other.claim(waiting))

    assert [claim is None for claim in claims].count(True) == 1


async def test_run_that_is_over_is_not_claimed(database: Database) -> None:
    run = await RunRepository(database).create(queued())
    assert await RunRepository(database).finish(ended(run), [], None)

    work = EmbeddedWork(Slots(Limits(9)))
    assert await QueuedRuns(database, work).claim(Queued(run.id, "me", "tally", 0)) is None


async def test_released_run_is_pending_and_has_failed_no_attempt(database: Database) -> None:
    record = await RunRepository(database).create(a_run(is_background=True))
    await RunRepository(database).append_events([(record.id, [an_event(1)])])

    await QueuedRuns(database, EmbeddedWork(Slots(Limits(9)))).release([record.id])

    stored = await RunRepository(database).get(record.id, owner=None)
    assert stored is not None
    assert stored.status is RunStatus.PENDING
    [claimed] = await claim_left(database)
    assert (claimed.attempt, claimed.failed_attempts) == (2, 0)
    [again] = await claim_left(database)
    assert (again.attempt, again.failed_attempts) == (3, 1)


async def test_wish_to_cancel_reaches_who_is_at_work_and_nobody_else(database: Database) -> None:
    records = [await RunRepository(database).create(a_run()) for _ in range(3)]
    ids = [record.id for record in records]
    await RunRepository(database).finish(ended(records[2]), [], None)
    queued_runs = QueuedRuns(database, EmbeddedWork(Slots(Limits(9))))

    for run_id in (ids[0], ids[2]):
        await RunRepository(database).request_cancel(run_id)

    assert await queued_runs.cancel_requested(ids) == [ids[0]]
    assert await queued_runs.cancel_requested(ids[1:]) == []
    claimed = await claim_left(database)
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


async def test_runs_that_wait_for_a_thread_get_it_one_after_the_other(database: Database) -> None:
    repository = RunRepository(database)
    first = await repository.create(a_run("t"))
    waiting = [await repository.create(queued("t", may_wait_for_thread=True)) for _ in range(3)]
    order: list[str] = []

    assert await repository.finish(ended(first), [], "idle")
    while claimed := [run for run in await claim_left(database) if run.id not in order]:
        [run] = claimed
        order.append(run.id)
        assert (await ThreadRepository(database).get("me", "t")).last_run_id == run.id
        assert await repository.finish(ended(run), [], "error")

    assert order == [run.id for run in waiting]
    assert (await ThreadRepository(database).get("me", "t")).status == "error"


async def test_run_that_waits_for_its_thread_is_claimed_by_nobody(database: Database) -> None:
    await RunRepository(database).create(a_run("t"))
    run = await RunRepository(database).create(queued("t", may_wait_for_thread=True))

    left = await claim_left(database)

    assert run.id not in [one.id for one in left]


async def test_run_waits_for_a_thread_that_is_being_edited(database: Database) -> None:
    threads = ThreadRepository(database)
    over = await RunRepository(database).create(a_run("t"))
    await RunRepository(database).finish(ended(over), [], "idle")
    edit = await threads.claim("me", "t")
    run = await RunRepository(database).create(queued("t", may_wait_for_thread=True))

    await threads.release(edit)

    assert [one.id for one in await claim_left(database)] == [run.id]


async def test_run_whose_thread_was_freed_by_nobody_gets_it_all_the_same(
    database: Database,
) -> None:
    over = await RunRepository(database).create(a_run("t"))
    await RunRepository(database).finish(ended(over), [], "idle")
    await ThreadRepository(database).claim("me", "t")  # by a process that dies
    run = await RunRepository(database).create(queued("t", may_wait_for_thread=True))

    assert await ThreadRepository(database).release_abandoned(idle_seconds=0) == 1

    assert [one.id for one in await claim_left(database)] == [run.id]


async def test_run_does_not_wait_for_a_thread_that_is_being_deleted(database: Database) -> None:
    over = await RunRepository(database).create(a_run("t"))
    await RunRepository(database).finish(ended(over), [], "idle")
    await ThreadRepository(database).mark_deleting("me", "t")

    with pytest.raises(ThreadBusy):
        await RunRepository(database).create(queued("t", may_wait_for_thread=True))


async def test_run_that_may_not_wait_is_refused_on_a_busy_thread(database: Database) -> None:
    await RunRepository(database).create(a_run("t"))

    with pytest.raises(ThreadBusy):
        await RunRepository(database).create(queued("t"))


async def test_waiting_run_that_is_cancelled_gets_the_thread_no_more(database: Database) -> None:
    repository = RunRepository(database)
    first = await repository.create(a_run("t"))
    waiting = await repository.create(queued("t", may_wait_for_thread=True))
    next_one = await repository.create(queued("t", may_wait_for_thread=True))

    assert await repository.finish(ended(waiting, RunStatus.CANCELLED), [], "idle")
    assert (await ThreadRepository(database).get("me", "t")).last_run_id == first.id
    assert await repository.finish(ended(first), [], "idle")

    assert [one.id for one in await claim_left(database)] == [next_one.id]


async def test_owner_with_too_many_waiting_runs_is_refused_and_no_other(
    database: Database,
) -> None:
    repository = RunRepository(database, most_waiting=2)
    for _ in range(2):
        await repository.create(queued())

    with pytest.raises(TooManyRuns, match="FANJOIN_MAX_WAITING_RUNS_PER_OWNER"):
        await repository.create(queued())
    await repository.create(queued(owner="you"))
    await repository.create(a_run())

    assert len(await claim_left(database)) == 4


async def test_run_of_a_later_moment_is_stored_with_it(database: Database) -> None:
    moment = datetime.now(UTC) + timedelta(days=1)

    run = await RunRepository(database).create(queued(not_before=moment))

    stored = await RunRepository(database).get(run.id, owner="me")
    assert stored is not None
    assert stored.request.not_before == moment
    assert await claim_left(database) == []
