"""What counts as old, and what goes with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Select, func, select, update

from app.errors import EventsGone
from app.retention import statements
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.storage.database import Database
from app.storage.tables import run_events, run_labels, runs, threads
from app.threads import claims
from app.threads.claims import Claim, Release
from app.threads.repository import ThreadRepository
from app.threads.thread import BUSY, DELETING, ERROR, IDLE, INTERRUPTED, ThreadChange, ThreadRecord

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
EVENTS = [Event(1, "run_started", {}), Event(2, "end", {})]


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def begin_run(database: Database, *, thread_id: str | None = None) -> Run:
    request = RunRequest({}, owner="me", thread_id=thread_id, metadata={"customer": "c1"})
    return await RunRepository(database).create(Run("g", request))


async def ended_run(
    database: Database, *, days: float, thread_id: str | None = None, thread: str = IDLE
) -> str:
    """Keep a run that ended so many days ago, with both kinds of kept events."""
    record = await begin_run(database, thread_id=thread_id)
    await RunRepository(database).append_events([(record.id, EVENTS[:1])])
    record.status = RunStatus.INTERRUPTED if thread == INTERRUPTED else RunStatus.SUCCESS
    record.output = {"answer": 42}
    record.ended_at, record.last_event = days_ago(days), 2
    assert await RunRepository(database).finish(record, EVENTS[1:], thread)
    return record.id


@dataclass(frozen=True)
class Changed:
    """Columns of a thread's row, as no caller could set them."""

    thread_id: str
    values: dict[str, Any]


def _change(connection: Connection, change: Changed) -> None:
    is_it = threads.c.thread_id == change.thread_id
    connection.execute(update(threads).where(is_it).values(change.values))


async def thread(database: Database, thread_id: str, **values: Any) -> None:
    """Keep a thread by a run on it, then make its row what the test is about."""
    await ended_run(database, days=0, thread_id=thread_id)
    if values:
        await database.writer.write(_change, Changed(thread_id, values))


async def rows_of(database: Database, statement: Select[Any]) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(statement)).all())


async def ids(database: Database, statement: Select[Any]) -> set[str]:
    rows = await rows_of(database, statement)
    return {row[-1] if len(row) == 1 else row.thread_id for row in rows}


async def count(database: Database, table: Any) -> int:
    ((number,),) = await rows_of(database, select(func.count()).select_from(table))
    return int(number)


async def test_old_events_go_and_what_came_of_the_run_stays(database: Database) -> None:
    old, young = await ended_run(database, days=8), await ended_run(database, days=6)

    to_drop = await ids(database, statements.old_events(days_ago(7)))
    await database.writer.write(statements.drop_events, sorted(to_drop))

    assert to_drop == {old}
    with pytest.raises(EventsGone):
        await RunRepository(database).events(old, 0)
    record = await RunRepository(database).get(old, owner="me")
    assert record is not None
    assert record.output == {"answer": 42}
    assert [event.id for event in await RunRepository(database).events(young, 0)] == [1, 2]
    assert await rows_of(database, statements.old_events(days_ago(7))) == []


async def test_old_runs_go_with_their_events_and_labels(database: Database) -> None:
    old, young = await ended_run(database, days=31), await ended_run(database, days=29)
    live = (await begin_run(database)).id

    to_drop = await ids(database, statements.old_runs(days_ago(30)))
    await database.writer.write(statements.drop_runs, sorted(to_drop))

    assert to_drop == {old}
    assert await ids(database, select(runs.c.id)) == {young, live}
    assert await count(database, run_events) == 1
    assert await count(database, run_labels) == 2


async def test_run_whose_question_is_open_stays_however_old(database: Database) -> None:
    await ended_run(database, days=99, thread_id="t", thread=INTERRUPTED)

    assert await rows_of(database, statements.old_runs(days_ago(30))) == []


async def test_question_that_was_answered_lets_its_run_go(database: Database) -> None:
    interrupted = await ended_run(database, days=99, thread_id="t", thread=INTERRUPTED)
    await ended_run(database, days=98, thread_id="t")

    assert interrupted in await ids(database, statements.old_runs(days_ago(30)))


async def test_threads_expire_by_their_own_time_or_else_by_last_use(database: Database) -> None:
    await thread(database, "past_its_time", ttl_minutes=5, expires_at=days_ago(1))
    await thread(
        database, "time_left", ttl_minutes=5, expires_at=days_ago(-1), updated_at=days_ago(99)
    )
    await thread(database, "unused", updated_at=days_ago(91))
    await thread(database, "used", updated_at=days_ago(89))
    await thread(database, "at_work", updated_at=days_ago(91), status=BUSY)
    await thread(
        database, "shortened", ttl_minutes=5, ttl_strategy="keep_latest", expires_at=days_ago(1)
    )
    await thread(database, "failed", status=ERROR, ttl_strategy="keep_latest", expires_at=NOW)

    assert await ids(database, statements.expired_threads(NOW, days_ago(90))) == {
        "past_its_time",
        "unused",
    }
    assert await ids(database, statements.expired_threads(NOW, None)) == {"past_its_time"}
    assert await ids(database, statements.threads_to_shorten(days_ago(-1))) == {
        "shortened",
        "failed",
    }


async def test_thread_used_in_the_meantime_is_not_deleted(database: Database) -> None:
    await thread(database, "t", updated_at=days_ago(91))
    await begin_run(database, thread_id="t")

    await database.writer.write(statements.begin_to_delete, ([("me", "t")], NOW, days_ago(90)))
    await ThreadRepository(database).delete([("me", "t")])

    assert await ids(database, select(threads.c.status)) == {BUSY}


async def test_marked_thread_goes_with_its_runs(database: Database) -> None:
    await thread(database, "t", updated_at=days_ago(91))

    await database.writer.write(statements.begin_to_delete, ([("me", "t")], NOW, days_ago(90)))
    marked = await ids(database, select(threads.c.status))
    await ThreadRepository(database).delete([("me", "t")])

    assert marked == {DELETING}
    assert await count(database, threads) == 0
    assert await count(database, runs) == 0


def sweep_claim() -> Claim:
    return Claim("me", "t", free=statements.AT_REST)


def end_of_sweep(claim: Claim, before: ThreadRecord) -> Release:
    columns = {"updated_at": before.updated_at, "expires_at": statements.expiry_after(NOW)}
    return Release(claim, before.status, columns)


async def test_claimed_thread_is_busy_and_afterwards_as_it_was(database: Database) -> None:
    await thread(database, "t", updated_at=days_ago(3), expires_at=days_ago(1), status=ERROR)

    claim = sweep_claim()
    before = await database.writer.write(claims.claim, claim)
    assert isinstance(before, ThreadRecord)
    meanwhile = await ids(database, select(threads.c.status))
    again = await database.writer.write(claims.claim, sweep_claim())
    await ThreadRepository(database).patch(ThreadChange("me", "t", {"seen": True}))
    await database.writer.write(claims.release, end_of_sweep(claim, before))

    assert (meanwhile, again) == ({BUSY}, None)
    row = (await rows_of(database, select(threads)))[0]
    assert (row.status, row.updated_at, row.expires_at) == (ERROR, days_ago(3), None)


async def test_thread_that_another_has_by_now_is_not_freed(database: Database) -> None:
    await thread(database, "t")
    claim = sweep_claim()
    before = await database.writer.write(claims.claim, claim)
    assert isinstance(before, ThreadRecord)
    await ThreadRepository(database).release_abandoned(idle_seconds=0)
    edited = await ThreadRepository(database).claim("me", "t")

    await database.writer.write(claims.release, end_of_sweep(claim, before))
    after_pruning = await ids(database, select(threads.c.status))
    await ThreadRepository(database).release_abandoned(idle_seconds=0)
    await begin_run(database, thread_id="t")
    await ThreadRepository(database).release(edited)

    assert after_pruning == {BUSY}
    assert await ids(database, select(threads.c.status)) == {BUSY}
