"""What a process leaves unfinished continues in the next one, or ends with the reason."""

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from sqlalchemy import Connection, select, update

from app.errors import CannotRetry
from app.execution.active_runs import ActiveRun
from app.runs.repository import RunRepository
from app.runs.request import RunRequest
from app.runs.run import Run, RunStatus
from app.runs.search import RunSearch
from app.service import Service, open_service
from app.settings import Settings
from app.storage.checkpoints import open_checkpoints
from app.storage.columns import json_text
from app.storage.database import open_database
from app.storage.migrate import migrate
from app.storage.tables import runs
from tests.app.at_work import holding
from tests.app.service_at_hand import ended, finished_branches, start
from tests.app.storage.held_writer import held
from tests.app.stored_runs import claim_left

pytestmark = pytest.mark.anyio

ALL_OK = {"must": "ok", "may": "ok", "join": "ok", "name": "x"}


async def leave_behind(settings: Settings, graph_id: str, **request: Any) -> str:
    """Leave a run in the database as a process that was killed does."""
    await migrate(settings)
    run = Run(graph_id, RunRequest(**request))
    async with open_database(settings) as database:
        await RunRepository(database).create(run)
    return run.id


async def test_background_run_that_had_not_started_is_run(stored_settings: Settings) -> None:
    graph_input = {"must": "ok", "may": "ok", "join": "ok", "name": "orphan"}
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input=graph_input, is_background=True
    )

    async with open_service(stored_settings) as service:
        run = await ended(service, run_id)
        events = await RunRepository(service.database).events(run_id, 0)

    assert run.status is RunStatus.SUCCESS
    assert run.attempt == 2
    assert events[0].id == 10_000_001
    assert events[0].data["attempt"] == 2
    assert "recovered" in run.report["warnings"][0]


async def test_foreground_run_is_an_error_with_the_reason(stored_settings: Settings) -> None:
    run_id = await leave_behind(stored_settings, "tally", graph_input={}, thread_id="t")

    async with open_service(stored_settings) as service:
        run = await ended(service, run_id)
        again = await start(service, "tally", RunRequest({}, thread_id="t"))
        await again.wait()

    assert run.status is RunStatus.ERROR
    assert run.failure is not None
    assert run.failure.type == "ServiceEnded"
    assert again.run.status is RunStatus.SUCCESS


async def test_run_that_was_to_be_cancelled_is_cancelled(stored_settings: Settings) -> None:
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input={"must": "stall"}, is_background=True
    )
    async with open_database(stored_settings) as database:
        await RunRepository(database).request_cancel(run_id)

    async with open_service(stored_settings) as service:
        run = await ended(service, run_id)

    assert run.status is RunStatus.CANCELLED


async def test_run_that_never_survives_is_given_up(stored_settings: Settings) -> None:
    run_id = await leave_behind(
        stored_settings, "scripted", graph_input={"must": "ok"}, is_background=True
    )
    async with open_database(stored_settings) as database:
        for _ in range(stored_settings.max_run_attempts):
            await claim_left(database)

    async with open_service(stored_settings) as service:
        run = await ended(service, run_id)

    assert run.failure is not None
    assert run.failure.type == "TooManyAttempts"


async def test_run_whose_graph_is_gone_is_an_error_with_the_reason(settings: Settings) -> None:
    run_id = await leave_behind(settings, "gone", graph_input={}, is_background=True)

    async with open_service(settings) as service:
        run = await ended(service, run_id)

    assert run.failure is not None
    assert run.failure.type == "GraphNotFound"


async def test_run_that_an_earlier_version_stored_without_its_secrets_is_not_continued(
    settings: Settings,
) -> None:
    run_id = await leave_behind(settings, "flaky", graph_input={}, is_background=True)
    async with open_database(settings) as database:
        await database.writer.write(store_as_form_1, run_id)

    async with open_service(settings) as service:
        run = await ended(service, run_id)
        with pytest.raises(CannotRetry, match="masked its secrets"):
            await service.runs.retry(run, is_background=False)

    assert run.failure is not None
    assert run.failure.type == "SecretsMasked"


def store_as_form_1(connection: Connection, run_id: str) -> None:
    """Store a request as the version before its own JSON was stored."""
    request = json_text({"input": {"name": "x", "token": "**********"}})
    connection.execute(update(runs).where(runs.c.id == run_id).values(request=request))


async def test_stopped_service_lets_background_runs_go_and_ends_the_others(
    stored_settings: Settings,
) -> None:
    stopped = {**ALL_OK, "name": "stopped"}
    with holding("stopped:must"):
        async with open_service(stored_settings) as service:
            background = await start(service, "scripted", RunRequest(stopped, is_background=True))
            awaited = await start(service, "scripted", RunRequest(stopped))
    async with open_service(stored_settings) as service:
        run = await ended(service, background.run.id)

    assert background.run.status is RunStatus.PENDING
    assert awaited.run.status is RunStatus.CANCELLED
    assert run.status is RunStatus.SUCCESS
    assert run.failed_attempts == 0


async def test_run_that_was_cancelled_before_the_service_stops_does_not_go_on(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        active = await start_stall(service)
        active.stop()
    async with open_service(settings) as service:
        run = await ended(service, active.run.id)

    assert run.status is RunStatus.CANCELLED
    assert run.attempt == 1


async def start_stall(service: Service) -> ActiveRun:
    """A background run that is in the midst of its branches."""
    stall = RunRequest({**ALL_OK, "must": "stall"}, is_background=True)
    active = await start(service, "scripted", stall)
    await finished_branches(active, count=2)
    return active


async def test_background_run_whose_caller_leaves_while_it_is_stored_goes_on(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        async with held(service.database.writer):
            starting = await storing_of_a_run(service)
            starting.cancel()
            await asyncio.wait([starting])
        [run] = await stored_runs(service)
        run = await ended(service, run.id)

    assert starting.cancelled()
    assert run.status is RunStatus.SUCCESS


async def test_background_run_that_is_stored_while_the_service_stops_goes_on_later(
    settings: Settings,
) -> None:
    async with open_service(settings) as service:
        async with held(service.database.writer):
            starting = await storing_of_a_run(service)
            draining = asyncio.create_task(service.runner.drain(0))
            await asyncio.sleep(0)
        await draining
        run, _ = await starting
    async with open_service(settings) as service:
        run = await ended(service, run.id)

    assert run.status is RunStatus.SUCCESS
    assert run.failed_attempts == 0


async def storing_of_a_run(service: Service) -> asyncio.Task[tuple[Run, bool]]:
    """A background run whose row is on its way to the database."""
    request = RunRequest(ALL_OK, is_background=True)
    starting = asyncio.create_task(service.runner.enqueue("scripted", request))
    await asyncio.sleep(0)
    assert not starting.done()
    return starting


async def stored_runs(service: Service) -> list[Run]:
    """Return the runs there are, once all writes are done."""
    await service.database.check()
    return await service.runs.search(RunSearch())


async def test_run_that_ends_without_a_stored_end_is_recovered(settings: Settings) -> None:
    async with open_service(settings) as service:
        active = await start_stall(service)
        active.is_released = True  # as where its database was away: nothing tells of its end
        active.task.cancel()
        await asyncio.wait([active.task])
        async with asyncio.timeout(60):
            while service.runner.active.get(active.run.id) is None:  # noqa: ASYNC110  # as a caller
                await asyncio.sleep(0.05)
        run = await RunRepository(service.database).get(active.run.id, owner=None)

    assert run is not None
    assert run.attempt == 2


async def test_branches_that_had_finished_are_not_run_again(stored_settings: Settings) -> None:
    graph_input = {"must": "ok", "may": "fail", "join": "ok", "name": "middle"}
    with holding("middle:must"):
        async with open_service(stored_settings) as service:
            request = RunRequest(graph_input, is_background=True)
            active = await start(service, "scripted", request)
            finished = await finished_branches(active, count=2)
    async with open_service(stored_settings) as service:
        run = await ended(service, active.run.id)
        events = await RunRepository(service.database).events(run.id, 10_000_000)

    rows = {row["id"]: row for row in run.report["branches"]}
    started = [event.data["id"] for event in events if event.type == "branch_started"]
    assert finished == {"may", "also"}
    assert run.output == {"answer": "must, also; missing: ['may']"}
    assert started == ["must"]
    assert (rows["also"]["status"], rows["may"]["status"]) == ("ok", "failed")
    assert rows["may"]["error"]["type"] == "ValueError"
    assert run.report["degraded"] is True
    assert run.report["critical_path"] == ["must", "combine"]
    assert await left_of(stored_settings, run.id) == (None, False)


async def left_of(settings: Settings, run_id: str) -> tuple[CheckpointTuple | None, bool]:
    """Return a run's own checkpoint, and whether its row says that there is one."""
    async with open_database(settings) as database, open_checkpoints(settings) as checkpoints:
        (row,) = await database.read(select(runs.c.has_checkpoints).where(runs.c.id == run_id))
        config: RunnableConfig = {"configurable": {"thread_id": run_id}}
        saver = checkpoints.for_run("", run_id=run_id)
        return await saver.aget_tuple(config), row.has_checkpoints


async def test_answer_given_before_the_service_ended_is_not_lost(settings: Settings) -> None:
    async with open_service(settings) as service:
        interrupted = await start(service, "asks", RunRequest({}, thread_id="t"))
        await interrupted.wait()
    answers = {interrupted.run.interrupts[0]["id"]: "given"}
    run_id = await leave_behind(
        settings, "asks", answers=answers, thread_id="t", is_background=True
    )

    async with open_service(settings) as service:
        run = await ended(service, run_id)

    rows = {row["id"]: row["status"] for row in run.report["branches"]}
    assert run.output is not None
    assert "given" in run.output["answer"]
    assert rows == {"sure": "cached", "unsure": "ok", "combine": "ok"}
