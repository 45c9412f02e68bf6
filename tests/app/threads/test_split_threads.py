"""Threads that the migration split from another, and the sign in their ids; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from app.errors import InvalidInput, ThreadBusy, ThreadExists
from app.retention.sweeper import Sweeper
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.settings import Settings
from app.storage.checkpoints import open_checkpoints
from app.storage.database import Database
from app.storage.tables import threads as thread_rows
from app.threads.repository import ThreadRepository
from app.threads.search import ThreadSearch
from app.threads.thread import BUSY, IDLE, ThreadChange

pytestmark = pytest.mark.anyio


async def ids_of(threads: ThreadRepository) -> list[str]:
    matching = await threads.search(ThreadSearch("me", sort_by="thread_id", is_ascending=True))
    return [thread.thread_id for thread in matching]


async def split(database: Database, thread_id: str, whole: str, **columns: Any) -> None:
    """Store a thread that was split from another."""

    def insert_row(connection: Connection, _: None) -> None:
        now = datetime.now(UTC)
        row = {"owner": "me", "thread_id": thread_id, "split_from": whole, "status": IDLE}
        moments = {"created_at": now, "updated_at": now}
        connection.execute(insert(thread_rows).values({**row, **moments, **columns}))

    await database.writer.write(insert_row, None)


async def test_threads_split_from_a_thread_are_marked_and_deleted_with_it(
    database: Database, threads: ThreadRepository
) -> None:
    for thread_id in ("t", "u"):
        await threads.create(ThreadChange("me", thread_id))
    for thread_id in ("t~g", "t~other"):
        await split(database, thread_id, "t")

    marked = await threads.mark_deleting("me", "t")
    await threads.delete([("me", thread_id) for thread_id in marked])

    assert marked == ["t", "t~g", "t~other"]
    assert await ids_of(threads) == ["u"]


async def test_none_is_marked_while_one_of_them_is_busy(
    database: Database, threads: ThreadRepository
) -> None:
    await threads.create(ThreadChange("me", "t"))
    await split(database, "t~g", "t", status=BUSY)

    with pytest.raises(ThreadBusy, match="t~g"):
        await threads.mark_deleting("me", "t")

    assert (await threads.get("me", "t")).status == IDLE


async def test_split_thread_is_deleted_alone(database: Database, threads: ThreadRepository) -> None:
    await threads.create(ThreadChange("me", "t"))
    await split(database, "t~g", "t")

    assert await threads.mark_deleting("me", "t~g") == ["t~g"]
    await threads.delete([("me", "t~g")])

    assert await ids_of(threads) == ["t"]


@pytest.mark.parametrize("refused", ["a~b", "~", "x" * 256])
async def test_id_that_no_new_thread_may_have_is_refused_wherever_one_is_created(
    database: Database, threads: ThreadRepository, refused: str
) -> None:
    runs = RunRepository(database)

    with pytest.raises(InvalidInput, match="thread_id"):
        await threads.create(ThreadChange("me", refused))
    with pytest.raises(InvalidInput, match="thread_id"):
        await runs.create(Run("tally", RunRequest(owner="me", thread_id=refused)))

    assert await ids_of(threads) == []


async def test_thread_that_has_such_an_id_is_used_as_any_other(
    database: Database, threads: ThreadRepository
) -> None:
    await split(database, "a~b", "a")

    with pytest.raises(ThreadExists):
        await threads.create(ThreadChange("me", "a~b"))
    run = Run("tally", RunRequest(owner="me", thread_id="a~b"))
    assert await RunRepository(database).create(run) is run
    assert (await threads.get("me", "a~b")).status == BUSY


async def set_used(database: Database, thread_id: str, *, days: float, **columns: Any) -> None:
    """Store that a thread was last used so many days ago."""

    def change(connection: Connection, _: None) -> None:
        used = {"updated_at": datetime.now(UTC) - timedelta(days=days), **columns}
        is_it = thread_rows.c.thread_id == thread_id
        connection.execute(thread_rows.update().where(is_it).values(used))

    await database.writer.write(change, None)


async def test_split_thread_expires_with_its_thread_and_never_before(
    stored_settings: Settings, database: Database, threads: ThreadRepository
) -> None:
    for whole in ("old", "young", "used"):
        await threads.create(ThreadChange("me", whole))
        await split(database, f"{whole}~g", whole)
        await set_used(database, f"{whole}~g", days=91)
    await set_used(database, "old", days=91)
    await set_used(database, "used", days=91)
    await set_used(database, "used~g", days=91, status=BUSY)
    settings = stored_settings.model_copy(update={"keep_threads_days": 90})

    async with open_checkpoints(settings) as checkpoints:
        sweeper = Sweeper(database, checkpoints, settings)
        counted, swept = await sweeper.count(), await sweeper.sweep()
        again = await sweeper.sweep()

    assert (counted.threads, swept.threads, again.threads) == (3, 3, 0)
    assert await ids_of(threads) == ["used~g", "young", "young~g"]
    rows = await database.read(select(thread_rows.c.thread_id, thread_rows.c.split_from))
    assert {row.thread_id: row.split_from for row in rows} == {
        "used~g": None,
        "young": None,
        "young~g": "young",
    }
