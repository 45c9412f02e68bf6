"""A run whose row cannot be read ends, and all others continue."""

import logging

import pytest
from sqlalchemy import Connection, text

from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import RunStatus
from app.runs.search import RunSearch
from app.service import open_service
from app.settings import Settings
from app.storage.database import open_database
from app.storage.tables import runs
from tests.app.damage import TOO_DEEP, damage
from tests.app.execution.test_recovery import leave_behind
from tests.app.service_at_hand import ended, start
from tests.app.stored_runs import an_event

pytestmark = pytest.mark.anyio

OK = {"must": "ok", "may": "ok", "join": "ok", "name": "orphan"}


async def test_unreadable_run_ends_and_the_others_continue(
    stored_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before, broken, after = [
        await leave_behind(stored_settings, "scripted", graph_input=OK, is_background=True)
        for _ in range(3)
    ]
    async with open_database(stored_settings) as database:
        await damage(database, runs, broken, f'{{"answers": {TOO_DEEP}}}', "request")
    caplog.set_level(logging.WARNING)

    async with open_service(stored_settings) as service:
        done = [await ended(service, run_id) for run_id in (before, after)]
        repository = RunRepository(service.database)
        [listed] = await repository.search(RunSearch("", status=RunStatus.ERROR))

    assert [run.status for run in done] == [RunStatus.SUCCESS, RunStatus.SUCCESS]
    assert listed.id == broken
    [logged] = [one for one in caplog.records if getattr(one, "run_id", None) == broken]
    assert (
        "UnreadableRun: what is stored of the run cannot be read: its request"
        in vars(logged)["error"]
    )


async def test_run_with_unreadable_events_ends_with_the_reason(settings: Settings) -> None:
    run_id = await leave_behind(settings, "scripted", graph_input=OK, is_background=True)
    async with open_database(settings) as database:
        repository = RunRepository(database)
        await repository.append_events([(run_id, [an_event(1)])])
        await database.writer.write(break_events, None)

    async with open_service(settings) as service:
        run = await ended(service, run_id)

    assert run.failure is not None
    assert run.failure.type == "UnreadableRun"
    assert "its events" in run.failure.message


async def test_retry_of_a_run_whose_writes_are_damaged_runs_every_branch(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        failed = await start(service, "flaky", RunRequest({"name": "damaged"}))
        await failed.wait()
        await damage(service.database, runs, failed.run.id, "msgpack?", "reusable_writes_type")
        stored = await ended(service, failed.run.id)
        retry = await service.runs.retry(stored, is_background=False)
        run = await retry.wait()

    assert run.status is RunStatus.SUCCESS


def break_events(connection: Connection, _: None) -> None:
    connection.execute(text("UPDATE run_events SET events = '{'"))
