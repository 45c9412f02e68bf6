"""The database in every state, through the file or server that it is."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli.doctor.database import check_database
from app.cli.doctor.finding import Finding
from app.cli.doctor.machine import check_disk
from app.cli.doctor.reading import Reading
from app.settings import Settings
from app.storage.backup import FILES
from app.storage.engines import FILE, VERSION_TABLE, writing_engine
from app.storage.migrate import migrate
from tests.app.cli.doctor.serving_process import serving
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio

UNPRIVILEGED = 65534


async def check(settings: Settings, **changes: object) -> Finding:
    (finding,) = await check_database(Reading(settings.model_copy(update=changes), []))
    return finding


def write(settings: Settings, statement: str) -> None:
    engine = writing_engine(settings)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


async def migrated(settings: Settings) -> None:
    if settings.database_url is None:
        await migrate(settings)


async def test_database_that_does_not_exist_yet_is_not_created(settings: Settings) -> None:
    finding = await check(settings)
    without_migration = await check(settings, migrate_at_start=False)

    assert finding.status == "ok"
    assert "the first start creates it" in finding.detail
    assert (without_migration.status, without_migration.fix) == ("error", "run `fanjoin migrate`")
    assert not settings.data_dir.exists()


async def test_database_with_tables_of_this_version_answers(stored_settings: Settings) -> None:
    await migrated(stored_settings)

    finding = await check(stored_settings)

    assert finding.status == "ok"
    assert finding.detail.endswith(" answers")


async def test_looking_changes_no_file(settings: Settings) -> None:
    await migrate(settings)
    before = {path.name: path.read_bytes() for path in settings.data_dir.iterdir()}

    await check(settings)

    assert {path.name: path.read_bytes() for path in settings.data_dir.iterdir()} == before


async def test_tables_of_a_newer_version_are_an_error(stored_settings: Settings) -> None:
    await migrated(stored_settings)
    write(stored_settings, f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")

    finding = await check(stored_settings)

    assert (finding.status, finding.fix) == ("error", "install that one")


@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET version_num = 'r0003'"])
async def test_tables_behind_are_an_error_only_where_the_start_does_not_migrate(
    stored_settings: Settings, change: str
) -> None:
    await migrated(stored_settings)
    write(stored_settings, change.format(VERSION_TABLE))

    findings = [await check(stored_settings, migrate_at_start=value) for value in (True, False)]

    assert [finding.status for finding in findings] == ["warning", "error"]
    assert {finding.fix for finding in findings} == {"run `fanjoin migrate`"}


async def test_database_that_another_process_serves_from_is_said_to_be_in_use(
    stored_settings: Settings,
) -> None:
    await migrated(stored_settings)

    with serving(stored_settings):
        served = await check(stored_settings)
    free = await check(stored_settings)

    assert (served.status, free.status) == ("ok", "ok")
    assert served.detail == f"{free.detail}, a service uses it"


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00damaged"])
async def test_file_that_is_no_database_is_an_error(content: bytes, settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / FILE).write_bytes(content)

    finding = await check(settings)

    assert finding.status == "error"
    assert "is no SQLite database" in finding.detail


@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
async def test_lock_that_another_process_holds_is_an_error(mode: str, settings: Settings) -> None:
    await migrate(settings)
    with closing(sqlite3.connect(settings.data_dir / FILE, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA locking_mode={mode}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE mine (word TEXT)")

        finding = await check(settings)

    assert finding.status == "error"
    assert "another process holds the database's lock" in finding.detail


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be a user without rights, as far as root may."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(UNPRIVILEGED)
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


async def test_database_of_another_user_is_an_error(closed_folder: Settings) -> None:
    with unprivileged():
        database = await check(closed_folder)
        (folder,) = await check_disk(Reading(closed_folder, []))

    assert (database.status, folder.status) == ("error", "error")
    assert "the database's file cannot be" in database.detail
    assert f"let user {UNPRIVILEGED} write" in (database.fix or "") or os.geteuid() != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another user")
async def test_folder_that_cannot_be_entered_is_an_error(settings: Settings) -> None:
    with tempfile.TemporaryDirectory() as name:
        closed = settings.model_copy(update={"data_dir": Path(name) / "data"})
        with unprivileged():
            database = await check(closed)
            (folder,) = await check_disk(Reading(closed, []))

    assert (database.status, folder.status) == ("error", "error")
    assert "Permission denied" in database.detail
    assert "cannot be written to" in folder.detail


async def test_postgres_without_tables_waits_for_the_first_start(
    postgres_server: PostgresServer, settings: Settings
) -> None:
    with postgres_server.fresh_database(is_migrated=False) as url:
        finding = await check(settings, database_url=SecretStr(url))

    assert finding.status == "warning"
    assert "the database is at nothing" in finding.detail


@pytest.mark.parametrize(
    "url",
    ["postgresql://me:hushhush@127.0.0.1:9/name", "postgresql://me:hushhush@127.0.0.1:x/name"],
)
async def test_postgres_that_does_not_answer_is_an_error(url: str, settings: Settings) -> None:
    finding = await check(settings, database_url=SecretStr(url))

    assert finding.status == "error"
    assert "FANJOIN_DATABASE_URL" in (finding.fix or "")
    assert "hushhush" not in finding.detail


@pytest.mark.parametrize("file", FILES)
async def test_damage_in_the_middle_of_any_file_is_an_error(settings: Settings, file: str) -> None:
    await migrate(settings)
    path = settings.data_dir / file
    content = bytearray(path.read_bytes())
    content[-4096:-3000] = b"\xa5" * 1096
    path.write_bytes(content)

    findings = await check_database(Reading(settings, []))

    [finding] = [one for one in findings if one.status == "error"]
    assert f"{file}: the database's file is damaged" in finding.detail
    assert finding.fix is not None
    assert "restore a backup" in finding.fix


@pytest.mark.parametrize("target", ["missing", "data"], ids=["nowhere", "in a circle"])
async def test_data_folder_that_is_a_broken_link_is_an_error_of_both_checks(
    target: str, settings: Settings
) -> None:
    settings.data_dir.symlink_to(target)

    for look in (check_database, check_disk):
        [finding] = await look(Reading(settings, []))
        assert finding.status == "error"
        assert f"{settings.data_dir} is a link that leads" in finding.detail


@pytest.mark.parametrize("file", FILES)
async def test_folder_in_the_place_of_a_database_is_an_error(file: str, settings: Settings) -> None:
    (settings.data_dir / file).mkdir(parents=True)

    findings = await check_database(Reading(settings, []))

    [error] = [finding for finding in findings if finding.status == "error"]
    assert error.detail == f"{settings.data_dir / file} is no file"
