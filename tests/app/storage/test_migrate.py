"""Tables made and brought up to date, by one process or several."""

import asyncio
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import text

from app.errors import BehindMigrations
from app.settings import Settings
from app.storage.database import open_database
from app.storage.engines import FILE, VERSION_TABLE, writing_engine
from app.storage.migrate import migrate
from app.storage.tables import metadata
from tests.conftest import ROOT
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio

MIGRATE = """
import asyncio, sys
from pathlib import Path
from app.settings import Settings
from app.storage.migrate import migrate
url = sys.argv[2] or None
print(asyncio.run(migrate(Settings(_env_file=None, data_dir=Path(sys.argv[1]), database_url=url))))
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """Settings of a database without any table."""
    if request.param == "sqlite":
        yield settings
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database(is_migrated=False) as url:
        yield settings.model_copy(update={"database_url": SecretStr(url)})


async def test_empty_database_is_brought_to_this_version_once(empty: Settings) -> None:
    first = await migrate(empty)
    second = await migrate(empty)

    assert first == (None, "r0001")
    assert second == ("r0001", "r0001")
    async with open_database(empty) as database:
        await database.check()


@pytest.mark.slow
async def test_three_processes_may_migrate_at_once(empty: Settings) -> None:
    arguments = ["-W", "error", "-c", MIGRATE, str(empty.data_dir), empty.postgres_url or ""]

    async def run() -> tuple[int | None, str]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await child.communicate()
        return child.returncode, errors.decode()

    outcomes = await asyncio.gather(*(run() for _ in range(3)))

    assert outcomes == [(0, "")] * 3


async def test_migrations_make_the_tables_that_the_code_uses(empty: Settings) -> None:
    await migrate(empty)

    engine = writing_engine(empty)
    with engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "include_name": _is_ours, "compare_type": True}
        differences = compare_metadata(
            MigrationContext.configure(connection, opts=options), metadata
        )
    engine.dispose()

    assert differences == []


def _is_ours(name: str | None, type_: str, _: object) -> bool:
    return type_ != "table" or name in metadata.tables


async def test_database_that_is_behind_is_not_opened(empty: Settings) -> None:
    with pytest.raises(BehindMigrations, match="run `fanjoin migrate`"):
        async with open_database(empty):
            pass

    assert not await asyncio.to_thread((empty.data_dir / FILE).exists)


async def test_database_of_a_newer_version_is_left_alone(empty: Settings) -> None:
    await migrate(empty)
    engine = writing_engine(empty)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'"))
    engine.dispose()

    with pytest.raises(BehindMigrations, match="newer version"):
        await migrate(empty)
