"""A database that is away makes a run wait; one that stays away ends it with a reason."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from pydantic import SecretStr

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.checkpoints import Checkpoints, open_checkpoints, set_up_checkpoints
from app.storage.checkpoints.sqlite_saver import SqliteSaver
from tests.app.storage.checkpoints.fan_outs import fan_out, thread
from tests.app.storage.checkpoints.outages import line_to

pytestmark = pytest.mark.anyio


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Hold the file's lock as another process would."""
    path = settings.data_dir / "checkpoints.db"
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("COMMIT")


@pytest.fixture
def saver_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, logger="app.storage.checkpoints.retrying")
    return caplog


async def until_refused(saver_log: pytest.LogCaptureFixture) -> None:
    """Return once a saver waits: SQLite itself has waited, and refused it."""
    async with asyncio.timeout(60):
        while "a checkpoint waits for the storage" not in saver_log.messages:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def sqlite_saver(checkpoints: Checkpoints) -> SqliteSaver | None:
    saver = checkpoints.of("me").behind
    return saver if isinstance(saver, SqliteSaver) else None


async def limit_pages(checkpoints: Checkpoints, *, spare: int) -> None:
    """Fill the disk: the file may grow by so many pages and no more."""
    saver = sqlite_saver(checkpoints)
    assert saver is not None

    def limit(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + spare}")

    await saver.file.run(limit)


async def put(checkpoints: Checkpoints, key: str, writes: int = 1) -> None:
    config = await checkpoints.for_run("me").aput(
        {"configurable": {"thread_id": key, "checkpoint_ns": ""}},
        {
            "v": 4,
            "id": "1",
            "ts": "",
            "channel_values": {"big": "x" * 20_000},
            "channel_versions": {},
            "versions_seen": {},
            "updated_channels": None,
        },
        {},
        {},
    )
    values = [(f"channel {number}", "y" * 20_000) for number in range(writes)]
    await checkpoints.for_run("me").aput_writes(config, values, "task")


async def test_a_run_waits_for_a_locked_file_and_ends_well(
    settings: Settings, saver_log: pytest.LogCaptureFixture
) -> None:
    await set_up_checkpoints(settings)
    async with open_checkpoints(settings) as checkpoints:
        with locked(settings):
            run = asyncio.create_task(fan_out(checkpoints.for_run("me")).ainvoke({}, thread("t")))
            await until_refused(saver_log)
            assert not run.done()

        state = await run

    assert state["size"] == 2


async def test_a_run_waits_while_the_disk_is_full(
    settings: Settings, saver_log: pytest.LogCaptureFixture
) -> None:
    await set_up_checkpoints(settings)
    async with open_checkpoints(settings) as checkpoints:
        await limit_pages(checkpoints, spare=2)
        run = asyncio.create_task(fan_out(checkpoints.for_run("me")).ainvoke({}, thread("t")))
        await until_refused(saver_log)
        assert not run.done()
        await limit_pages(checkpoints, spare=1_000_000)

        state = await run

    assert state["size"] == 2


async def test_what_cannot_be_kept_whole_is_not_kept_at_all(settings: Settings) -> None:
    await set_up_checkpoints(settings)
    impatient = settings.model_copy(update={"storage_patience_seconds": 0})
    async with open_checkpoints(impatient) as checkpoints:
        await limit_pages(checkpoints, spare=15)

        with pytest.raises(StorageUnavailable, match="the disk is full"):
            await put(checkpoints, "t", writes=10)

        checkpoint = await checkpoints.of("me").aget_tuple(thread("t"))
        assert checkpoint is not None
        assert checkpoint.pending_writes == []
        saver = sqlite_saver(checkpoints)
        assert saver is not None
        assert not saver.file.connection.in_transaction


async def test_past_its_patience_a_run_says_what_is_wrong(settings: Settings) -> None:
    await set_up_checkpoints(settings)
    impatient = settings.model_copy(update={"storage_patience_seconds": 0})
    async with open_checkpoints(impatient) as checkpoints:
        with (
            locked(settings),
            pytest.raises(StorageUnavailable, match="another process holds the database's lock"),
        ):
            await fan_out(checkpoints.for_run("me")).ainvoke({}, thread("t"))


async def test_callers_who_leave_midway_leave_no_transaction_open(checkpoints: Checkpoints) -> None:
    for number in range(60):
        saving = asyncio.create_task(put(checkpoints, f"t{number}"))
        await asyncio.sleep(0.0002 * (number % 15))
        saving.cancel()
        await asyncio.wait([saving])

    await put(checkpoints, "last")
    checkpoint = await checkpoints.of("me").aget_tuple(thread("last"))
    assert checkpoint is not None
    if (saver := sqlite_saver(checkpoints)) is not None:
        assert not saver.file.connection.in_transaction


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_run_waits_while_postgresql_is_away_and_ends_well(stored: Settings) -> None:
    assert stored.postgres_url is not None
    async with line_to(stored.postgres_url) as line:
        settings = stored.model_copy(update={"database_url": SecretStr(line.url)})
        async with open_checkpoints(settings) as checkpoints:
            await put(checkpoints, "before")
            await line.cut()
            run = asyncio.create_task(fan_out(checkpoints.for_run("me")).ainvoke({}, thread("t")))
            with pytest.raises(StorageUnavailable, match="PostgreSQL does not answer"):
                await checkpoints.of("me").aget_tuple(thread("t"))
            assert not run.done()
            await line.fix()

            state = await run
            assert state["size"] == 2
            assert await checkpoints.of("me").aget_tuple(thread("before")) is not None


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_without_postgresql_nothing_opens(stored: Settings) -> None:
    nowhere = SecretStr("postgresql://postgres@127.0.0.1:9/nothing")
    settings = stored.model_copy(update={"database_url": nowhere})

    with pytest.raises(StorageUnavailable, match="PostgreSQL does not answer"):
        async with open_checkpoints(settings):
            pass
