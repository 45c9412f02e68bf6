"""What is old goes, with all that belongs to it; what is in use stays. On both databases."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from langgraph.graph import START, StateGraph
from sqlalchemy import Connection, func, select, update
from typing_extensions import TypedDict

from app.retention.sweeper import Sweeper, Swept
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints
from app.storage.database import Database, open_database
from app.storage.migrate import migrate
from app.storage.tables import runs, threads
from app.threads.repository import ThreadRepository
from app.threads.thread import DELETING, IDLE, ThreadChange
from tests.app.damage import damage

pytestmark = pytest.mark.anyio


class State(TypedDict, total=False):
    """Grows with each run."""

    number: int


async def add(state: State) -> State:
    return {"number": state.get("number", 0) + 1}


builder = StateGraph(State)
builder.add_node("add", add)
builder.add_edge(START, "add")


@dataclass(frozen=True)
class Storage:
    """A database and its checkpoints, open."""

    settings: Settings
    database: Database
    checkpoints: Checkpoints

    def sweeper(self, **days: float) -> Sweeper:
        """Prune by these settings."""
        settings = self.settings.model_copy(update=days)
        return Sweeper(self.database, self.checkpoints, settings)

    async def run(self, *, days: float, thread_id: str | None = None) -> None:
        """Keep a run that ended so many days ago."""
        request = RunRequest({}, owner="me", thread_id=thread_id)
        record = await RunRepository(self.database).create(Run("g", request))
        record.status = RunStatus.SUCCESS
        record.ended_at = datetime.now(UTC) - timedelta(days=days)
        assert await RunRepository(self.database).finish(record, [], IDLE)

    async def thread(self, thread_id: str, **values: Any) -> None:
        """Keep a thread with two runs' checkpoints, and these columns in its row."""
        await self.run(days=0, thread_id=thread_id)
        await self.execute(thread_id)
        await self.execute(thread_id)
        if values:
            await self.database.writer.write(_change, (thread_id, values))

    async def execute(self, thread_id: str, *, run_id: str | None = None) -> None:
        graph = builder.compile(checkpointer=self.checkpoints.for_run("me", run_id=run_id))
        await graph.ainvoke({}, {"configurable": {"thread_id": thread_id}})

    async def checkpoints_of(self, thread_id: str, *, run_id: str | None = None) -> int:
        config: Any = {"configurable": {"thread_id": thread_id}}
        saver = self.checkpoints.for_run("me", run_id=run_id)
        return len([one async for one in saver.alist(config)])

    async def count(self, table: Any) -> int:
        async with self.database.reading() as connection:
            counted = await connection.execute(select(func.count()).select_from(table))
            return int(counted.scalar_one())


def _change(connection: Connection, change: tuple[str, dict[str, Any]]) -> None:
    thread_id, values = change
    connection.execute(update(threads).where(threads.c.thread_id == thread_id).values(values))


@pytest.fixture
async def storage(stored_settings: Settings, anyio_backend: str) -> AsyncIterator[Storage]:
    await migrate(stored_settings)
    async with (
        open_database(stored_settings) as database,
        open_checkpoints(stored_settings) as checkpoints,
    ):
        yield Storage(stored_settings, database, checkpoints)


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def test_nothing_is_old_at_first(storage: Storage) -> None:
    await storage.run(days=0)
    await storage.thread("t")

    assert await storage.sweeper().sweep() == Swept()
    assert await storage.count(runs) == 2


async def test_more_than_one_batch_of_runs_goes_and_as_many_as_were_counted(
    storage: Storage,
) -> None:
    await asyncio.gather(*(storage.run(days=31) for _ in range(210)))
    await storage.run(days=1)

    counted = await storage.sweeper().count()
    swept = await storage.sweeper().sweep()

    assert swept == counted
    assert (swept.runs_without_events, swept.runs) == (210, 210)
    assert await storage.count(runs) == 1


async def test_expired_thread_goes_with_its_runs_and_checkpoints(storage: Storage) -> None:
    await storage.thread("old", updated_at=days_ago(91))
    await storage.thread("young")

    swept = await storage.sweeper(keep_threads_days=90).sweep()

    assert swept.threads == 1
    assert (await storage.count(threads), await storage.count(runs)) == (1, 1)
    assert await storage.checkpoints_of("old") == 0
    assert await storage.checkpoints_of("young") > 0


async def test_deletion_that_broke_off_is_finished(storage: Storage) -> None:
    await storage.thread("t", status=DELETING)

    swept = await storage.sweeper().sweep()

    assert swept.threads == 1
    assert await storage.count(threads) == 0
    assert await storage.checkpoints_of("t") == 0


async def test_thread_is_cut_to_its_latest_checkpoint_and_goes_on_from_it(storage: Storage) -> None:
    await storage.thread("t", ttl_minutes=1, ttl_strategy="keep_latest", expires_at=days_ago(1))

    swept = await storage.sweeper().sweep()

    assert swept.shortened_threads == 1
    assert await storage.checkpoints_of("t") == 1
    await storage.execute("t")
    tuple_ = await storage.checkpoints.of("me").aget_tuple({"configurable": {"thread_id": "t"}})
    assert tuple_ is not None
    assert tuple_.checkpoint["channel_values"]["number"] == 3
    assert await storage.sweeper().sweep() == Swept()


async def test_long_idle_threads_are_cut_once_and_others_not(storage: Storage) -> None:
    await storage.thread("old", updated_at=days_ago(10))
    await storage.thread("young", updated_at=days_ago(5))
    sweeper = storage.sweeper(keep_checkpoints_days=7)

    first, second = await sweeper.sweep(), await sweeper.sweep()

    assert (first.shortened_threads, second.shortened_threads) == (1, 0)
    assert await storage.checkpoints_of("old") == 1
    assert await storage.checkpoints_of("young") > 1


async def test_thread_whose_newest_checkpoint_is_unreadable_keeps_the_older_ones(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    for thread_id in ("broken", "old"):
        await storage.thread(thread_id, updated_at=days_ago(10))
    before = await storage.checkpoints_of("broken")
    saver = storage.checkpoints.of("me")
    at: Any = {"configurable": {"thread_id": "broken", "checkpoint_ns": ""}}
    newest = await saver.aget_tuple(at)
    assert newest is not None
    damaged: Any = {"id": newest.checkpoint["id"], "channel_values": {}, "channel_versions": {}}
    parent = newest.parent_config
    assert parent is not None
    await saver.aput(parent, damaged, newest.metadata, {})
    caplog.set_level(logging.WARNING)

    swept = await storage.sweeper(keep_checkpoints_days=7).sweep()

    assert swept.shortened_threads == 1
    assert await storage.checkpoints_of("old") == 1
    assert len(await saver.alist_ids(at, limit=100)) == before
    assert [one.message for one in caplog.records] == ["the checkpoints of a thread cannot be read"]


async def test_checkpoints_of_runs_go_when_the_run_is_over_and_not_before(storage: Storage) -> None:
    request = RunRequest({}, owner="me", is_background=True)
    over, live = [Run("g", request) for _ in range(2)]
    for record in (over, live):
        await RunRepository(storage.database).create(record)
        await storage.execute(record.id, run_id=record.id)
    over.status = RunStatus.ERROR
    assert await RunRepository(storage.database).finish(over, [], None)

    counted, swept = await storage.sweeper().count(), await storage.sweeper().sweep()

    assert counted.run_checkpoints == swept.run_checkpoints == 1
    assert await storage.checkpoints_of(over.id, run_id=over.id) == 0
    assert await storage.checkpoints_of(live.id, run_id=live.id) > 0
    assert await storage.sweeper().sweep() == Swept()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rows_whose_ids_are_no_text_are_deleted_by_their_bytes(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    await ThreadRepository(storage.database).create(ThreadChange("me", "bad", {}, "g", 1.0))
    change = ("bad", {"expires_at": days_ago(1)})
    await storage.database.writer.write(_change, change)
    for thread_id in ("expired", "also"):
        await storage.thread(thread_id, expires_at=days_ago(1), ttl_minutes=1)
    await storage.thread("short", updated_at=days_ago(10))
    for days in (40, 41):
        await storage.run(days=days)
    [first, *_] = await storage.database.read(select(runs.c.id).order_by(runs.c.ended_at))
    no_text = b"\xff"
    await damage(storage.database, threads, "bad", no_text, "thread_id")
    await damage(storage.database, runs, first.id, no_text, "id")
    caplog.set_level(logging.WARNING)

    swept = await storage.sweeper(keep_runs_days=30, keep_checkpoints_days=7).sweep()

    assert (swept.threads, swept.runs, swept.shortened_threads) == (3, 2, 1)
    assert await storage.count(threads) == 1
    assert await storage.count(runs) == 1
    reasons = {vars(record)["error"] for record in caplog.records}
    assert reasons == {"its id is not valid UTF-8"}
