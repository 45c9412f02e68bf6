"""One thread writes, in order; what waits together is committed together."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.engines import FILE
from app.storage.migrate import migrate
from app.storage.writer import Writer
from tests.app.storage.held_writer import held
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


class Notes:
    """A small table, and which writes were executed together."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.groups: list[int] = []

    async def make(self) -> None:
        await self._writer.write(_make, None)

    async def add(self, note: str) -> int:
        return await self._writer.write(_add, note)

    async def add_in_bulk(self, note: str) -> None:
        await self._writer.write_bulk(self._add_all, note)

    async def all(self) -> list[str]:
        return await self._writer.write(_read, None)

    def _add_all(self, connection: Connection, notes: Sequence[str]) -> None:
        self.groups.append(len(notes))
        connection.execute(_INSERT, [{"note": note} for note in notes])


_INSERT = text("INSERT INTO notes VALUES (:note)")


def _make(connection: Connection, _: None) -> None:
    connection.execute(text("CREATE TABLE notes (note TEXT PRIMARY KEY)"))


def _add(connection: Connection, note: str) -> int:
    connection.execute(_INSERT, {"note": note})
    return len(note)


def _read(connection: Connection, _: None) -> list[str]:
    return list(connection.execute(text("SELECT note FROM notes ORDER BY note")).scalars())


@pytest.fixture
async def notes(database: Database) -> Notes:
    notes = Notes(database.writer)
    await notes.make()
    return notes


@pytest.fixture
def commits() -> Iterator[list[None]]:
    """One element for each transaction that was committed."""
    commits: list[None] = []

    def count(_: Connection) -> None:
        commits.append(None)

    event.listen(Engine, "commit", count)
    yield commits
    event.remove(Engine, "commit", count)


async def test_each_caller_gets_its_own_result_and_few_transactions_do_for_all(
    database: Database, notes: Notes, commits: list[None]
) -> None:
    async with held(database.writer):
        adding = [asyncio.create_task(notes.add("n" * length)) for length in range(1, 101)]
        await asyncio.sleep(0)

    assert await asyncio.gather(*adding) == list(range(1, 101))
    assert len(commits) == 2  # that of the held writer, and one for all
    assert len(await notes.all()) == 100


async def test_bulk_writes_that_wait_are_executed_together(
    database: Database, notes: Notes
) -> None:
    async with held(database.writer):
        adding = [asyncio.create_task(notes.add_in_bulk(f"n{n}")) for n in range(100)]
        await asyncio.sleep(0)

    await asyncio.gather(*adding)
    assert notes.groups == [100]
    assert len(await notes.all()) == 100


async def test_bad_bulk_write_harms_no_other(notes: Notes) -> None:
    await notes.add("here")

    outcomes = await asyncio.gather(
        *(notes.add_in_bulk(note) for note in ("a", "here", "b")), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), IntegrityError, type(None)]
    assert await notes.all() == ["a", "b", "here"]


async def test_bad_item_harms_no_other(notes: Notes) -> None:
    await notes.add("here")

    outcomes = await asyncio.gather(
        *(notes.add(note) for note in ("a", "here", "b", "c")), return_exceptions=True
    )

    assert isinstance(outcomes[1], IntegrityError)
    assert [outcome for outcome in outcomes if outcome != outcomes[1]] == [1, 1, 1]
    assert await notes.all() == ["a", "b", "c", "here"]


async def test_statements_are_executed_in_the_order_of_the_calls(notes: Notes) -> None:
    before, _, between, _ = await asyncio.gather(
        notes.all(), notes.add("a"), notes.all(), notes.add("b")
    )

    assert (before, between) == ([], ["a"])


async def test_cancelled_caller_leaves_the_others_their_answers(notes: Notes) -> None:
    given_up = asyncio.create_task(notes.add("a"))
    waiting = asyncio.create_task(notes.add("b"))
    await asyncio.sleep(0)

    given_up.cancel()

    assert await waiting == 1
    assert given_up.cancelled()
    assert await notes.all() == ["a", "b"]


async def test_what_waits_is_written_before_it_closes(stored_settings: Settings) -> None:
    await migrate(stored_settings)
    async with open_database(stored_settings) as database:
        notes = Notes(database.writer)
        await notes.make()
        writes = [asyncio.create_task(notes.add(str(number))) for number in range(20)]
        await asyncio.sleep(0)

    assert await asyncio.gather(*writes) == [1] * 10 + [2] * 10
    with pytest.raises(StorageUnavailable, match="closed"):
        await notes.add("late")


@pytest.fixture
async def file_of(settings: Settings) -> Path:
    await migrate(settings)
    return settings.data_dir / FILE


async def test_full_disk_is_named_and_the_next_write_succeeds(
    settings: Settings, file_of: Path
) -> None:
    async with open_database(settings) as database:
        notes = Notes(database.writer)
        await notes.make()
        await database.writer.write(_limit_pages, 0)

        with pytest.raises(StorageUnavailable, match="the disk is full"):
            await notes.add("n" * 100_000)

        await database.writer.write(_limit_pages, 1_000_000)
        assert await notes.add("n" * 100_000) == 100_000


def _limit_pages(connection: Connection, more: int) -> None:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")


async def test_file_locked_by_another_is_named_and_the_next_write_succeeds(
    settings: Settings, file_of: Path
) -> None:
    async with open_database(settings) as database:
        notes = Notes(database.writer)
        await notes.make()
        other = sqlite3.connect(file_of, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageUnavailable, match="holds the database's lock"):
            await notes.add("a")

        other.close()
        assert await notes.add("a") == 1


@pytest.fixture
async def on_own_server(settings: Settings, own_postgres_server: PostgresServer) -> Settings:
    """Settings of a PostgreSQL that may be stopped."""
    url = SecretStr(own_postgres_server.url())
    there = settings.model_copy(update={"database_url": url})
    await migrate(there)
    return there


async def test_lost_postgres_is_named_and_everything_goes_on_when_it_is_back(
    on_own_server: Settings, own_postgres_server: PostgresServer
) -> None:
    async with open_database(on_own_server) as database:
        notes = Notes(database.writer)
        await notes.make()

        await asyncio.to_thread(own_postgres_server.stop)
        with pytest.raises(StorageUnavailable, match="PostgreSQL does not answer"):
            await notes.add("a")
        with pytest.raises(StorageUnavailable, match="PostgreSQL does not answer"):
            await database.check()
        await asyncio.to_thread(own_postgres_server.start)

        assert await notes.add("a") == 1
        await database.check()


async def test_restart_of_postgres_between_two_writes_is_not_noticed(
    on_own_server: Settings, own_postgres_server: PostgresServer
) -> None:
    async with open_database(on_own_server) as database:
        notes = Notes(database.writer)
        await notes.make()
        async with database.reading():
            pass

        await asyncio.to_thread(own_postgres_server.stop)
        await asyncio.to_thread(own_postgres_server.start)

        assert await notes.add("a") == 1
        await database.check()
