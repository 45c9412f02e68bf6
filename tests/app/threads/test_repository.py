"""Threads as rows, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.errors import ThreadBusy, ThreadExists, ThreadNotFound
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.storage.database import Database
from app.storage.tables import thread_labels
from app.threads import claims
from app.threads.claims import Claim, Release
from app.threads.repository import ThreadRepository
from app.threads.search import ThreadSearch
from app.threads.thread import BUSY, IDLE, INTERRUPTED, ThreadChange, ThreadRecord

pytestmark = pytest.mark.anyio


async def claim_for_a_run(database: Database, thread_id: str, run_id: str = "r") -> bool:
    claim = Claim("me", thread_id, run_id, "tally")
    return await database.writer.write(claims.claim, claim) is not None


async def release_after_a_run(
    database: Database, thread_id: str, status: str, run_id: str = "r"
) -> None:
    end = Release(Claim("me", thread_id, run_id), status)
    await database.writer.write(claims.release, end)


async def ids_of(threads: ThreadRepository, search: ThreadSearch) -> list[str]:
    return [thread.thread_id for thread in await threads.search(search)]


async def test_created_thread_is_read_back_equal(threads: ThreadRepository) -> None:
    metadata = {"nul": "a\0b", "nested": {"list": [1, None]}, "long": "x" * 100_000, "é": True}
    change = ThreadChange("me", "ü?\N{SNOWMAN}", metadata, "tally", 1.5, "keep_latest")

    began = datetime.now(UTC)
    created = await threads.create(change)

    read = await threads.get("me", change.thread_id)
    assert read == created
    assert read.metadata == metadata
    assert (read.graph_id, read.status) == ("tally", IDLE)
    assert read.expires_at == read.created_at + timedelta(seconds=90)
    assert began <= read.created_at <= datetime.now(UTC)


async def test_one_of_two_that_create_the_same_thread_is_refused(threads: ThreadRepository) -> None:
    both = [threads.create(ThreadChange("me", "t", {"n": number})) for number in (1, 2)]

    first, second = await asyncio.gather(*both, return_exceptions=True)

    assert isinstance(first, ThreadRecord)
    assert isinstance(second, ThreadExists)
    assert (await threads.get("me", "t")).metadata == {"n": 1}


async def test_another_owner_has_another_thread_of_the_same_id(threads: ThreadRepository) -> None:
    await threads.create(ThreadChange("me", "t", {"whose": "mine"}))
    await threads.create(ThreadChange("you", "t", {"whose": "yours"}))
    await threads.create(ThreadChange("me", "other"))

    assert (await threads.get("you", "t")).metadata == {"whose": "yours"}
    assert await ids_of(threads, ThreadSearch("you")) == ["t"]
    for refused in (
        threads.get("you", "other"),
        threads.patch(ThreadChange("you", "other")),
        threads.claim("you", "other"),
        threads.mark_deleting("you", "other"),
    ):
        with pytest.raises(ThreadNotFound):
            await refused


async def test_patch_merges_metadata_and_keeps_the_rest(threads: ThreadRepository) -> None:
    created = await threads.create(ThreadChange("me", "t", {"a": 1, "b": 2}, "tally", 10, "delete"))

    patched = await threads.patch(ThreadChange("me", "t", {"b": 3, "c": 4}))

    assert patched.metadata == {"a": 1, "b": 3, "c": 4}
    assert (patched.graph_id, patched.expires_at) == ("tally", created.expires_at)
    assert await threads.get("me", "t") == patched


async def test_patches_at_the_same_time_lose_nothing(threads: ThreadRepository) -> None:
    await threads.create(ThreadChange("me", "t"))

    await asyncio.gather(*(threads.patch(ThreadChange("me", "t", {str(n): n})) for n in range(20)))

    assert (await threads.get("me", "t")).metadata == {str(n): n for n in range(20)}


async def test_search_finds_by_metadata_as_it_is_now(threads: ThreadRepository) -> None:
    await threads.create(ThreadChange("me", "a", {"team": "x", "n": 1}))
    await threads.create(ThreadChange("me", "b", {"team": "x", "n": "1"}))
    await threads.create(ThreadChange("me", "c", {"team": "y"}, "tally"))
    await threads.patch(ThreadChange("me", "c", {"team": "x"}))

    by_name = ThreadSearch("me", sort_by="thread_id", is_ascending=True)

    assert await ids_of(threads, replace(by_name, metadata={"team": "x"})) == ["a", "b", "c"]
    assert await ids_of(threads, replace(by_name, metadata={"team": "x", "n": 1})) == ["a"]
    assert await ids_of(threads, replace(by_name, metadata={"graph_id": "tally"})) == ["c"]
    assert await ids_of(threads, replace(by_name, metadata={"team": "y"})) == []
    assert await ids_of(threads, replace(by_name, ids=["b", "nope"])) == ["b"]


async def test_search_pages_through_all_the_last_used_first(
    database: Database, threads: ThreadRepository
) -> None:
    for name in "abcde":
        await threads.create(ThreadChange("me", name))
    assert await claim_for_a_run(database, "b")

    pages = [
        await ids_of(threads, ThreadSearch("me", limit=2, offset=offset)) for offset in (0, 2, 4)
    ]

    assert pages == [["b", "e"], ["d", "c"], ["a"]]
    assert await ids_of(threads, ThreadSearch("me", status=BUSY)) == ["b"]


async def test_thread_is_held_by_one_at_a_time(
    database: Database, threads: ThreadRepository
) -> None:
    await threads.create(ThreadChange("me", "t"))

    assert await claim_for_a_run(database, "t")
    for refused in (threads.claim("me", "t"), threads.mark_deleting("me", "t")):
        with pytest.raises(ThreadBusy):
            await refused

    await release_after_a_run(database, "t", INTERRUPTED)
    before = await threads.claim("me", "t")
    assert (before.status, before.last_run_id) == (INTERRUPTED, "r")
    assert not await claim_for_a_run(database, "t", "another")

    await threads.release(replace(before, status=IDLE, last_run_id=None))
    after = await threads.get("me", "t")
    assert (after.status, after.last_run_id, after.graph_id) == (IDLE, None, "tally")
    assert await claim_for_a_run(database, "t")


async def test_run_may_claim_its_thread_twice_and_no_other_run_releases_it(
    database: Database, threads: ThreadRepository
) -> None:
    assert await claim_for_a_run(database, "t")
    assert await claim_for_a_run(database, "t")
    await release_after_a_run(database, "t", IDLE, "another")

    assert (await threads.get("me", "t")).status == BUSY


async def test_one_of_two_runs_that_create_the_same_thread_claims_it(database: Database) -> None:
    both = [claim_for_a_run(database, "t", run_id) for run_id in ("a", "b")]

    assert await asyncio.gather(*both) == [True, False]


async def test_patch_does_not_free_a_busy_thread(
    database: Database, threads: ThreadRepository
) -> None:
    assert await claim_for_a_run(database, "t")

    patched = await threads.patch(ThreadChange("me", "t", {"seen": True}))

    assert patched.status == BUSY
    assert not await claim_for_a_run(database, "t", "another")


async def test_thread_marked_for_deletion_is_gone_for_all_but_another_deletion(
    database: Database, threads: ThreadRepository
) -> None:
    await threads.create(ThreadChange("me", "t"))
    await threads.mark_deleting("me", "t")

    assert await ids_of(threads, ThreadSearch("me")) == []
    assert not await claim_for_a_run(database, "t")
    for refused in (
        threads.get("me", "t"),
        threads.claim("me", "t"),
        threads.patch(ThreadChange("me", "t")),
    ):
        with pytest.raises(ThreadNotFound):
            await refused
    await threads.mark_deleting("me", "t")
    await threads.delete([("me", "t")])
    await threads.create(ThreadChange("me", "t"))


async def test_removed_thread_takes_its_runs_and_labels_along(
    database: Database, threads: ThreadRepository
) -> None:
    run = Run("tally", RunRequest(owner="me", thread_id="t"))
    await RunRepository(database).create(run)
    await release_after_a_run(database, "t", IDLE, run.id)
    await threads.patch(ThreadChange("me", "t", {"team": "x"}))

    await threads.mark_deleting("me", "t")
    await threads.delete([("me", "t")])

    assert await RunRepository(database).get(run.id, owner="me") is None
    async with database.reading() as connection:
        left = await connection.execute(select(func.count()).select_from(thread_labels))
        assert left.scalar_one() == 0


async def test_thread_that_is_not_marked_is_not_removed(threads: ThreadRepository) -> None:
    await threads.create(ThreadChange("me", "t"))

    await threads.delete([("me", "t")])

    assert (await threads.get("me", "t")).status == IDLE
