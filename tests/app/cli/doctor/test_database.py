"""The database in every state, and nothing of it changed by looking."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli.doctor.database import check_database
from app.cli.doctor.disk import check_disk
from app.cli.doctor.findings import Finding
from app.cli.doctor.revisions import judge
from app.settings import Settings
from app.storage.engines import FILE, VERSION_TABLE, writing_engine
from app.storage.migrate import migrate
from tests.app.cli.doctor.conftest import read_from
from tests.app.cli.doctor.held_locks import SERVE, WRITE, process
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio

NOBODY = 65534


async def look(settings: Settings) -> list[Finding]:
    return await check_database(read_from(settings))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """What is kept; the -shm file is an index that every reader notes itself in."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db-shm"}


def write(settings: Settings, statement: str) -> None:
    engine = writing_engine(settings)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


async def migrated(settings: Settings) -> None:
    if settings.database_url is None:
        await migrate(settings)


async def test_database_that_is_not_there_is_not_made(settings: Settings) -> None:
    (found,) = await look(settings)

    assert found.status == "ok"
    assert "the first start makes them" in found.detail
    assert not settings.data_dir.exists()


async def test_tables_of_this_version_are_in_order(stored_settings: Settings) -> None:
    await migrated(stored_settings)

    (found,) = await look(stored_settings)

    assert found.status == "ok"
    assert found.detail.endswith(", its tables at r0001")


async def test_looking_leaves_no_trace_in_the_folder(settings: Settings) -> None:
    await migrate(settings)
    before = bytes_of(settings.data_dir)

    await look(settings)

    assert bytes_of(settings.data_dir) == before
    assert not list(settings.data_dir.glob("*-shm"))


async def test_what_a_killed_process_left_in_its_log_is_read_and_kept(settings: Settings) -> None:
    await migrate(settings)
    killed = f"""if True:
        import os, sqlite3
        connection = sqlite3.connect({str(settings.data_dir / FILE)!r})
        connection.execute("UPDATE {VERSION_TABLE} SET version_num = 'r9999'")
        connection.commit()
        os._exit(0)"""
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", killed], check=True)
    before = bytes_of(settings.data_dir)

    (found,) = await look(settings)

    assert "its tables at r9999" in found.detail
    assert bytes_of(settings.data_dir) == before


async def test_tables_of_a_newer_version_are_an_error(stored_settings: Settings) -> None:
    await migrated(stored_settings)
    write(stored_settings, f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")

    (found,) = await look(stored_settings)

    assert found.status == "error"
    assert found.mend == "install that version"


@pytest.mark.parametrize(
    ("revision", "migrates", "status"),
    [
        ("r2", True, "ok"),
        ("r1", True, "warning"),
        ("r1", False, "error"),
        ("r3", True, "error"),
        (None, True, "ok"),
        (None, False, "error"),
    ],
)
def test_older_tables_are_an_error_only_where_the_start_does_not_migrate(
    revision: str | None, migrates: bool, status: str
) -> None:
    found = judge(revision, "here", known=["r2", "r1"], migrates_at_start=migrates)

    assert found.status == status
    assert (found.mend is None) == (status == "ok")


async def test_database_that_is_served_names_its_process(stored_settings: Settings) -> None:
    await migrated(stored_settings)

    with process(SERVE, stored_settings) as pid:
        tables, served = await look(stored_settings)

    assert tables.status == "ok"
    assert served.status == "ok"
    if stored_settings.database_url is None:
        assert served.detail == f"served by process {pid}"
    else:
        assert "served by a process" in served.detail
    assert await look(stored_settings) == [tables]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock")
async def test_write_lock_that_is_held_for_long_is_an_error(settings: Settings) -> None:
    await migrate(settings)

    with process(WRITE, settings) as pid:
        _, held = await look(settings)

    assert (held.status, held.detail) == (
        "error",
        f"process {pid} has been holding the write lock for 2 s",
    )


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00damaged"])
async def test_file_that_is_no_database_is_an_error(content: bytes, settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / FILE).write_bytes(content)

    (found,) = await look(settings)

    assert found.status == "error"
    assert "is no SQLite database" in found.detail


async def test_locked_database_is_an_error(settings: Settings) -> None:
    await migrate(settings)
    with closing(sqlite3.connect(settings.data_dir / FILE)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("CREATE TABLE mine (word TEXT)")

        found, *_ = await look(settings)

    assert found.status == "error"
    assert "another process holds the database's lock" in found.detail


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user without rights, as far as root may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def closed_folder(settings: Settings) -> Iterator[Settings]:
    """A database that may be read and not written; not below pytest's folder, which is private."""
    with tempfile.TemporaryDirectory() as name:
        closed = settings.model_copy(update={"data_dir": Path(name)})
        asyncio.run(migrate(closed))
        for path in Path(name).iterdir():
            path.chmod(0o444)
        Path(name).chmod(0o555)
        yield closed
        Path(name).chmod(0o755)


async def test_database_of_another_user_is_told_file_by_file(closed_folder: Settings) -> None:
    with nobody():
        tables, *closed = await look(closed_folder)
        (folder,) = await check_disk(read_from(closed_folder))

    assert tables.status == "ok"
    assert f"{closed_folder.data_dir / FILE} cannot be written" in [f.detail for f in closed]
    assert {found.status for found in [*closed, folder]} == {"error"}


@pytest.mark.skipif(os.geteuid() != 0, reason="a folder of another user is there for root alone")
async def test_folder_that_lets_nobody_in_is_told_with_its_mend(settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as name:
        closed = settings.model_copy(update={"data_dir": Path(name) / "data"})
        with nobody():
            (database,) = await look(closed)
            (folder,) = await check_disk(read_from(closed))

    assert (database.status, folder.status) == ("error", "error")
    assert "cannot be looked at: Permission denied" in database.detail
    assert "cannot be written to" in folder.detail


async def test_postgres_without_tables_waits_for_the_first_start(
    postgres_server: PostgresServer, settings: Settings
) -> None:
    with postgres_server.fresh_database(is_migrated=False) as url:
        (found,) = await look(settings.model_copy(update={"database_url": SecretStr(url)}))

    assert found.status == "ok"
    assert "has no tables yet" in found.detail


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:hushhush@127.0.0.1:9/name", "postgresql://me:hushhush@127.0.0.1:x/name"],
)
async def test_postgres_that_cannot_be_asked_is_an_error(url: str, settings: Settings) -> None:
    (found,) = await look(settings.model_copy(update={"database_url": SecretStr(url)}))

    assert found.status == "error"
    assert "FANJOIN_DATABASE_URL" in (found.mend or "")
    assert "hushhush" not in found.detail
