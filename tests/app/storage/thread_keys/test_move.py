"""The states of threads under their keys of before become threads of today, and none is lost."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select

from app.errors import BehindMigrations
from app.settings import Settings
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import thread_labels, threads
from app.storage.thread_keys import move_thread_keys
from app.threads.repository import ThreadRepository
from app.threads.search import ThreadSearch
from tests.app.storage.thread_keys.old_database import (
    OWNERS,
    STATES,
    THREADS,
    new_states,
    old_states,
    other_states,
    write_old_database,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def old(stored_settings: Settings, anyio_backend: str) -> Settings:
    """Settings of a database at r0002, each kind in turn."""
    await write_old_database(stored_settings)
    return stored_settings


async def rows_of(settings: Settings) -> dict[tuple[str, str], Any]:
    names = {fingerprint: owner for owner, fingerprint in OWNERS.items()}
    async with open_database(settings) as database:
        rows = await database.read(select(threads))
    return {(names[row.owner], row.thread_id): row for row in rows}


async def assert_all_is_moved(settings: Settings, before: dict[tuple[str, str], Any]) -> None:
    places = [(owner, becomes, graph_id) for (owner, graph_id, _), becomes in STATES.items()]
    assert await new_states(settings, places) == before
    rows = await rows_of(settings)
    assert set(rows) == set(THREADS) | {(owner, becomes) for owner, becomes, _ in places}
    for (owner, graph_id, thread_id), becomes in STATES.items():
        row = rows[owner, becomes]
        assert row.split_from == (None if becomes == thread_id else thread_id)
        if becomes != thread_id:
            assert row.graph_id == graph_id


async def test_every_state_and_history_is_what_it_was(old: Settings) -> None:
    before, others = await old_states(old), await other_states(old)

    moved = await migrate(old)

    assert moved == ("r0002", "r0007")
    await assert_all_is_moved(old, before)
    assert await other_states(old) == others


async def test_rows_say_what_became_of_a_thread(old: Settings) -> None:
    await migrate(old)

    rows = await rows_of(old)
    status = {thread_id: row.status for (owner, thread_id), row in rows.items() if owner == "ann"}
    assert {name: status[name] for name in ("asked~asks", "several~asks", "lost")} == {
        "asked~asks": "interrupted",
        "several~asks": "interrupted",
        "lost": "interrupted",
    }
    assert {status[name] for name in ("asking~counts", "answered~asks3", "lost~counts")} == {"idle"}
    assert (status["patched"], status["patched~asks2"]) == ("busy", "interrupted")
    assert (status["going"], status["going~counts2"]) == ("deleting", "deleting")
    assert rows["ann", "patched"].graph_id == "asks2"
    assert rows["ann", "without"].graph_id == "never_ran"
    assert rows["ann", "lost"].graph_id == "asks"
    split, whole = rows["ann", "several~asks"], rows["ann", "several"]
    assert (split.metadata, split.created_at, split.updated_at) == (
        whole.metadata,
        whole.created_at,
        whole.updated_at,
    )
    assert split.last_run_id is None


async def test_split_threads_are_found_by_the_metadata_of_their_thread(old: Settings) -> None:
    await migrate(old)

    async with open_database(old) as database:
        search = ThreadSearch(OWNERS["ann"], metadata={"team": "x"}, sort_by="thread_id")
        matching = await ThreadRepository(database).search(search)
        labels = await database.read(select(thread_labels.c.thread_id))

    assert [thread.thread_id for thread in matching] == [
        "several~counts2",
        "several~asks",
        "several",
    ]
    assert len(labels) == 3


class Killed(Exception):
    """The process is gone before it commits."""


@contextmanager
def killed_at(commit: int) -> Iterator[None]:
    """Let so many transactions be committed, and none after them."""
    done = 0

    def die(_: Connection) -> None:
        nonlocal done
        done += 1
        if done > commit:
            raise Killed

    event.listen(Engine, "commit", die)
    try:
        yield
    finally:
        event.remove(Engine, "commit", die)


async def migrate_tables(settings: Settings) -> None:
    """Bring the tables to r0003, and die before anything is moved."""
    with killed_at(1), pytest.raises(Killed):
        await migrate(settings)


async def move_a_little(settings: Settings, commits: int) -> bool:
    """Move in small pieces until the process is killed; return whether it was."""
    options = {"keys_at_once": 2, "rows_at_once": 3}
    try:
        with killed_at(commits):
            await asyncio.to_thread(move_thread_keys, settings, lambda *_: None, **options)
    except Killed:
        return True
    return False


async def test_move_that_is_killed_again_and_again_ends_as_if_it_were_not(old: Settings) -> None:
    before, others = await old_states(old), await other_states(old)
    await migrate_tables(old)

    kills = 0
    for commits in count(30, 7):
        with pytest.raises(BehindMigrations, match="run `fanjoin migrate`"):
            async with open_database(old):
                pass
        if not await move_a_little(old, commits):
            break
        kills += 1
    await migrate(old)

    assert kills > 4
    await assert_all_is_moved(old, before)
    assert await other_states(old) == others


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_moment_of_a_kill_matters(old: Settings) -> None:
    before = await old_states(old)
    await migrate_tables(old)
    for commits in range(0, 400, 13):
        folder = old.data_dir.with_name(f"killed at {commits}")
        shutil.copytree(old.data_dir, folder)
        again = old.model_copy(update={"data_dir": folder})
        await move_a_little(again, commits)
        await migrate(again)

        await assert_all_is_moved(again, before)


async def test_two_processes_may_move_at_once(old: Settings) -> None:
    before = await old_states(old)
    await migrate_tables(old)

    await asyncio.gather(*(migrate(old) for _ in range(2)))

    await assert_all_is_moved(old, before)


async def test_progress_is_reported_and_a_fresh_database_has_none(
    old: Settings, tmp_path: Any
) -> None:
    reports: list[tuple[int, int]] = []
    await migrate(old, on_progress=lambda *report: reports.append(report))
    again: list[tuple[int, int]] = []
    await migrate(old, on_progress=lambda *report: again.append(report))

    fresh = Settings(_env_file=None, data_dir=tmp_path / "fresh")
    await migrate(fresh, on_progress=lambda *report: again.append(report))

    assert reports[-1] == (len(STATES), len(STATES))
    assert again == []
