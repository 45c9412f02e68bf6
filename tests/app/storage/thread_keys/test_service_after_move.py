"""A service that starts on a database of before: questions are answered, runs are recovered."""

import asyncio
from typing import Any

import pytest

from app.execution.active_runs import ActiveRun
from app.runs.request import RunRequest
from app.runs.run import RunStatus
from app.service import Service, open_service
from app.settings import Settings
from app.storage.checkpoints.keys import thread_key
from app.storage.engines import CHECKPOINTS_FILE
from tests.app.at_work import holding
from tests.app.service_at_hand import ended, finished_branches, start
from tests.app.storage.revisions import downgrade, execute

pytestmark = pytest.mark.anyio

SCRIPTED = {"must": "ok", "may": "ok", "join": "ok", "name": "old"}


def to_old_key(settings: Settings, owner: str, thread_id: str, graph_id: str) -> None:
    """Store the checkpoints of a thread where earlier versions stored them."""
    is_postgres = settings.postgres_url is not None
    tables = ("checkpoint_writes", "checkpoint_blobs") if is_postgres else ("writes",)
    old, new = f"{owner}/{graph_id}/{thread_id}", thread_key(owner, thread_id)
    updates = [
        f"UPDATE {table} SET thread_id = '{old}' WHERE thread_id = '{new}'"
        for table in ("checkpoints", *tables)
    ]
    execute(settings, ";".join(updates), file=CHECKPOINTS_FILE)


async def begin(service: Service, graph_id: str, **request: Any) -> ActiveRun:
    return await start(service, graph_id, RunRequest(**request))


async def test_question_of_before_is_answered(stored_settings: Settings) -> None:
    async with open_service(stored_settings) as service:
        for graph_id in ("tally", "asks"):
            run = await (await begin(service, graph_id, graph_input={}, thread_id="t")).wait()
            await asyncio.to_thread(to_old_key, stored_settings, "", "t", graph_id)
    await asyncio.to_thread(downgrade, stored_settings, "r0002")

    async with open_service(stored_settings) as service:
        handle = await service.runs.get(run.id, owner="")
        resumed = await service.runs.resume(handle.run, "yes", is_background=False)
        answered = await resumed.wait()
        counted = await service.threads.get("", "t~tally")
        state = await service.threads.states.read(counted)

    assert answered.status is RunStatus.SUCCESS
    assert answered.output is not None
    assert answered.output["results"] == {"sure": "yes", "unsure": "yes"}
    assert state.values == {"count": 1}


async def test_background_run_of_before_is_recovered_from_its_checkpoint(
    stored_settings: Settings,
) -> None:
    async with open_service(stored_settings) as service:
        await (await begin(service, "tally", graph_input={}, thread_id="t")).wait()
        await asyncio.to_thread(to_old_key, stored_settings, "", "t", "tally")
        with holding("old:may"):
            active = await begin(
                service, "scripted", graph_input=SCRIPTED, thread_id="t", is_background=True
            )
            assert await finished_branches(active, count=2) == {"must", "also"}
            await service.runner.drain(0)
    await asyncio.to_thread(to_old_key, stored_settings, "", "t", "scripted")
    await asyncio.to_thread(downgrade, stored_settings, "r0002")

    async with open_service(stored_settings) as service:
        run = await ended(service, active.run.id)
        thread = await service.threads.get("", "t")

    assert (run.status, run.attempt) == (RunStatus.SUCCESS, 2)
    restored = {row["name"] for row in run.report["branches"] if row["attempts"] == 1}
    assert {"must", "also"} <= restored
    assert (thread.status, thread.graph_id) == ("idle", "scripted")
