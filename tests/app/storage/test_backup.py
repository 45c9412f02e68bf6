"""A backup is taken beside live traffic, and what is put back is all there."""

import asyncio
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from pydantic import SecretStr

from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run
from app.settings import Settings
from app.storage.backup import FILES, BackupFailed, back_up
from app.storage.checkpoints import open_checkpoints
from app.storage.database import Database, open_database
from app.storage.migrate import migrate
from tests.postgres import PostgresServer, postgres_program

pytestmark = pytest.mark.anyio


async def begin_run(database: Database) -> str:
    request = RunRequest({"text": "tides"}, owner="me", is_background=True)
    return (await RunRepository(database).create(Run("g", request))).id


async def keep_checkpoint(settings: Settings, thread_id: str) -> None:
    async with open_checkpoints(settings) as checkpoints:
        config = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
        await checkpoints.of("me").aput(config, empty_checkpoint(), {}, {})  # type: ignore[arg-type]  # LangGraph's own TypedDict


async def has_checkpoint(settings: Settings, thread_id: str) -> bool:
    async with open_checkpoints(settings) as checkpoints:
        config = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
        return await checkpoints.of("me").aget_tuple(config) is not None  # type: ignore[arg-type]


async def test_backup_beside_writes_has_all_that_was_acknowledged_before(
    settings: Settings, tmp_path: Path
) -> None:
    await migrate(settings)
    await keep_checkpoint(settings, "t")
    async with open_database(settings) as database:
        before = [await begin_run(database) for _ in range(20)]
        going_on = asyncio.create_task(_begin_runs_for_ever(database))
        copies = await asyncio.to_thread(back_up, settings.data_dir, tmp_path / "backup")
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)

    restored = settings.model_copy(update={"data_dir": tmp_path / "backup"})
    assert [copy.name for copy in copies] == list(FILES)
    for copy in copies:
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    async with open_database(restored) as database:
        records = [await RunRepository(database).get(run_id, owner="me") for run_id in before]
        requests = [record and record.request.as_json() for record in records]
        assert requests == [{"form": 2, "input": {"text": "tides"}}] * 20
        await begin_run(database)
    assert await has_checkpoint(restored, "t")


async def _begin_runs_for_ever(database: Database) -> None:
    while True:
        await begin_run(database)


async def test_backup_goes_into_no_folder_that_holds_one(
    settings: Settings, tmp_path: Path
) -> None:
    await migrate(settings)
    back_up(settings.data_dir, tmp_path / "backup")

    with pytest.raises(BackupFailed, match=r"fanjoin\.db is there already"):
        back_up(settings.data_dir, tmp_path / "backup")


def test_empty_folder_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match=r"there is no fanjoin\.db"):
        back_up(tmp_path, tmp_path / "backup")

    assert not (tmp_path / "backup").exists()


async def test_backup_that_fails_halfway_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    await migrate(settings)
    (settings.data_dir / "store.db").write_bytes(b"no database at all, but long enough" * 100)

    with pytest.raises(BackupFailed, match="not a database"):
        back_up(settings.data_dir, tmp_path / "backup")

    assert list((tmp_path / "backup").iterdir()) == []


@pytest.mark.parametrize("renamed", range(len(FILES)))
async def test_backup_that_was_killed_holds_no_runs(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    await migrate(settings)
    await keep_checkpoint(settings, "t")
    rename, turns = Path.rename, iter(range(len(FILES)))

    def rename_or_die(path: Path, target: Path) -> Path:
        if next(turns) == renamed:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_or_die)
    with pytest.raises(KeyboardInterrupt):
        back_up(settings.data_dir, tmp_path / "backup")

    assert not (tmp_path / "backup" / FILES[0]).exists()


async def test_dump_of_postgres_restores(
    settings: Settings, postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    stored = settings.model_copy(update={"database_url": SecretStr(postgres_url)})
    await keep_checkpoint(stored, "t")
    async with open_database(stored) as database:
        run_id = await begin_run(database)

    dump = tmp_path / "fanjoin.dump"
    with postgres_server.fresh_database(is_migrated=False) as url:
        _postgres("pg_dump", "-Fc", "-f", str(dump), postgres_url)
        _postgres("pg_restore", "--no-owner", "-d", url, str(dump))
        restored = settings.model_copy(update={"database_url": SecretStr(url)})
        async with open_database(restored) as database:
            record = await RunRepository(database).get(run_id, owner="me")
        is_restored = await has_checkpoint(restored, "t")

    assert record is not None
    assert is_restored


def _postgres(program: str, *words: str) -> None:
    subprocess.run([postgres_program(program), *words], check=True, timeout=60)
