"""What every implementation of `Work` promises, on each database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.runs.repository import RunRepository
from app.runs.run import Run
from app.storage.database import Database
from app.storage.tables import runs
from app.work.embedded import EmbeddedWork
from app.work.slots import Limits, Slots
from app.work.work import News, Queued, Work
from tests.app.stored_runs import a_run

pytestmark = pytest.mark.anyio


class RolledBack(Exception):
    """Raised in a transaction, so that nothing of it is committed."""


class Executed:
    """Notes what is executed, and lets a test hold it up."""

    def __init__(self, then: Callable[[Queued], Awaitable[Queued | None]] | None = None) -> None:
        self.run_ids: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self._changed = asyncio.Condition()
        self._then = then

    async def __call__(self, queued: Queued) -> Queued | None:
        async with self._changed:
            self.run_ids.append(queued.run_id)
            self._changed.notify_all()
        await self.may_end.wait()
        return None if self._then is None else await self._then(queued)

    async def count(self, count: int) -> None:
        """Return when so many began."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: len(self.run_ids) >= count)


@pytest.fixture(params=["embedded"])
async def work(request: pytest.FixtureRequest, anyio_backend: str) -> Work:
    """One implementation, with two slots."""
    assert request.param == "embedded"
    return EmbeddedWork(Slots(Limits(2)))


def queued(run_id: str, **more: Any) -> Queued:
    return Queued(run_id, "me", "tally", 0, **more)


async def enqueue(database: Database, work: Work, *items: Queued, fails: bool = False) -> None:
    """Pass on runs in a transaction of the writer."""

    def statement(connection: Connection, _: None) -> None:
        work.enqueue(connection, items)
        if fails:
            raise RolledBack

    await database.writer.write(statement, None)


async def test_what_a_transaction_queues_is_executed_once(database: Database, work: Work) -> None:
    executed = Executed()

    async with work.execute(executed):
        await enqueue(database, work, queued("a"), queued("b"))
        await executed.count(2)

    assert executed.run_ids == ["a", "b"]


async def test_what_a_transaction_that_failed_queued_is_not_executed(
    database: Database, work: Work
) -> None:
    executed = Executed()

    async with work.execute(executed):
        with pytest.raises(RolledBack):
            await enqueue(database, work, queued("lost"), fails=True)
        await enqueue(database, work, queued("stored"))
        await executed.count(1)

    assert executed.run_ids == ["stored"]


async def test_no_more_are_executed_at_once_than_there_are_slots(
    database: Database, work: Work
) -> None:
    executed = Executed()
    executed.may_end.clear()

    async with work.execute(executed):
        await enqueue(database, work, *map(queued, "abcd"))
        await executed.count(2)
        began_at_once = list(executed.run_ids)
        executed.may_end.set()
        await executed.count(4)

    assert began_at_once == ["a", "b"]
    assert executed.run_ids == ["a", "b", "c", "d"]


async def test_row_that_is_queued_twice_is_executed_once_at_a_time(
    database: Database, work: Work
) -> None:
    executed = Executed()
    executed.may_end.clear()

    async with work.execute(executed):
        await enqueue(database, work, queued("a"), queued("a"))
        await enqueue(database, work, queued("a"), queued("b"))
        await executed.count(2)

    assert executed.run_ids == ["a", "b"]


async def test_what_waits_again_is_executed_again(database: Database, work: Work) -> None:
    async def twice(one: Queued) -> Queued | None:
        return Queued(one.run_id, one.owner, one.graph_id, 1) if one.attempt == 0 else None

    executed = Executed(twice)

    async with work.execute(executed):
        await enqueue(database, work, queued("a"))
        await executed.count(2)

    assert executed.run_ids == ["a", "a"]


async def test_run_of_a_later_moment_takes_no_slot_before_it(
    database: Database, work: Work
) -> None:
    executed = Executed()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    now = datetime.now(UTC) - timedelta(seconds=1)

    async with work.execute(executed):
        await enqueue(
            database,
            work,
            *(queued(f"later {n}", not_before=tomorrow) for n in range(3)),
            queued("now", not_before=now),
        )
        await executed.count(1)

    assert executed.run_ids == ["now"]


async def test_failure_to_execute_one_keeps_its_slot_from_nobody(
    database: Database, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(one: Queued) -> Queued | None:
        raise RolledBack(one.run_id)

    executed = Executed(fail)

    async with work.execute(executed):
        await enqueue(database, work, *map(queued, "abcde"))
        await executed.count(5)

    assert executed.run_ids == ["a", "b", "c", "d", "e"]
    assert "failed" in caplog.text


async def test_nothing_is_executed_after_the_end(database: Database, work: Work) -> None:
    executed = Executed()
    executed.may_end.clear()

    async with work.execute(executed):
        await enqueue(database, work, *map(queued, "abc"))
        await executed.count(2)
    await enqueue(database, work, queued("d"))
    executed.may_end.set()
    await asyncio.sleep(0)

    assert executed.run_ids == ["a", "b"]


async def test_news_are_heard_once_they_are_committed(database: Database, work: Work) -> None:
    heard: list[News] = []

    def notify(connection: Connection, news: News) -> None:
        work.notify(connection, news)
        assert news not in heard
        if news.run_id == "lost":
            raise RolledBack

    with work.subscribe(heard.append):
        with pytest.raises(RolledBack):
            await database.writer.write(notify, News("lost", "over"))
        await database.writer.write(notify, News("a", "over"))
        await database.writer.write(notify, News("a", "cancel"))
    await database.writer.write(notify, News("b", "over"))

    assert heard == [News("a", "over"), News("a", "cancel")]


async def test_run_that_is_over_before_its_turn_is_not_executed(
    database: Database, work: Work
) -> None:
    executed = Executed()
    executed.may_end.clear()
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    async with work.execute(executed):
        await enqueue(database, work, *map(queued, "abcd"), queued("e", not_before=tomorrow))
        await executed.count(2)
        for run_id in ("c", "e"):
            await database.writer.write(work.notify, News(run_id, "over"))
        await enqueue(database, work, queued("e"))
        executed.may_end.set()
        await executed.count(4)

    assert executed.run_ids == ["a", "b", "d", "e"]


async def test_row_of_another_process_has_no_living_holder(database: Database, work: Work) -> None:
    other = EmbeddedWork(Slots(Limits(1)))
    mine, theirs = [
        (await RunRepository(database, each).create(a_run())).id for each in (work, other)
    ]
    run = Run("tally", a_run().request, attempt=0)
    await RunRepository(database).create(run)

    gone = await database.read(select(runs.c.id).where(work.holder_is_gone()))

    assert {row.id for row in gone} == {theirs, run.id}
    assert mine not in {row.id for row in gone}
