"""Tables made and brought up to date, by one process or several."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import select, text

from app.errors import BehindMigrations
from app.runs.events import Event
from app.runs.repository import RunRepository
from app.runs.search import RunSearch
from app.runs.span import EVER
from app.runs.statistics import GraphStatistics
from app.settings import Settings
from app.storage.database import open_database
from app.storage.engines import FILE, VERSION_TABLE, writing_engine
from app.storage.migrate import migrate
from app.storage.tables import metadata, runs
from tests.app.storage.revisions import downgrade, execute
from tests.app.stored_runs import a_run, ended
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

    assert first == (None, "r0007")
    assert second == ("r0007", "r0007")
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


OLD_DATA = """
INSERT INTO threads (owner, thread_id, status, created_at, updated_at)
VALUES ('me', 't', 'idle', '2026-11-22 10:00:00', '2026-11-22 10:00:00');
INSERT INTO runs (id, owner, graph_id, thread_id, status, is_background, created_at, asked)
VALUES ('1', 'me', 'g', NULL, 'success', true, '2026-11-22 10:00:00', '{"input": {"n": 1}}');
INSERT INTO runs (id, owner, graph_id, thread_id, status, is_background, created_at, asked)
VALUES ('2', 'me', 'g', 't', 'success', true, '2026-11-22 10:00:00', '{"input": {"n": 2}}');
INSERT INTO runs (id, owner, graph_id, thread_id, status, is_background, created_at, asked)
VALUES ('3', 'me', 'g', NULL, 'success', false, '2026-11-22 10:00:00', '{"input": {"n": 3}}');
UPDATE runs SET settled_type = 'msgpack', settled = CAST('abc' AS {binary}) WHERE id = '3';
INSERT INTO run_events VALUES ('1', 1, 1, '[[1, "run_started", {}]]');
INSERT INTO run_labels VALUES ('me', 'customer', '"c1"', '1')
"""


async def test_database_of_the_first_version_is_migrated_with_all_that_is_in_it(
    empty: Settings,
) -> None:
    await migrate(empty)
    await asyncio.to_thread(downgrade, empty, "r0001")
    await asyncio.to_thread(execute, empty, OLD_DATA)

    moved = await migrate(empty)

    assert moved[0] == "r0001"
    async with open_database(empty) as database:
        rows = await database.read(select(runs.c.id, runs.c.has_checkpoints))
        records = [await RunRepository(database).get(number, owner="me") for number in "123"]
        events = await RunRepository(database).events("1", 0)
        labelled = await RunRepository(database).search(RunSearch(metadata={"customer": "c1"}))
    assert {row.id: row.has_checkpoints for row in rows} == {"1": True, "2": False, "3": False}
    assert [record and record.request.graph_input for record in records] == [
        {"n": number} for number in (1, 2, 3)
    ]
    assert records[2] is not None
    assert records[2].reusable_writes == ("msgpack", b"abc")
    assert [event.type for event in events] == ["run_started"]
    assert [record.id for record in labelled] == ["1"]


async def test_runs_from_before_statistics_stay_readable_and_have_none(empty: Settings) -> None:
    await migrate(empty)
    run = ended(a_run())
    events = [Event(1, "report", run.report)]
    await asyncio.to_thread(downgrade, empty, "r0004")
    await asyncio.to_thread(execute, empty, RUN_OF_R0004.format(run_id=run.id))
    progress: list[Any] = []

    moved = await migrate(empty, on_progress=lambda *step: progress.append(step))

    assert (moved[0], progress) == ("r0004", [])
    async with open_database(empty) as database:
        repository = RunRepository(database)
        stored = await repository.get(run.id, owner="me")
        assert await repository.events(run.id, 0) == events
        [listed] = await repository.search(RunSearch(owner="me"))
        statistics = await GraphStatistics(database).of("tally", owner="me", span=EVER)
    assert stored is not None
    assert (stored.report, stored.started_at) == (run.report, None)
    assert listed.figures is None
    assert statistics == (0, [])


RUN_OF_R0004 = """
INSERT INTO runs
(id, owner, graph_id, status, created_at, ended_at, request, report, last_event, last_events)
VALUES ('{run_id}', 'me', 'tally', 'success', '2026-11-22 10:00:00', '2026-11-22 10:00:01', '{{}}',
'{{"wall_ms":1.5}}', 1, '[[1,"report",{{"wall_ms":1.5}}]]')
"""


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
