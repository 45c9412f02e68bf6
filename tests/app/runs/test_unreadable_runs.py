"""A run whose row cannot be read costs only itself."""

import logging
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.errors import UnreadableRun
from app.runs.repository import RunRepository
from app.runs.run import RunStatus
from app.runs.search import RunSearch
from app.storage.database import Database
from app.storage.tables import runs
from tests.app.damage import NO_UTF8, TOO_DEEP, damage
from tests.app.stored_runs import a_run, an_event, claim_left, ended

pytestmark = pytest.mark.anyio

OF_JSON = [
    ("metadata", "{"),
    ("metadata", "[]"),
    ("metadata", '{"a": 1e999}'),
    ("metadata", '{"a": ' + "9" * 400 + ".0}"),
    ("request", ""),
    ("request", "3"),
    ("request", '{"form": 2, "config": []}'),
    ("request", '{"form": 2, "secret_keys": {}}'),
    ("request", f'{{"input": {TOO_DEEP}}}'),
    ("request", f'{{"input": {"9" * 5000}}}'),
    ("output", TOO_DEEP),
    ("output", "NaN"),
    ("failure", '{"kind": "x"}'),
    ("failure", '{"type": 1, "message": "m", "branch": null}'),
    ("interrupts", "[3]"),
    ("report", '"x"'),
    ("status", "resting"),
]

OF_ANY_TYPE: list[tuple[str, Any]] = [
    ("created_at", "yesterday"),
    ("created_at", 5),
    ("ended_at", "2026-13-45 99:00:00"),
    ("attempt", "many"),
    ("releases", 1.5),
    ("last_event", "x"),
    ("metadata", NO_UTF8),
    ("graph_id", NO_UTF8),
    ("status", NO_UTF8),
    ("request", 7),
]
"""What only SQLite takes, where any column holds anything."""


async def stored(database: Database) -> tuple[str, str, str]:
    """Store three runs and return their ids, the oldest first."""
    made = [await RunRepository(database).create(a_run(is_background=True)) for _ in range(3)]
    return made[0].id, made[1].id, made[2].id


@pytest.mark.parametrize(("column", "value"), OF_JSON)
async def test_unreadable_run_is_refused_by_id_and_read_around_elsewhere(
    database: Database, column: str, value: str
) -> None:
    older, broken, newer = await stored(database)
    await damage(database, runs, broken, value, column)
    repository = RunRepository(database)

    with pytest.raises(UnreadableRun, match=rf"{broken}.*its {column}"):
        await repository.get(broken, owner="me")
    claimed = await claim_left(database)
    page = await repository.search(RunSearch("me"))

    assert [run.id for run in page] == [newer, broken, older]
    assert [run.unreadable for run in page if run.id != broken] == [None, None]
    readable = [run.id for run in claimed if run.unreadable is None]
    assert readable == [older, newer]


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
@pytest.mark.parametrize(("column", "value"), OF_ANY_TYPE)
async def test_column_of_another_type_costs_only_its_row(
    database: Database, column: str, value: Any
) -> None:
    older, broken, newer = await stored(database)
    await damage(database, runs, broken, value, column)
    repository = RunRepository(database)

    with pytest.raises(UnreadableRun, match=broken):
        await repository.get(broken, owner="me")
    claimed = await claim_left(database)
    page = await repository.search(RunSearch("me"))

    assert [run.id for run in page] == [newer, broken, older]
    assert [run.id for run in claimed if run.unreadable is None and run.id != broken] == [
        older,
        newer,
    ]


async def test_unreadable_run_can_be_ended_and_deleted(database: Database) -> None:
    repository = RunRepository(database)
    _, broken, _ = await stored(database)
    await damage(database, runs, broken, "{", "request")
    [claimed] = [run for run in await claim_left(database) if run.id == broken]

    is_stored = await repository.finish(ended(claimed, RunStatus.ERROR), [], None)
    left = await claim_left(database)
    await repository.delete(broken, owner="me")

    assert is_stored
    assert broken not in [run.id for run in left]
    assert await repository.get(broken, owner="me") is None


async def test_list_logs_an_unreadable_run_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    repository = RunRepository(database)
    _, broken, _ = await stored(database)
    await damage(database, runs, broken, "{", "metadata")

    for _ in range(3):
        await repository.search(RunSearch("me"))

    assert [record.message for record in caplog.records] == ["a stored run cannot be read"]


@pytest.mark.parametrize("events", ["{", "3", "[[1]]", '[["a", "token", {}]]', TOO_DEEP])
async def test_unreadable_events_are_refused_with_their_run(
    database: Database, events: str
) -> None:
    repository = RunRepository(database)
    run = await repository.create(a_run())
    await repository.append_events([(run.id, [an_event(1)])])

    def write(connection: Connection, value: str) -> None:
        connection.execute(text("UPDATE run_events SET events = :value"), {"value": value})

    await database.writer.write(write, events)

    with pytest.raises(UnreadableRun, match=run.id):
        await repository.events(run.id, 0)


async def test_key_of_an_unreadable_run_is_answered_with_the_reason(database: Database) -> None:
    repository = RunRepository(database)
    first = await repository.create(a_run(key="k"))
    await damage(database, runs, first.id, "{", "request")

    with pytest.raises(UnreadableRun, match=first.id):
        await repository.create(a_run(key="k"))
