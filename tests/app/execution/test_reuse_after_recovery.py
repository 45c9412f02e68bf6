"""A retry of a run that was recovered reuses what succeeded before the crash and after it."""

import re
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.service import Service, open_service
from app.settings import Settings
from app.storage.database import open_database
from app.storage.tables import run_events
from tests.app.at_work import begins, holding
from tests.app.execution.test_runner import rows_of
from tests.app.service_at_hand import ended, finished_branches, start

pytestmark = pytest.mark.anyio

HELD = ("breaks", "inner/later")
OK = {"early": "cached", "steady": "cached", "inner": "cached", "breaks": "ok"}


async def stop_amid_the_second_stage(settings: Settings, name: str, **request: Any) -> str:
    """Start a run, and stop its service when all but what is held has finished."""
    with ExitStack() as stack:
        for branch in HELD:
            stack.enter_context(holding(f"{name}:{branch.rpartition('/')[2]}"))
        async with open_service(settings) as service:
            wanted = RunRequest({"name": name}, is_background=True, **request)
            active = await start(service, "stages", wanted)
            await finished_branches(active, count=3)
            for branch in HELD:
                await begins(f"{name}:{branch.rpartition('/')[2]}")
    return active.run.id


async def retried(service: Service, run: Run) -> Run:
    handle = await service.runs.retry(run, is_background=False)
    return await ended(service, handle.run.id)


def statuses_of(run: Run) -> dict[str, str]:
    rows = rows_of(run.report)
    return {name: rows[name]["status"] for name in OK}


@pytest.mark.parametrize("thread_id", [None, "t"], ids=["no thread", "on a thread"])
async def test_what_succeeded_before_and_after_the_stop_is_reused(
    stored_settings: Settings, thread_id: str | None
) -> None:
    name = f"reused on {thread_id} {stored_settings.database_url is None}"
    if thread_id is not None:
        async with open_service(stored_settings) as service:
            before = await start(service, "tally", RunRequest({}, thread_id=thread_id))
            await before.wait()
    run_id = await stop_amid_the_second_stage(stored_settings, name, thread_id=thread_id)

    async with open_service(stored_settings) as service:
        run = await ended(service, run_id)
        again = await retried(service, run)

    assert (run.status, run.attempt) == (RunStatus.ERROR, 2)
    assert again.status is RunStatus.SUCCESS
    assert statuses_of(again) == OK
    assert again.output == {"answer": "breaks 2, early 1, later 1, part 1, steady 1"}


async def test_run_that_an_earlier_version_stored_is_retried_without_what_it_did_not_store(
    settings: Settings,
) -> None:
    run_id = await stop_amid_the_second_stage(settings, "earlier version")
    async with open_database(settings) as database:
        await database.writer.write(forget_keys, run_id)

    async with open_service(settings) as service:
        run = await ended(service, run_id)
        again = await retried(service, run)

    assert again.status is RunStatus.SUCCESS
    assert again.output == {"answer": "breaks 2, early 2, later 1, part 1, steady 2"}


def forget_keys(connection: Connection, run_id: str) -> None:
    """Leave a run's events as the version before stored them."""
    of_run = run_events.c.run_id == run_id
    for row in connection.execute(select(run_events).where(of_run)).all():
        events = re.sub(r', ?"reuse": ?\{[^}]*\}', "", row.events)
        assert '"reuse"' not in events
        same = run_events.c.first_event == row.first_event
        connection.execute(update(run_events).where(of_run, same).values(events=events))


async def test_retry_that_was_itself_stopped_reuses_what_it_was_to_reuse(
    settings: Settings,
) -> None:
    run_id = await stop_amid_the_second_stage(settings, "twice")
    async with open_service(settings) as service:
        run = await ended(service, run_id)
        with holding("twice:breaks"):
            handle = await service.runs.retry(run, is_background=True)
            await begins("twice:breaks")
    async with open_service(settings) as service:
        again = await ended(service, handle.run.id)
        stored = await RunRepository(service.database).get(again.id, owner=None)

    assert stored is not None
    assert stored.attempt == 2
    assert again.output == {"answer": "breaks 2, early 1, later 1, part 1, steady 1"}


async def test_retry_of_chosen_branches_that_was_itself_stopped_runs_them_again(
    settings: Settings,
) -> None:
    run_id = await stop_amid_the_second_stage(settings, "chosen")
    async with open_service(settings) as service:
        run = await ended(service, run_id)
        with holding("chosen:breaks"):
            handle = await service.runs.retry(run, branches=["inner"], is_background=True)
            await begins("chosen:breaks")
    async with open_service(settings) as service:
        again = await ended(service, handle.run.id)

    assert again.attempt == 2
    assert again.output == {"answer": "breaks 2, early 1, later 2, part 2, steady 1"}
