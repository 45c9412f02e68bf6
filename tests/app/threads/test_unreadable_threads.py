"""A thread whose row cannot be read costs only itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.errors import UnreadableThread
from app.runs.repository import RunRepository
from app.storage.database import Database
from app.storage.tables import threads as table
from app.threads.repository import ThreadRepository
from app.threads.search import ThreadSearch
from app.threads.thread import ThreadChange
from tests.app.damage import NO_UTF8, TOO_DEEP, damage
from tests.app.stored_runs import a_run

pytestmark = pytest.mark.anyio

OF_JSON = [
    ("metadata", "{"),
    ("metadata", "[]"),
    ("metadata", f'{{"a": {TOO_DEEP}}}'),
    ("metadata", '{"a": NaN}'),
    ("status", "resting"),
]

OF_ANY_TYPE: list[tuple[str, Any]] = [
    ("metadata", NO_UTF8),
    ("graph_id", NO_UTF8),
    ("updated_at", "yesterday"),
    ("expires_at", 7),
    ("ttl_minutes", "long"),
    ("ttl_minutes", float("inf")),
]
"""What only SQLite takes, where any column holds anything."""


async def three(threads: ThreadRepository) -> None:
    for thread_id in ("a", "b", "c"):
        await threads.create(ThreadChange("me", thread_id))


async def is_read_around(database: Database) -> None:
    """Use the threads while `b` is unreadable, and delete it."""
    threads = ThreadRepository(database)
    by_id = ThreadSearch("me", sort_by="thread_id", is_ascending=True)
    page = await threads.search(by_id)
    with pytest.raises(UnreadableThread, match="'b' is stored, and cannot be read"):
        await threads.get("me", "b")
    with pytest.raises(UnreadableThread):
        await threads.patch(ThreadChange("me", "b", {"x": 1}))
    with pytest.raises(UnreadableThread):
        await threads.claim("me", "b")
    with pytest.raises(UnreadableThread):
        await RunRepository(database).create(a_run("b"))
    await RunRepository(database).create(a_run("a"))

    assert [one.thread_id for one in page] == ["a", "b", "c"]
    assert [one.unreadable is None for one in page] == [True, False, True]
    assert await threads.mark_deleting("me", "b") == ["b"]
    await threads.delete([("me", "b")])
    assert [one.thread_id for one in await threads.search(by_id)] == ["a", "c"]


@pytest.mark.parametrize(("column", "value"), OF_JSON)
async def test_unreadable_thread_is_refused_by_id_listed_and_deleted(
    database: Database, threads: ThreadRepository, column: str, value: str
) -> None:
    await three(threads)

    await damage(database, table, "b", value, column)

    await is_read_around(database)


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
@pytest.mark.parametrize(("column", "value"), OF_ANY_TYPE)
async def test_column_of_another_type_costs_only_its_thread(
    database: Database, threads: ThreadRepository, column: str, value: Any
) -> None:
    await three(threads)

    await damage(database, table, "b", value, column)

    await is_read_around(database)


async def test_claim_from_the_future_is_abandoned(
    database: Database, threads: ThreadRepository
) -> None:
    await three(threads)
    await threads.claim("me", "a")
    later = datetime.now(UTC) + timedelta(hours=1)
    moved = update(table).where(table.c.thread_id == "a").values(updated_at=later)
    await database.writer.write(lambda connection, _: connection.execute(moved) and None, None)

    released = await threads.release_abandoned()

    assert released == 1
    assert (await threads.get("me", "a")).status == "idle"
